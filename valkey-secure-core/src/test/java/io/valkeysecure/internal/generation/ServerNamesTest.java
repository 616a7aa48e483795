package io.valkeysecure.internal.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.valkeysecure.Endpoint;
import io.valkeysecure.PeerRejectedException;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.internal.x509.ReferenceIdentifier;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ServerNamesTest {
    private static final Endpoint DIALLED = new Endpoint("localhost", 6379);
    private static final List<ReferenceIdentifier.Expected> OF_ALL = List.of(ReferenceIdentifier.host("all.test"));

    @Test
    void expected_endpointHostAndAllHaveNames_isTheMostSpecific() throws Exception {
        Map<String, String> host = Map.of("localhost", "host.test");
        Map<String, String> both = Map.of("localhost", "host.test", "localhost:6379", "endpoint.test");

        assertThat(new ServerNames(OF_ALL, both).expected(DIALLED)).hasToString("[dNSName endpoint.test]");
        assertThat(new ServerNames(OF_ALL, host).expected(DIALLED)).hasToString("[dNSName host.test]");
        assertThat(new ServerNames(OF_ALL, Map.of()).expected(DIALLED)).isEqualTo(OF_ALL);
        assertThat(new ServerNames(null, Map.of()).expected(DIALLED)).hasToString("[dNSName localhost]");
        assertThat(new ServerNames(null, both).expected(new Endpoint("localhost", 6380)))
                .hasToString("[dNSName host.test]");
    }

    @Test
    void indicated_isTheNameOfTheDialledAndNeverThatOfAll() {
        assertThat(new ServerNames(OF_ALL, Map.of()).indicated(DIALLED)).isEqualTo("localhost");
        assertThat(new ServerNames(null, Map.of("localhost:6379", "endpoint.test")).indicated(DIALLED))
                .isEqualTo("endpoint.test");
    }

    @Test
    void expected_dialledHostThatIsNoNameWithoutAName_isRefused() throws Exception {
        Endpoint alias = new Endpoint("My_Alias", 6379);

        PeerRejectedException refused = catchThrowableOfType(
                PeerRejectedException.class, () -> new ServerNames(null, Map.of()).expected(alias));

        assertThat(refused.reason()).isEqualTo(RefusalReason.NAME_MISMATCH);
        assertThat(new ServerNames(null, Map.of("my_alias", "node.test")).expected(alias))
                .hasToString("[dNSName node.test]");
    }

    @Test
    void key_waysToWriteTheSame_areOne() {
        assertThat(ServerNames.key("LocalHost.")).isEqualTo("localhost");
        assertThat(ServerNames.key("0:0::1")).isEqualTo(ServerNames.key("::1"));
        assertThat(ServerNames.key("b\u00fccher.test")).isEqualTo("xn--bcher-kva.test");
        assertThat(ServerNames.key(new Endpoint("[::1]", 1))).isEqualTo("[0:0:0:0:0:0:0:1]:1");
        assertThat(ServerNames.key("::ffff:127.0.0.1")).isEqualTo(ServerNames.key("127.0.0.1")); // one is dialled
    }

    @Test
    void describe_showsWhatEachIsExpectedToBe() {
        assertThat(new ServerNames(OF_ALL, Map.of("localhost:6379", "endpoint.test")).describe())
                .contains("all.test")
                .contains("\n  dialled as localhost:6379: endpoint.test");
        assertThat(new ServerNames(null, Map.of()).describe()).isEqualTo("the dialled host");
    }
}
