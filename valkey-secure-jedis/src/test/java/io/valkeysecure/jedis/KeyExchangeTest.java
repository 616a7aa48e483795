package io.valkeysecure.jedis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.valkeysecure.Endpoint;
import io.valkeysecure.Engine;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsConfigurationException;
import io.valkeysecure.TlsPolicy;
import io.valkeysecure.VerifiedHandshake;
import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.adapter.TlsHandshake;
import io.valkeysecure.testkit.internal.TlsTerminator;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import javax.net.ssl.SSLSocket;
import org.conscrypt.Conscrypt;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import redis.clients.jedis.Jedis;

/**
 * Hybrid key exchange, preferred and required. Servers that have it are real ones behind a front of BoringSSL's, since
 * the OpenSSL of this machine may be too old for it.
 */
class KeyExchangeTest {
    private static final String HYBRID = "X25519MLKEM768";

    private static ValkeyServer server;
    private final Fixture.RecordingListener heard = new Fixture.RecordingListener();
    private SecureTls tls;

    @BeforeAll
    static void start() {
        server = Fixture.server().plaintextPort().groups("X25519:P-256").start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @AfterEach
    void close() {
        if (tls != null) {
            tls.close();
        }
    }

    // The server

    @Test
    void hybridRequired_serverWithHybrid_isConnected() {
        tls = hybrid().build();
        try (TlsTerminator front = front(HYBRID, "X25519")) {
            assertThat(ping(front.port())).isEqualTo("PONG");
            assertThat(ping(front.port())).isEqualTo("PONG");
        }
        assertThat(heard.succeeded)
                .hasSize(2)
                .allMatch(verified -> verified.keyExchangeGroup().orElseThrow().equals(HYBRID));
    }

    @Test
    void hybridRequired_serverWithoutHybrid_isRefused() {
        tls = hybrid().build();
        Throwable refused = catchThrowable(() -> ping(server.port()));
        assertThat(RefusalReason.of(refused)).contains(RefusalReason.KEY_EXCHANGE);
        assertThat(refused)
                .hasStackTraceContaining("expected a hybrid key exchange such as " + HYBRID
                        + ", the server said handshake_failure; Valkey has it with OpenSSL 3.5 or newer");
        assertThat(server.execute("CLIENT", "LIST")).doesNotContain("user=" + Fixture.USER);
    }

    /** A server of TLS 1.2 has no hybrid group, and finds no TLS 1.2 here, though the policy allows it. */
    @Test
    void hybridRequired_serverOfTls12_isRefused() {
        tls = hybrid().build();
        try (ValkeyServer old = Fixture.server().tlsProtocols("TLSv1.2").start()) {
            Throwable refused = catchThrowable(() -> ping(old.port()));
            assertThat(RefusalReason.of(refused)).contains(RefusalReason.PROTOCOL_VERSION);
            assertThat(refused).hasStackTraceContaining("expected TLSv1.3 or newer");
        }
    }

    @Test
    void hybridPreferred_everyServer_isConnectedAndTheGroupTold() {
        tls = Fixture.tls().listener(heard).build();
        try (TlsTerminator both = front(HYBRID, "X25519");
                TlsTerminator hybridOnly = front(HYBRID);
                TlsTerminator classical = front("P-384")) {
            assertThat(ping(both.port())).isEqualTo("PONG");
            assertThat(ping(hybridOnly.port())).isEqualTo("PONG");
            assertThat(ping(classical.port())).isEqualTo("PONG");
            assertThat(ping(server.port())).isEqualTo("PONG");
        }
        assertThat(heard.succeeded)
                .extracting(verified -> verified.keyExchangeGroup().orElseThrow())
                .containsExactly(HYBRID, HYBRID, "secp384r1", "x25519");
    }

    // The engine

    /** The JDK has it since 27. */
    @Test
    void hybridRequired_jdk_isRefusedAtBuildTimeIfItHasNone() {
        if (Runtime.version().feature() >= 27) {
            tls = hybrid().engine(Engine.jdk()).build();
            try (TlsTerminator front = front(HYBRID, "X25519")) {
                assertThat(ping(front.port())).isEqualTo("PONG");
            }
            return;
        }
        assertThatThrownBy(() -> hybrid().engine(Engine.jdk()).build())
                .isInstanceOfSatisfying(
                        TlsConfigurationException.class,
                        e -> assertThat(e.reason()).isEqualTo(RefusalReason.KEY_EXCHANGE))
                .hasMessageContaining("a hybrid key exchange is required, and the TLS of JDK");
    }

    /** Only Jedis' adapter is here: what runs on an event loop has no engine with a hybrid group, before JDK 27. */
    @Test
    void hybridRequired_otherLibraryWithoutEngine_isRefusedWhenItConnects() {
        tls = hybrid().build();
        assertThat(tls.describe()).contains("key exchange hybrid required", "for Jedis BoringSSL (Conscrypt ");
        if (Runtime.version().feature() >= 27) {
            assertThat(tls.describe()).contains("for Lettuce and Redisson JDK ");
            return;
        }
        assertThat(tls.describe())
                .contains("for Lettuce and Redisson none, not the JDK: a hybrid key exchange is required");
        Endpoint endpoint = new Endpoint("localhost", server.port());
        assertThatThrownBy(() ->
                        TlsHandshake.start(tls, endpoint, ClientLibrary.LETTUCE).engine())
                .isInstanceOfSatisfying(
                        TlsConfigurationException.class,
                        e -> assertThat(e.reason()).isEqualTo(RefusalReason.KEY_EXCHANGE));
        assertThat(heard.refused).singleElement().satisfies(refusal -> {
            assertThat(refusal.reason()).isEqualTo(RefusalReason.KEY_EXCHANGE);
            assertThat(refusal).hasMessageContaining("(nothing was sent)");
        });
    }

    @ParameterizedTest
    @CsvSource({"P-256, secp256r1", "P-384, secp384r1", "P-521, secp521r1", "X25519, x25519"})
    void hybridPreferred_jdk_tellsTheGroup(String offered, String told) {
        tls = Fixture.tls().engine(Engine.jdk()).listener(heard).build();
        try (TlsTerminator front = front(offered)) {
            assertThat(ping(front.port())).isEqualTo("PONG");
        }
        assertThat(heard.succeeded)
                .singleElement()
                .extracting(VerifiedHandshake::keyExchangeGroup)
                .hasToString("Optional[" + told + "]");
    }

    /**
     * A server that took X25519 is offered nothing else by a JDK that can leave out the rest, so one handshake fails
     * when the server no longer takes it; none after that, however often it changes.
     */
    @Test
    void jdk_serverChangesItsGroup_isConnectedAgain() {
        tls = Fixture.tls().engine(Engine.jdk()).listener(heard).build();
        AtomicReference<String> group = new AtomicReference<>("X25519");
        try (TlsTerminator front = front(() -> new String[] {group.get()})) {
            assertThat(ping(front.port())).isEqualTo("PONG");
            assertThat(ping(front.port())).isEqualTo("PONG");
            group.set("P-256");
            if (Runtime.version().feature() >= 20 && Runtime.version().feature() < 27) {
                Throwable refused = catchThrowable(() -> ping(front.port()));
                assertThat(RefusalReason.of(refused)).contains(RefusalReason.CIPHER_SUITE);
            }
            assertThat(ping(front.port())).isEqualTo("PONG");
            group.set("X25519");
            assertThat(ping(front.port())).isEqualTo("PONG");
            assertThat(ping(front.port())).isEqualTo("PONG");
            group.set("P-256");
            assertThat(ping(front.port())).isEqualTo("PONG");
        }
        assertThat(heard.succeeded)
                .extracting(verified -> verified.keyExchangeGroup().orElseThrow())
                .containsExactly("x25519", "x25519", "secp256r1", "x25519", "x25519", "secp256r1");
    }

    private SecureTls.Builder hybrid() {
        return Fixture.tls()
                .policy(TlsPolicy.builder().requireHybridKeyExchange().build())
                .listener(heard);
    }

    private static TlsTerminator front(String... groups) {
        return front(() -> groups);
    }

    private static TlsTerminator front(Supplier<String[]> groups) {
        return TlsTerminator.of(
                Fixture.SERVER,
                server.host(),
                server.plaintextPort(),
                Conscrypt.newProvider(),
                (SSLSocket tls) -> Conscrypt.setNamedGroups(tls, groups.get()));
    }

    private String ping(int port) {
        try (Jedis jedis = new Jedis(
                Fixture.localhost(port),
                SecureJedis.clientConfig(tls, Fixture.login().build()))) {
            return jedis.ping();
        }
    }
}
