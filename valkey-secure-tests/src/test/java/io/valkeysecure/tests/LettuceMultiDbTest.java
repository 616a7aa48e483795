package io.valkeysecure.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisURI;
import io.lettuce.core.failover.MultiDbClient;
import io.lettuce.core.failover.api.DatabaseConfig;
import io.lettuce.core.failover.api.InitializationPolicy;
import io.lettuce.core.failover.api.MultiDbOptions;
import io.lettuce.core.failover.api.StatefulRedisMultiDbConnection;
import io.lettuce.core.resource.ClientResources;
import io.valkeysecure.ClientIdentity;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.lettuce.SecureLettuce;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.hostile.HostilePeer;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Lettuce's client for several databases, which has no front door of ours, with our resources and options. */
@Tag("lettuce-7")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LettuceMultiDbTest {
    private final TestCertificate root =
            TestCertificate.root().subject("CN=Test Root").build();
    private final TestCertificate client = root.issue().subject("CN=app").build();
    private final ValkeyServer server = ValkeyServer.builder(
                    root.issue().dnsName("localhost").build(), root)
            .user("app", "hunter2")
            .start();

    @AfterAll
    void stop() {
        server.close();
    }

    private List<Sin> sins() {
        return Sin.core(root);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("sins")
    void connect_preferredDatabaseIsASinner_isRefusedAndTheOtherServes(Sin sin) throws Exception {
        RecordingListener listener = new RecordingListener();
        try (HostilePeer sinner = sin.peer().get();
                SecureTls tls = tls(listener)) {
            use(tls, true, sinner.port(), server.port());

            assertThat(listener.refusedByVerdict()).isNotEmpty().allSatisfy(refusal -> {
                assertThat(refusal.reason()).isEqualTo(sin.reason());
                assertThat(refusal.endpoint().port()).isEqualTo(sinner.port());
            });
            assertThat(sinner.applicationBytes()).isEmpty();
        }
    }

    @Test
    void connect_honestDatabase_serves() throws Exception {
        RecordingListener listener = new RecordingListener();
        try (SecureTls tls = tls(listener)) {
            use(tls, true, server.port());

            assertThat(listener.refusedByVerdict()).isEmpty();
        }
    }

    @Test
    void connect_databaseWithoutTls_neverConnects() {
        try (HostilePeer sinner = HostilePeer.plaintextValkey();
                SecureTls tls = tls(new RecordingListener())) {
            assertThat(catchThrowable(() -> use(tls, false, sinner.port()))).isNotNull();
            assertThat(sinner.connections()).isZero();
        }
    }

    /** Connects to the databases, the first of which is preferred, then sets and gets. */
    private static void use(SecureTls tls, boolean ssl, int... ports) throws Exception {
        ClientResources resources = SecureLettuce.resources(tls);
        ClientOptions options = SecureLettuce.clientOptions(tls, ClientOptions.create());
        List<DatabaseConfig> databases = IntStream.range(0, ports.length)
                .mapToObj(i -> DatabaseConfig.builder(RedisURI.builder()
                                .withHost("localhost")
                                .withPort(ports[i])
                                .withSsl(ssl)
                                .withAuthentication("app", "hunter2")
                                .withTimeout(Duration.ofSeconds(20))
                                .build())
                        .weight(ports.length - i)
                        .clientOptions(options)
                        .build())
                .toList();
        MultiDbOptions one = MultiDbOptions.builder()
                .initializationPolicy(InitializationPolicy.BuiltIn.ONE_AVAILABLE)
                .build();
        MultiDbClient multiDb = MultiDbClient.create(resources, databases, one);
        try (StatefulRedisMultiDbConnection<String, String> connection = multiDb.connect()) {
            connection.sync().set("key", "value");
            assertThat(connection.sync().get("key")).isEqualTo("value");
        } finally {
            multiDb.close();
            resources.shutdown(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        }
    }

    private SecureTls tls(RecordingListener listener) {
        return SecureTls.trusting(TrustAnchors.of(root.certificate()))
                .presenting(ClientIdentity.of(client.privateKey(), client.chain()))
                .listener(listener)
                .build();
    }
}
