package io.valkeysecure.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.valkeysecure.ClientIdentity;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.Revocation;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.VerifiedHandshake;
import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.io.IOException;
import java.nio.file.Files;
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
 * Trust that ends while a connection is open whose session was resumed: the connection ends although nobody uses it, and
 * the session is of no use any more. The twin of each is a change of the same files that takes nothing away.
 */
class TrustEndsTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    private static final TestCertificate ROOT =
            TestCertificate.root().subject("CN=Root").build();
    private static final TestCertificate OTHER_ROOT =
            TestCertificate.root().subject("CN=Other Root").build();
    private static final TestCertificate SERVER =
            ROOT.issue().subject("CN=server").dnsName("localhost").build();
    private static final TestCertificate OTHER_SERVER =
            ROOT.issue().subject("CN=other server").dnsName("other.example").build();

    private static ValkeyServer server;

    private final RecordingListener listener = new RecordingListener();
    private final Path anchors;
    private final Path crl;

    TrustEndsTest(@TempDir Path directory) {
        anchors = directory.resolve("ca.crt");
        crl = directory.resolve("root.crl");
    }

    /** What is written, once without harm and once so that it ends the trust. */
    enum Change {
        CA_REMOVED(RefusalReason.UNTRUSTED_ISSUER) {
            @Override
            void harmless(TrustEndsTest test) throws IOException {
                Files.writeString(test.anchors, TestCertificate.pem(OTHER_ROOT, ROOT) + "\n");
            }

            @Override
            void end(TrustEndsTest test) throws IOException {
                Files.writeString(test.anchors, OTHER_ROOT.certificatePem());
                OTHER_ROOT.crl().build().write(test.crl);
            }
        },
        SERVER_REVOKED(RefusalReason.REVOKED) {
            @Override
            void harmless(TrustEndsTest test) {
                ROOT.crl().number(2).revoke(OTHER_SERVER).build().write(test.crl);
            }

            @Override
            void end(TrustEndsTest test) {
                ROOT.crl().number(3).revoke(SERVER).build().write(test.crl);
            }
        };

        private final RefusalReason reason;

        Change(RefusalReason reason) {
            this.reason = reason;
        }

        abstract void harmless(TrustEndsTest test) throws IOException;

        abstract void end(TrustEndsTest test) throws IOException;
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
                .flatMap(transport -> Stream.of(Change.values()).map(change -> Arguments.of(transport, change)));
    }

    private SecureTls tls(Transport transport) throws IOException {
        Files.writeString(anchors, TestCertificate.pem(ROOT, OTHER_ROOT));
        ROOT.crl().number(1).build().write(crl);
        TestCertificate client = ROOT.issue().subject("CN=client").build();
        return SecureTls.trusting(TrustAnchors.pem(anchors))
                .presenting(ClientIdentity.of(client.privateKey(), client.chain()))
                .revocation(Revocation.crls(crl))
                .engine(transport.engine())
                .listener(listener)
                .build();
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
        try (SecureTls tls = tls(transport);
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
        try (SecureTls tls = tls(transport)) {
            TestClient.Connection connection = resumed(tls, transport);
            change.end(this);
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
