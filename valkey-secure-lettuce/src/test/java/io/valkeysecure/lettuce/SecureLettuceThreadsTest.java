package io.valkeysecure.lettuce;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.valkeysecure.ClientIdentity;
import io.valkeysecure.Engine;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.VerifiedHandshake;
import io.valkeysecure.netty.internal.HandshakeThreads;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Signatures are verified on threads of their own; the rest of a resumed handshake is too quick for that. */
class SecureLettuceThreadsTest {
    private static final int CONNECTIONS = 3;

    private final Pki pki = new Pki();
    private final List<String> verifiers = new CopyOnWriteArrayList<>();

    @ParameterizedTest
    @CsvSource({"true, true", "true, false", "false, true", "false, false"})
    void connect_oneAfterAnother_onlyResumedHandshakesStayOnTheEventLoop(boolean resumes, boolean jdk) {
        try (ValkeyServer server = pki.valkey().start();
                SecureTls tls = SecureTls.trusting(TrustAnchors.of(pki.root.certificate()))
                        .presenting(ClientIdentity.of(pki.client.privateKey(), pki.client.chain()))
                        .engine(jdk ? Engine.jdk() : Engine.auto())
                        .listener(pki.heard)
                        .clock(new WatchingClock(
                                () -> verifiers.add(Thread.currentThread().getName())))
                        .build()) {
            RedisClient client = SecureLettuce.client(tls, Pki.uri(server));
            for (int i = 0; i < CONNECTIONS; i++) {
                if (!resumes) {
                    // it forgets the sessions that it gave out, so that they are offered in vain
                    server.restart();
                }
                try (StatefulRedisConnection<String, String> connection = client.connect()) {
                    assertThat(connection.sync().ping()).isEqualTo("PONG");
                }
            }
            client.shutdown();
        }
        assertThat(pki.heard.succeeded).extracting(VerifiedHandshake::resumed).containsExactly(false, resumes, resumes);
        assertThat(verifiers)
                .filteredOn(name -> name.startsWith(HandshakeThreads.PREFIX))
                .hasSize(resumes ? 1 : CONNECTIONS);
        assertThat(verifiers).filteredOn(name -> name.startsWith("lettuce-")).hasSize(resumes ? CONNECTIONS - 1 : 0);
    }
}
