package io.valkeysecure.benchmarks;

import static io.valkeysecure.benchmarks.Figure.atMost;
import static io.valkeysecure.benchmarks.Figure.timesLess;
import static io.valkeysecure.benchmarks.Figure.timesMore;

import io.valkeysecure.benchmarks.TlsEngine.Client;
import java.util.ArrayList;
import java.util.List;

/**
 * All that has to be reached, with its floor and its goal: the one place where they are.
 *
 * <p>Where a goal was beyond nine tenths of what the bare client reaches, see {@link Bare}, it is that now, with the
 * measurement of 29 November 2026 on JDK 17 beside it: a library that verifies does more than the bare client does.
 */
final class Figures {
    private static final String JDK = "JDK engine";
    private static final String BORINGSSL = "BoringSSL";
    private static final String CONSCRYPT = "Conscrypt";

    private Figures() {}

    static List<Figure> all() {
        List<Figure> figures = new ArrayList<>();
        connecting(figures);
        pipelining(figures);
        waiting(figures);
        jedisCommands(figures);
        standing(figures);
        rotating(figures);
        growing(figures);
        return figures;
    }

    private static void connecting(List<Figure> figures) {
        String pkcs12 = Variant.LETTUCE_PKCS12;
        String pem = Variant.LETTUCE_PEM;
        for (String scenario : List.of(Connecting.EC_ONE, Connecting.EC_EIGHT, Connecting.RSA_EIGHT)) {
            figures.add(timesLess(
                    "Jedis, JDK engine: client CPU, less than SslOptions",
                    scenario,
                    Metric.CLIENT_CPU,
                    jedis(JDK),
                    Variant.JEDIS_PKCS12,
                    6,
                    // was 12; bare 9.6 to 10.6
                    9.2));
            figures.add(timesLess(
                    "Jedis, Conscrypt: client CPU, less than SslOptions",
                    scenario,
                    Metric.CLIENT_CPU,
                    jedis(CONSCRYPT),
                    Variant.JEDIS_PKCS12,
                    10,
                    20));
            figures.add(timesLess(
                    "Lettuce, JDK engine: client CPU, less than PKCS12",
                    scenario,
                    Metric.CLIENT_CPU,
                    lettuce(JDK),
                    pkcs12,
                    5,
                    // was 9; bare 8.7 to 9.9
                    8.3));
            figures.add(timesLess(
                    "Lettuce, JDK engine: client CPU, less than PEM",
                    scenario,
                    Metric.CLIENT_CPU,
                    lettuce(JDK),
                    pem,
                    3.5,
                    // was 6; bare 6.0 to 6.7
                    5.6));
            figures.add(timesLess(
                    "Lettuce, BoringSSL: client CPU, less than PKCS12",
                    scenario,
                    Metric.CLIENT_CPU,
                    lettuce(BORINGSSL),
                    pkcs12,
                    10,
                    18));
            figures.add(timesLess(
                    "Lettuce, BoringSSL: client CPU, less than PEM",
                    scenario,
                    Metric.CLIENT_CPU,
                    lettuce(BORINGSSL),
                    pem,
                    7,
                    12));
            figures.add(timesLess(
                    "Jedis, JDK engine: allocated, less than SslOptions",
                    scenario,
                    Metric.ALLOCATED,
                    jedis(JDK),
                    Variant.JEDIS_PKCS12,
                    10,
                    // was 12; bare 12.3 to 12.7
                    11.2));
            figures.add(timesLess(
                    "Lettuce, JDK engine: allocated, less than PKCS12",
                    scenario,
                    Metric.ALLOCATED,
                    lettuce(JDK),
                    pkcs12,
                    10,
                    // was 12; bare 11.7 to 11.9
                    10.6));
            figures.add(timesLess(
                    "Lettuce, BoringSSL: allocated, less than PKCS12",
                    scenario,
                    Metric.ALLOCATED,
                    lettuce(BORINGSSL),
                    pkcs12,
                    40,
                    // was 60; bare 58.0 to 59.8
                    53));
        }
    }

    private static void pipelining(List<Figure> figures) {
        for (Commands command : Commands.values()) {
            String scenario = Pipelining.title(command, Pipelining.SMALL);
            for (String engine : List.of(JDK, BORINGSSL)) {
                figures.add(timesMore(
                        "Lettuce, " + engine + ": ops/s, of raw TLS",
                        scenario,
                        Metric.RATE,
                        lettuce(engine),
                        Variant.LETTUCE_PKCS12,
                        2.5,
                        5));
                figures.add(timesMore(
                        "Lettuce, " + engine + ": ops/s, of raw plaintext",
                        scenario,
                        Metric.RATE,
                        lettuce(engine),
                        Variant.LETTUCE_PLAINTEXT,
                        1.2,
                        2.4));
                figures.add(timesMore(
                        "Lettuce, " + engine + ": ops/s, of equally consolidated plaintext",
                        scenario,
                        Metric.RATE,
                        lettuce(engine),
                        Variant.LETTUCE_PLAINTEXT_CONSOLIDATED,
                        0.75,
                        // was 0.97; bare 0.88 to 0.95
                        0.9));
            }
        }
    }

    /** Where somebody waits, so that a flush that is put off would cost time. */
    private static void waiting(List<Figure> figures) {
        for (String scenario : List.of(Waiting.ONE, Waiting.EIGHT, Blocking.TITLE)) {
            for (String engine : List.of(JDK, BORINGSSL)) {
                for (Metric metric : List.of(Metric.P50, Metric.P99)) {
                    figures.add(atMost(
                            "Lettuce, %s: %s, of raw TLS".formatted(engine, metric == Metric.P50 ? "p50" : "p99"),
                            scenario,
                            metric,
                            lettuce(engine),
                            Variant.LETTUCE_PKCS12,
                            1.05,
                            1));
                }
            }
        }
        for (String engine : List.of(JDK, BORINGSSL)) {
            figures.add(timesMore(
                    "Lettuce, " + engine + ": messages/s, of raw TLS",
                    Publishing.TITLE,
                    Metric.RATE,
                    lettuce(engine),
                    Variant.LETTUCE_PKCS12,
                    0.95,
                    1));
        }
    }

    /**
     * Not worse than raw TLS. The goal was 1.1, but the bare client reaches that only with large values and Conscrypt,
     * and is at 1.00 to 1.08 elsewhere: it is the same client, and with the JDK's engine the same TLS.
     */
    private static void jedisCommands(List<Figure> figures) {
        for (int size : List.of(Pipelining.SMALL, Pipelining.LARGE)) {
            for (Commands command : Commands.values()) {
                for (String engine : List.of(JDK, CONSCRYPT)) {
                    figures.add(timesMore(
                            "Jedis, " + engine + ": ops/s, of raw TLS",
                            JedisCommands.title(command, size),
                            Metric.RATE,
                            jedis(engine),
                            Variant.JEDIS_PKCS12,
                            0.99,
                            1));
                }
            }
        }
    }

    /** What is there, or comes back, without a command. */
    private static void standing(List<Figure> figures) {
        String pkcs12 = Variant.LETTUCE_PKCS12;
        figures.add(timesLess(
                "Lettuce, JDK engine: heap of TLS, less than PKCS12",
                Idle.TITLE,
                Metric.TLS_HEAP,
                lettuce(JDK),
                pkcs12,
                2,
                // was 2.9; bare 2.7
                2.5));
        figures.add(timesLess(
                "Lettuce, BoringSSL: heap of TLS, less than PKCS12",
                Idle.TITLE,
                Metric.TLS_HEAP,
                lettuce(BORINGSSL),
                pkcs12,
                3,
                5));
        figures.add(timesLess(
                "Lettuce, JDK engine: worst PING, lower than PKCS12",
                Stalling.TITLE,
                Metric.WORST_PING,
                lettuce(JDK),
                pkcs12,
                2,
                6));
        figures.add(timesLess(
                "Lettuce, BoringSSL: worst PING, lower than PKCS12",
                Stalling.TITLE,
                Metric.WORST_PING,
                lettuce(BORINGSSL),
                pkcs12,
                8,
                15));
        for (String engine : List.of(JDK, BORINGSSL)) {
            figures.add(atMost(
                    "Lettuce, " + engine + ": connect beside a silent server, of raw TLS",
                    Starving.TITLE,
                    Metric.HEALTHY_CONNECT,
                    lettuce(engine),
                    pkcs12,
                    1,
                    0.5));
        }
        figures.add(timesLess(
                "Lettuce, JDK engine: all back, sooner than PKCS12",
                Storm.TITLE,
                Metric.ALL_BACK,
                lettuce(JDK),
                pkcs12,
                1.6,
                2.2));
        figures.add(timesLess(
                "Lettuce, BoringSSL: all back, sooner than PKCS12",
                Storm.TITLE,
                Metric.ALL_BACK,
                lettuce(BORINGSSL),
                pkcs12,
                2.5,
                4));
    }

    private static void rotating(List<Figure> figures) {
        for (Client client : Client.values()) {
            for (TlsEngine engine : TlsEngine.of(client)) {
                String variant = engine.variant(client);
                figures.add(atMost(
                        variant + ": p99, of before",
                        Rotating.TITLE,
                        Metric.P99,
                        Rotating.during(variant),
                        Rotating.before(variant),
                        1.3,
                        1.05));
            }
        }
    }

    private static void growing(List<Figure> figures) {
        figures.addAll(Growth.steps(AnchorGrowth.TITLE, Metric.MADE, AnchorGrowth.SIZES));
        figures.addAll(Growth.steps(CrlGrowth.TITLE, Metric.MADE, CrlGrowth.SIZES, CrlGrowth::ofSize));
        figures.addAll(Growth.steps(NameGrowth.TITLE, Metric.AGAIN, NameGrowth.SIZES));
        figures.addAll(Growth.steps(
                ListenerGrowth.TITLE, Metric.CLIENT_CPU, ListenerGrowth.SIZES.subList(1, ListenerGrowth.SIZES.size())));
        figures.addAll(Growth.steps(TrackedGrowth.TITLE, Metric.WATCHED, TrackedGrowth.SIZES));
        figures.addAll(Growth.steps(NodeGrowth.TITLE, Metric.ALL_USABLE, NodeGrowth.SIZES));
        figures.addAll(Growth.steps(RotationGrowth.TITLE, Metric.MADE, RotationGrowth.SIZES));
    }

    private static String lettuce(String engine) {
        return Variant.ours(Client.LETTUCE, engine);
    }

    private static String jedis(String engine) {
        return Variant.ours(Client.JEDIS, engine);
    }
}
