package io.valkeysecure.observability;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.sun.net.httpserver.HttpServer;
import io.lettuce.core.api.StatefulRedisConnection;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.observability.Prometheus.Series;
import io.valkeysecure.observe.TlsStatus;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code ./verify observability}: a real Prometheus scrapes a program through refusals, a rotation, files that cannot
 * be used and slow handshakes; every query of the dashboard and of the alerts returns what the run did. Needs
 * {@code prometheus} on PATH, so its name is not that of a test which always runs.
 */
class ObservabilityRun {
    private static final Path FILES = Path.of("..", "docs", "observability");
    private static final Duration SLOW = Duration.ofMillis(1500);

    /** Enough in the alert's quarter of an hour for one that looks at the rate. */
    private static final int RESUMED = 200;

    private static final int FULL = 240;
    private static final int SLOW_ONES = 12;

    @Test
    void everyQuery_afterARun_returnsWhatTheRunDid(@TempDir Path directory) throws IOException {
        Files.createDirectories(directory.resolve("tls"));
        Application application = new Application(directory.resolve("tls"));
        HttpServer metrics = serve(application);
        try (application;
                DelayingProxy slow = new DelayingProxy(application.server.port(), SLOW);
                Prometheus prometheus = new Prometheus(
                        directory,
                        FILES.resolve("alerts.yml"),
                        "127.0.0.1:" + metrics.getAddress().getPort())) {
            await().atMost(Duration.ofSeconds(30)).until(prometheus::isUp);
            Map<String, String> alerts = alerts();
            assertThat(returning(prometheus, alerts)).containsExactly("ValkeyTlsExpiryNear");

            // all is well
            int port = application.server.port();
            StatefulRedisConnection<String, String> lettuce = application.lettuce(port);
            application.jedis(port).ping();
            for (int i = 0; i < RESUMED; i++) {
                application.connect(port, ClientLibrary.JEDIS);
            }
            application.connect(port, ClientLibrary.LETTUCE);
            awaitScraped(prometheus, application);
            assertThat(returning(prometheus, alerts)).containsExactly("ValkeyTlsExpiryNear");

            // strangers, a rotation, and files that cannot be used
            application.meetStrangers();
            application.rotate();
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> application.tls.status().generation() == 2 && application.closed.size() == 2);
            application.writeHalfAKey();
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> application.tls.status().lastFailure().isPresent());

            // servers that are new each time, and so resume nothing; one that is slow; one that closes
            for (int i = 0; i < FULL; i++) {
                try (DelayingProxy another = new DelayingProxy(port, Duration.ZERO)) {
                    application.connect(another.port(), ClientLibrary.JEDIS);
                }
            }
            for (int i = 0; i < SLOW_ONES; i++) {
                application.connect(slow.port(), ClientLibrary.JEDIS);
            }
            application.meetStrangers();
            application.meetStrangers();
            lettuce.sync().ping();
            awaitScraped(prometheus, application);

            assertThat(returning(prometheus, alerts)).containsExactlyInAnyOrderElementsOf(alerts.keySet());
            assertThat(prometheus.query(alerts.getOrDefault("ValkeyTlsRefused", "")))
                    .extracting(series -> series.label("reason"))
                    .containsExactlyInAnyOrder("plaintext_peer", "untrusted_issuer", "name_mismatch", "expired");
            assertThat(prometheus.query(alerts.getOrDefault("ValkeyTlsUnreachable", "")))
                    .extracting(series -> series.label("reason"))
                    .containsExactly("peer_closed");
            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> assertThat(prometheus.rules())
                            .hasSameSizeAs(alerts.keySet())
                            .allSatisfy(rule ->
                                    assertThat(rule.get("health").getAsString()).isEqualTo("ok"))
                            .filteredOn(rule -> rule.get("name").getAsString().equals("ValkeyTlsRefused"))
                            .allSatisfy(rule ->
                                    assertThat(rule.get("state").getAsString()).isEqualTo("firing")));

            Map<String, Consumer<List<List<Series>>>> panels = panels(application);
            int queries = 0;
            for (JsonElement element : dashboard().getAsJsonArray("panels")) {
                JsonObject panel = element.getAsJsonObject();
                String title = panel.get("title").getAsString();
                List<List<Series>> results = Stream.of(panel.getAsJsonArray("targets"))
                        .flatMap(targets -> targets.asList().stream())
                        .map(target -> prometheus.query(
                                resolved(target.getAsJsonObject().get("expr").getAsString())))
                        .toList();
                queries += results.size();
                assertThat(panels).as("what the run did for the panel").containsKey(title);
                panels.remove(title).accept(results);
            }
            assertThat(panels.keySet())
                    .as("panels that are not in the dashboard")
                    .isEmpty();
            System.out.println("observability: " + queries + " queries of the dashboard and " + alerts.size()
                    + " alerts returned what the run did: " + application.verified.size() + " handshakes, "
                    + application.refused.size() + " refusals, " + application.closed.size()
                    + " connections closed, 1 rotation, 1 failed reload");
        } finally {
            metrics.stop(0);
        }
    }

    /** What each panel has to show, by its title; one list of series for each of its queries. */
    private static Map<String, Consumer<List<List<Series>>>> panels(Application did) {
        Map<String, Consumer<List<List<Series>>>> panels = new LinkedHashMap<>();
        panels.put("State", results -> assertThat(values(results)).containsExactly(1.0));
        panels.put(
                "Ends first",
                results -> assertThat(results.get(0))
                        .filteredOn(series -> series.label("role").equals("identity"))
                        .singleElement()
                        .satisfies(series -> assertThat(series.value())
                                .isBetween(
                                        Application.IDENTITY_LEFT
                                                        .minusMinutes(30)
                                                        .toSeconds()
                                                * 1.0,
                                        Application.IDENTITY_LEFT.toSeconds() * 1.0)));
        panels.put("Generation", results -> assertThat(values(results)).containsExactly(2.0));
        panels.put(
                "Handshakes",
                results -> assertThat(shown(results, "client", "outcome"))
                        .containsExactlyInAnyOrder(
                                "jedis success", "jedis refused", "lettuce success", "lettuce refused"));
        panels.put(
                "Refusals",
                results -> assertThat(shown(results, "reason"))
                        .containsExactlyInAnyOrderElementsOf(
                                did.refused.stream().map(RefusalReason::tag).collect(toSet())));
        panels.put("Handshake time", results -> {
            assertThat(results.get(0).get(0).value()).isBetween(0.0, 1.0);
            assertThat(results.get(1).get(0).value()).isBetween(1.0, 3.0);
        });
        panels.put(
                "Resumed",
                results -> assertThat(values(results)).singleElement().satisfies(share -> {
                    double expected = did.verified.stream()
                                    .filter(handshake -> handshake.resumed())
                                    .count()
                            / (double) did.verified.size();
                    assertThat(share).isBetween(expected - 0.1, expected + 0.1);
                }));
        panels.put("Open connections", results -> {
            TlsStatus status = did.tls.status();
            assertThat(values(results).stream().mapToDouble(value -> value).sum())
                    .isEqualTo(status.openConnections());
            assertThat(results.get(0))
                    .filteredOn(series -> series.value() > 0)
                    .extracting(series -> series.label("client") + " " + series.label("age"))
                    .containsExactly("lettuce current");
        });
        panels.put(
                "Connections closed by a change",
                results -> assertThat(shown(results, "way", "reason"))
                        .containsExactlyInAnyOrderElementsOf(did.closed.stream()
                                .map(closed -> closed.way().tag() + " "
                                        + closed.reason().tag())
                                .collect(toSet())));
        panels.put(
                "Reloads",
                results -> assertThat(shown(results, "outcome", "reason"))
                        .containsExactlyInAnyOrder("success none", "failure material_unreadable"));
        panels.put(
                "Negotiated",
                results -> assertThat(shown(results, "cipher_suite", "group"))
                        .containsExactlyInAnyOrderElementsOf(did.verified.stream()
                                .map(handshake -> handshake.cipherSuite() + " "
                                        + handshake.keyExchangeGroup().orElse("none"))
                                .collect(toSet())));
        return panels;
    }

    private static List<Double> values(List<List<Series>> results) {
        return results.get(0).stream().map(Series::value).toList();
    }

    private static Set<String> shown(List<List<Series>> results, String first, String... more) {
        Set<String> shown = new TreeSet<>();
        for (Series series : results.get(0)) {
            StringBuilder labels = new StringBuilder(series.label(first));
            for (String label : more) {
                labels.append(' ').append(series.label(label));
            }
            shown.add(labels.toString());
        }
        return shown;
    }

    private static Set<String> returning(Prometheus prometheus, Map<String, String> alerts) {
        return alerts.entrySet().stream()
                .filter(alert -> !prometheus.query(alert.getValue()).isEmpty())
                .map(Map.Entry::getKey)
                .collect(toSet());
    }

    /** Until what was counted is what was scraped: no refusal and no handshake is lost on the way. */
    private static void awaitScraped(Prometheus prometheus, Application application) {
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            assertThat(prometheus.query("sum(valkey_tls_handshake_seconds_count{outcome=\"success\"})"))
                    .extracting(Series::value)
                    .containsExactly((double) application.verified.size());
            assertThat(prometheus.query("sum(valkey_tls_refused_total)"))
                    .extracting(Series::value)
                    .containsExactly((double) application.refused.size());
        });
    }

    /** The dashboard's variables, as Grafana fills them in. */
    private static String resolved(String expression) {
        return expression
                .replace("$__rate_interval", "15m")
                .replace("$job", ".*")
                .replace("$instance", ".*");
    }

    private static JsonObject dashboard() throws IOException {
        return JsonParser.parseString(Files.readString(FILES.resolve("dashboard.json")))
                .getAsJsonObject();
    }

    /**
     * Name and expression of each alert, from the file itself: a folded expression goes on where it is indented more.
     */
    private static Map<String, String> alerts() throws IOException {
        Map<String, String> alerts = new LinkedHashMap<>();
        String name = "";
        boolean folded = false;
        for (String line : Files.readAllLines(FILES.resolve("alerts.yml"))) {
            String text = line.trim();
            if (text.startsWith("- alert: ")) {
                name = text.substring("- alert: ".length());
            } else if (text.startsWith("expr: ")) {
                folded = text.equals("expr: >-");
                alerts.put(name, folded ? "" : text.substring("expr: ".length()));
            } else if (folded && line.startsWith("          ")) {
                alerts.merge(name, text, (before, more) -> before + " " + more);
            } else {
                folded = false;
            }
        }
        return alerts;
    }

    private static HttpServer serve(Application application) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/metrics", exchange -> {
            byte[] page = application.registry.scrape().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
            exchange.sendResponseHeaders(200, page.length);
            try (exchange) {
                exchange.getResponseBody().write(page);
            }
        });
        server.start();
        return server;
    }
}
