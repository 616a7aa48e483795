package io.valkeysecure.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.valkeysecure.ClientIdentity;
import io.valkeysecure.Endpoint;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.SecureTls;
import io.valkeysecure.ServerIdentity;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.recording.Recording;
import io.valkeysecure.testkit.recording.RecordingProxy;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Servers behind a tunnel: dialled by another name than their own, which is expected and sent as SNI. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ServerNameTest {
    private static final String NAME = "node-1.internal.test";
    private static final String OTHER = "node-2.internal.test";
    private static final Duration LONG = Duration.ofSeconds(60);

    private final TestCertificate root = TestCertificate.root().build();
    private final TestCertificate client = root.issue().subject("CN=app").build();
    private final ValkeyServer server = ValkeyServer.builder(
                    root.issue().dnsName(NAME).build(), root)
            .user(TestClient.USER, TestClient.PASSWORD)
            .start();

    @AfterAll
    void stop() {
        server.close();
    }

    private SecureTls.Builder tls(TrustAnchors anchors) {
        return SecureTls.trusting(anchors).presenting(ClientIdentity.of(client.privateKey(), client.chain()));
    }

    private SecureTls.Builder tls() {
        return tls(TrustAnchors.of(root.certificate()));
    }

    private RecordingProxy tunnel() {
        return RecordingProxy.to(server.host(), server.port());
    }

    private static void use(TestClient with, SecureTls tls, int port) {
        try (TestClient.Connection connection = with.connect(tls, "localhost", port)) {
            connection.set("key", "value");
            assertThat(connection.get("key")).isEqualTo("value");
        }
    }

    private void accepts(TestClient with, RecordingProxy tunnel, UnaryOperator<SecureTls.Builder> names) {
        try (SecureTls tls = names.apply(tls().engine(with.engine())).build()) {
            use(with, tls, tunnel.port());
        }
    }

    /** Refused for its name, and no byte of a command was sent. */
    private void refuses(TestClient with, UnaryOperator<Names> names, String expected) {
        try (RecordingProxy tunnel = tunnel();
                SecureTls tls = names.apply(new Names(tls().engine(with.engine()), tunnel.port()))
                        .builder()
                        .build()) {
            Throwable thrown = catchThrowable(() -> with.connect(tls, "localhost", tunnel.port()));

            assertThat(RefusalReason.of(thrown)).contains(RefusalReason.NAME_MISMATCH);
            assertThat(thrown).hasStackTraceContaining("expected dNSName " + expected + ", leaf has dNSName " + NAME);
            assertThat(tunnel.awaitEnd(LONG)).isTrue();
            assertThat(tunnel.recordings()).isNotEmpty().allSatisfy(recording -> {
                assertThat(recording.clientTranscript().isAllTls()).isTrue();
                assertThat(recording.clientTranscript().mayCarryCommand()).isFalse();
            });
        }
    }

    /** A builder, and the port of the tunnel that its client dials. */
    private record Names(SecureTls.Builder builder, int port) {
        Names host(String host, String name) {
            return new Names(builder.serverName(host, name), port);
        }

        Names endpoint(int atPort, String name) {
            return new Names(builder.serverName(new Endpoint("localhost", atPort), name), port);
        }

        Names all(String name) {
            return new Names(builder.serverIdentity(ServerIdentity.host(name)), port);
        }
    }

    private static String hello(Recording recording) {
        return new String(recording.clientToServer(), StandardCharsets.ISO_8859_1);
    }

    @ParameterizedTest
    @EnumSource
    void host_withTheNameOfTheServer_isAcceptedAndAskedForIt(TestClient with) {
        try (RecordingProxy tunnel = tunnel()) {
            accepts(with, tunnel, builder -> builder.serverName("LOCALHOST.", NAME + "."));

            assertThat(hello(tunnel.recordings().get(0))).contains(NAME).doesNotContain("localhost", NAME + ".");
        }
    }

    @ParameterizedTest
    @EnumSource
    void host_withAnotherOrNoName_isRefused(TestClient with) {
        refuses(with, names -> names.host("localhost", OTHER), OTHER);
        refuses(with, names -> names.host("127.0.0.1", NAME), "localhost");
        refuses(with, names -> names, "localhost");
    }

    @ParameterizedTest
    @EnumSource
    void endpoint_withTheNameOfTheServer_isAcceptedAndAskedForIt(TestClient with) {
        try (RecordingProxy tunnel = tunnel()) {
            accepts(
                    with,
                    tunnel,
                    builder -> builder.serverIdentity(ServerIdentity.host("other.test"))
                            .serverName("localhost", OTHER)
                            .serverName(new Endpoint("localhost", tunnel.port()), NAME));

            assertThat(hello(tunnel.recordings().get(0))).contains(NAME).doesNotContain(OTHER);
        }
    }

    @ParameterizedTest
    @EnumSource
    void endpoint_withAnotherName_isRefusedWhateverTheHostHas(TestClient with) {
        refuses(with, names -> names.all(NAME).host("localhost", NAME).endpoint(names.port(), OTHER), OTHER);
        refuses(with, names -> names.endpoint(names.port() == 1 ? 2 : 1, NAME), "localhost");
        refuses(with, names -> names.all(NAME).host("localhost", OTHER), OTHER);
    }

    /** The twin of the rows above: what has no name of its own has the name of all. */
    @ParameterizedTest
    @EnumSource
    void host_withoutAName_isAcceptedByTheIdentityOfAll(TestClient with) {
        try (RecordingProxy tunnel = tunnel()) {
            accepts(
                    with,
                    tunnel,
                    builder -> builder.serverIdentity(ServerIdentity.host(NAME))
                            .serverName("127.0.0.1", OTHER)
                            .serverName(new Endpoint("localhost", 1), OTHER));

            assertThat(hello(tunnel.recordings().get(0))).contains("localhost").doesNotContain(NAME, OTHER);
        }
    }

    @ParameterizedTest
    @EnumSource
    void name_afterResumptionAndReload_isStillExpectedAndSent(TestClient with) {
        AtomicReference<List<X509Certificate>> anchors = new AtomicReference<>(List.of(root.certificate()));
        X509Certificate more =
                TestCertificate.root().subject("CN=Another").build().certificate();
        RecordingListener listener = new RecordingListener();
        try (RecordingProxy tunnel = tunnel();
                SecureTls tls = tls(TrustAnchors.from(anchors::get))
                        .engine(with.engine())
                        .listener(listener)
                        .serverName(new Endpoint("localhost", tunnel.port()), NAME)
                        .build()) {
            for (int i = 0; i < 10 && listener.verified().stream().noneMatch(made -> made.resumed()); i++) {
                use(with, tls, tunnel.port());
            }
            assertThat(listener.verified()).anyMatch(made -> made.resumed());
            try (TestClient.Connection open = with.connect(tls, "localhost", tunnel.port())) {
                anchors.set(List.of(root.certificate(), more));
                assertThat(tls.reload()).isTrue();
                use(with, tls, tunnel.port());
                assertThat(open.get("key")).isEqualTo("value"); // it was judged again, by the same name
            }
            assertThat(tunnel.recordings())
                    .allMatch(recording -> hello(recording).contains(NAME));

            // the twin: the same mapping does not help a server that loses its name
            try (ValkeyServer renamed = ValkeyServer.builder(
                            root.issue().dnsName(OTHER).build(), root)
                    .user(TestClient.USER, TestClient.PASSWORD)
                    .start()) {
                tunnel.redirect(renamed.host(), renamed.port());
                Throwable thrown = catchThrowable(() -> with.connect(tls, "localhost", tunnel.port()));
                assertThat(RefusalReason.of(thrown)).contains(RefusalReason.NAME_MISMATCH);
            }
        }
    }

    @Test
    void name_emptyOrMalformed_isRefused() {
        for (String name : new String[] {"", "a b", "*.internal.test", "node_1.test", "node-1:6379", "10.0.0.999"}) {
            assertThatThrownBy(() -> tls().serverName("localhost", name))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("expected a DNS name")
                    .hasMessageContaining("was \"" + name + "\"");
        }
        for (String host : new String[] {"", "a b", "\u202e"}) {
            assertThatThrownBy(() -> tls().serverName(host, NAME))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("host must be a name or an address");
        }
        assertThatThrownBy(() -> tls().serverName("localhost", null)).hasMessage("name");
        assertThatThrownBy(() -> tls().serverName((String) null, NAME)).hasMessage("host");
        assertThatThrownBy(() -> tls().serverName((Endpoint) null, NAME)).hasMessage("dialled");
    }

    @Test
    void name_ofTheSameHostOrEndpointTwice_isRefused() {
        assertThatThrownBy(() -> tls().serverName("localhost", NAME).serverName("Localhost.", OTHER))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("server name of Localhost. was already set to " + NAME);
        assertThatThrownBy(() -> tls().serverName("::1", NAME).serverName("[0:0::1]", NAME))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> tls().serverName(new Endpoint("localhost", 1), NAME)
                        .serverName(new Endpoint("LOCALHOST", 1), OTHER))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("server name of LOCALHOST:1 was already set to " + NAME);
    }

    @Test
    void names_areDescribed() {
        try (SecureTls tls = tls().serverName("::1", NAME)
                .serverName("localhost", OTHER)
                .serverName(new Endpoint("localhost", 6381), NAME)
                .build()) {
            assertThat(tls.describe())
                    .contains("server identity the dialled host\n  dialled as 0:0:0:0:0:0:0:1: " + NAME
                            + "\n  dialled as localhost: " + OTHER + "\n  dialled as localhost:6381: " + NAME);
        }
    }
}
