package io.valkeysecure.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.valkeysecure.benchmarks.TlsEngine.Client;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SharesTest {
    private static final String OURS = TlsEngine.JDK.variant(Client.LETTUCE);

    @Test
    void markdown_plaintextBareAndOurs_eachShareIsADifference() {
        Results results = new Results();
        results.addRound(
                Connecting.EC_ONE,
                Map.of(
                        Variant.LETTUCE_PLAINTEXT,
                        cpu(300),
                        Bare.nameOf(OURS),
                        cpu(1_200),
                        OURS,
                        cpu(1_350),
                        OpenSslClient.Kind.PLAINTEXT.variant(),
                        cpu(40),
                        OpenSslClient.Kind.FULL.variant(),
                        cpu(1_000)));
        assertThat(Shares.markdown(results, Connecting.EC_ONE)).isEqualTo("""
                        | client CPU, µs | the client | TLS | this library | together |
                        | --- | --: | --: | --: | --: |
                        | Lettuce, valkey-secure, JDK engine | 300 | 900 | 150 | 1,350 |
                        | C, OpenSSL, full handshakes | 40.0 | 960 | 0.00 | 1,000 |
                        """);
    }

    @Test
    void markdown_nothingBare_noTable() {
        Results results = new Results();
        results.addRound(Connecting.EC_ONE, Map.of(Variant.LETTUCE_PLAINTEXT, cpu(300), OURS, cpu(1_350)));
        assertThat(Shares.markdown(results, Connecting.EC_ONE)).isEmpty();
    }

    private static Map<Metric, Double> cpu(double micros) {
        return Map.of(Metric.CLIENT_CPU, micros);
    }
}
