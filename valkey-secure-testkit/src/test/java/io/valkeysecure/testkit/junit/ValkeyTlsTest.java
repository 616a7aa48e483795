package io.valkeysecure.testkit.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.certificate.TlsMaterial;
import io.valkeysecure.testkit.hostile.HostilePeer;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Objects;
import java.util.stream.Collectors;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.testkit.engine.EngineTestKit;

class ValkeyTlsTest {
    @ValkeyTls
    private static @Nullable TlsMaterial material;

    @ValkeyTls(user = "app", password = "correct-horse-battery", config = "maxclients 77")
    private static @Nullable ValkeyServer server;

    @ValkeyTls(peer = "plaintextValkey")
    private @Nullable HostilePeer plaintext;

    private static TlsMaterial material() {
        return Objects.requireNonNull(material);
    }

    private static String ping(TestCertificate client, int port) throws IOException {
        try (SSLSocket socket = (SSLSocket)
                client.tlsContext(material().ca()).getSocketFactory().createSocket("localhost", port)) {
            socket.getOutputStream()
                    .write("AUTH app correct-horse-battery\r\nPING\r\nQUIT\r\n".getBytes(StandardCharsets.UTF_8));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void server_ofAField_takesTheClientOfTheMaterialOnly() throws IOException {
        int port = Objects.requireNonNull(server).port();

        assertThat(ping(material().client(), port)).isEqualTo("+OK\r\n+PONG\r\n+OK\r\n");
        TestCertificate stranger =
                TestCertificate.root().build().issue().subject("CN=client").build();
        assertThatThrownBy(() -> ping(stranger, port)).isInstanceOf(IOException.class);
        assertThat(server.execute("CONFIG", "GET", "maxclients")).contains("77");
    }

    @Test
    void client_renewed_isAnotherInTheSameFiles() throws IOException {
        String before = Files.readString(material().certificateFile());

        TestCertificate renewed = material().renewClient();

        assertThat(Files.readString(material().certificateFile()))
                .isNotEqualTo(before)
                .isEqualTo(renewed.chainPem());
        assertThat(Files.readString(material().keyFile())).isEqualTo(renewed.privateKeyPem());
        assertThat(Files.readString(material().caFile()))
                .isEqualTo(material().ca().certificatePem());
        assertThat(ping(material().client(), Objects.requireNonNull(server).port()))
                .contains("+PONG");
    }

    @Test
    void server_restartedWithAnIssuedCertificate_isTrustedAgain() throws IOException {
        ValkeyServer running = Objects.requireNonNull(server);
        TestCertificate renewed = material().issueServer();

        running.restart(renewed);

        try (SSLSocket socket = (SSLSocket) material()
                .client()
                .tlsContext(material().ca())
                .getSocketFactory()
                .createSocket("localhost", running.port())) {
            assertThat(socket.getSession().getPeerCertificates()[0]).isEqualTo(renewed.certificate());
        }
    }

    @Test
    void material_closedTwice_isGoneOnce() {
        TlsMaterial own = TlsMaterial.create();
        assertThat(own.keyFile()).exists();

        own.close();
        own.close();

        assertThat(own.keyFile().getParent()).doesNotExist();
    }

    @Test
    void peer_byItsName_misbehavesSo() {
        assertThatThrownBy(() -> ping(
                        material().client(), Objects.requireNonNull(plaintext).port()))
                .isInstanceOf(SSLException.class);
    }

    @Nested
    class Inner {
        @ValkeyTls
        private @Nullable TlsMaterial inherited;

        @Test
        void material_ofANestedClass_isTheOneOfItsOuterClass() {
            assertThat(inherited).isSameAs(material);
        }
    }

    /** Not run by itself: its kinds are, by the test below. */
    abstract static class Asking {
        @Test
        void test() {}
    }

    static class Final extends Asking {
        @ValkeyTls
        static final @Nullable TlsMaterial SET = null;
    }

    static class OfAnotherType extends Asking {
        @ValkeyTls
        static @Nullable String text;
    }

    static class PeerWithoutName extends Asking {
        @ValkeyTls
        static @Nullable HostilePeer peer;
    }

    static class PeerOfNoSuchName extends Asking {
        @ValkeyTls(peer = "laughs")
        static @Nullable HostilePeer peer;
    }

    static class UserWithoutPassword extends Asking {
        @ValkeyTls(user = "app")
        static @Nullable ValkeyServer server;
    }

    static class MaterialWithUser extends Asking {
        @ValkeyTls(user = "app", password = "secret")
        static @Nullable TlsMaterial material;
    }

    static class ConfigWithoutValue extends Asking {
        @ValkeyTls(config = "appendonly")
        static @Nullable ValkeyServer server;
    }

    static class PeerWithConfig extends Asking {
        @ValkeyTls(peer = "staysSilent", config = "appendonly no")
        static @Nullable HostilePeer peer;
    }

    @Test
    void field_thatCannotBeServed_failsAndSaysWhy() {
        assertThat(failure(Final.class)).contains("is final");
        assertThat(failure(OfAnotherType.class)).contains("expected the type TlsMaterial, ValkeyServer");
        assertThat(failure(PeerWithoutName.class)).contains("expected one of [").contains("staysSilent");
        assertThat(failure(PeerOfNoSuchName.class)).contains("there is no peer \"laughs\"");
        assertThat(failure(UserWithoutPassword.class)).contains("given together");
        assertThat(failure(MaterialWithUser.class)).contains("for Valkey servers only");
        assertThat(failure(PeerWithConfig.class)).contains("for Valkey servers only");
        assertThat(failure(ConfigWithoutValue.class)).contains("a space and its value, was \"appendonly\"");
    }

    /** Runs the class by JUnit itself. */
    private static String failure(Class<?> type) {
        return EngineTestKit.engine("junit-jupiter")
                .selectors(DiscoverySelectors.selectClass(type))
                .execute()
                .allEvents()
                .executions()
                .failed()
                .stream()
                .flatMap(execution -> execution.getTerminationInfo().getExecutionResult().getThrowable().stream())
                .map(Throwable::getMessage)
                .collect(Collectors.joining());
    }
}
