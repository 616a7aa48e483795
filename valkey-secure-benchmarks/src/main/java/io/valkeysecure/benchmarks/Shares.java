package io.valkeysecure.benchmarks;

import io.valkeysecure.benchmarks.OpenSslClient.Kind;
import io.valkeysecure.benchmarks.TlsEngine.Client;
import java.util.List;
import java.util.Optional;

/**
 * Whose the CPU time of a new connection is: the client's, that of TLS, and this library's. Each is a difference of two
 * variants' medians: with TLS and without, and with this library and {@link Bare}.
 */
final class Shares {
    private final StringBuilder table = new StringBuilder();
    private final Results results;
    private final String scenario;

    private Shares(Results results, String scenario) {
        this.results = results;
        this.scenario = scenario;
    }

    /** The table; nothing if the scenario has no variants for it. */
    static String markdown(Results results, String scenario) {
        Shares shares = new Shares(results, scenario);
        shares.rows();
        return shares.table.isEmpty()
                ? ""
                : "| client CPU, µs | the client | TLS | this library | together |\n| --- | --: | --: | --: | --: |\n"
                        + shares.table;
    }

    private void rows() {
        for (Client client : Client.values()) {
            String plaintext = client == Client.LETTUCE ? Variant.LETTUCE_PLAINTEXT : Variant.JEDIS_PLAINTEXT;
            for (TlsEngine engine : TlsEngine.of(client)) {
                String ours = engine.variant(client);
                row(ours, cpu(plaintext), cpu(Bare.nameOf(ours)), cpu(ours));
            }
        }
        Optional<Double> plaintext = cpu(Kind.PLAINTEXT.variant());
        for (Kind kind : List.of(Kind.FULL, Kind.RESUMED)) {
            Optional<Double> whole = cpu(kind.variant());
            row(kind.variant(), plaintext, whole, whole);
        }
    }

    private Optional<Double> cpu(String variant) {
        return results.spread(scenario, variant, Metric.CLIENT_CPU).map(Spread::median);
    }

    private void row(String name, Optional<Double> plaintext, Optional<Double> bare, Optional<Double> whole) {
        if (plaintext.isPresent() && bare.isPresent() && whole.isPresent()) {
            table.append("| %s | %s | %s | %s | %s |\n"
                    .formatted(
                            name,
                            Spread.number(plaintext.get()),
                            Spread.number(bare.get() - plaintext.get()),
                            Spread.number(whole.get() - bare.get()),
                            Spread.number(whole.get())));
        }
    }
}
