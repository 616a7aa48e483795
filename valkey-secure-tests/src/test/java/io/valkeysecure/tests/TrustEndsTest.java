package io.valkeysecure.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.valkeysecure.RefusalReason;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsPolicy;
import io.valkeysecure.VerifiedHandshake;
import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Trust that ends while a connection is open whose session was resumed: the connection ends although nobody uses it,
 * and the session is of no use any more. The twin of each is a change of the same files that takes nothing away.
 */
class TrustEndsTest extends ChangingTrust {
    private static final Duration LONG = Duration.ofSeconds(60);

    private static ValkeyServer server;

    TrustEndsTest(@TempDir Path directory) {
        super(directory);
    }

    @BeforeAll
    static void start() {
        server = ValkeyServer.builder(SERVER, ROOT)
                .user(TestClient.USER, TestClient.PASSWORD)
                .start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    static Stream<Arguments> everyTransportAndChange() {
        return Stream.of(Transport.values())
                .flatMap(transport -> Stream.of(Change.CA_REMOVED, Change.SERVER_REVOKED)
                        .map(change -> Arguments.of(transport, change)));
    }

    /** Connects until a session is resumed. */
    private TestClient.Connection resumed(SecureTls tls, Transport transport) {
        for (int i = 0; i < 10; i++) {
            TestClient.Connection connection = transport.connect(tls, server.host(), server.port());
            connection.set("key", "value");
            VerifiedHandshake last = listener.verified().get(listener.verified().size() - 1);
            if (last.resumed() && last.generation() == tls.status().generation()) {
                return connection;
            }
            connection.close();
        }
        throw new AssertionError("ten connections, and none resumed a session");
    }

    @ParameterizedTest
    @MethodSource("everyTransportAndChange")
    void change_takesNothingAway_connectionStaysAndSessionsResume(Transport transport, Change change) throws Exception {
        try (SecureTls tls = tls(transport, TlsPolicy.modern());
                TestClient.Connection connection = resumed(tls, transport)) {
            change.harmless(this);
            await().atMost(LONG).until(() -> tls.status().generation() == 2);
            try (TestClient.Connection next = resumed(tls, transport)) {
                assertThat(next.get("key")).isEqualTo("value");
            }
            assertThat(connection.get("key")).isEqualTo("value");
        }
    }

    @ParameterizedTest
    @MethodSource("everyTransportAndChange")
    void change_endsTrust_resumedConnectionIsClosedAndTheSessionOfNoUse(Transport transport, Change change)
            throws Exception {
        try (SecureTls tls = tls(transport, TlsPolicy.modern())) {
            TestClient.Connection connection = resumed(tls, transport);
            change.harmful(this);
            await().atMost(LONG).until(() -> tls.status().openConnections() == 0);
            await().atMost(LONG).until(() -> !server.execute("CLIENT", "LIST").contains("user=" + TestClient.USER));
            int before = listener.verified().size();
            for (int i = 0; i < 2; i++) {
                Throwable thrown = catchThrowable(() -> connect(tls, transport));
                assertThat(RefusalReason.of(thrown)).contains(change.reason);
            }
            assertThat(listener.verified()).hasSize(before);
            if (transport.library()
                    != ClientLibrary.LETTUCE) { // which connects anew, in vain, and keeps the command until then
                assertThat(RefusalReason.of(catchThrowable(() -> connection.get("key"))))
                        .contains(change.reason);
            }
            // a pool of Jedis replaces the broken connection at once, in vain, and throws
            var unused = catchThrowable(connection::close);
        }
    }

    private static void connect(SecureTls tls, Transport transport) {
        try (TestClient.Connection connection = transport.connect(tls, server.host(), server.port())) {
            connection.set("key", "value");
        }
    }
}
