package io.valkeysecure.spiffe;

import io.spiffe.workloadapi.grpc.Workload;
import io.valkeysecure.Rotation;
import io.valkeysecure.SecureTls;
import io.valkeysecure.jedis.SecureJedis;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.certificate.TestCertificateBuilder;
import io.valkeysecure.testkit.internal.MutableClock;
import java.nio.file.Path;
import java.time.Duration;
import redis.clients.jedis.RedisClient;

/** Two trust domains, a Workload API that has answered for one of them, and what uses it. */
final class Scene implements AutoCloseable {
    static final Duration LONG = Duration.ofSeconds(60);
    static final String SERVER_ID = "spiffe://example.org/valkey";
    static final String CLIENT_ID = "spiffe://example.org/app";
    static final String USER = "spiffe-user-8c41";
    static final String PASSWORD = "spiffe-password-d2a9";

    final TestCertificate root = domain("example.org");
    final TestCertificate otherRoot = domain("other.test");
    final TestCertificate server = root.issue().uri(SERVER_ID).build();
    final MutableClock clock = new MutableClock();
    final FakeWorkloadApi agent;
    final WorkloadApi workload;

    Scene(Path directory) {
        agent = new FakeWorkloadApi(directory.resolve("api.sock"));
        agent.push(message(svid()));
        workload = new WorkloadApi(agent.address(), clock);
    }

    static TestCertificate domain(String name) {
        return TestCertificate.root()
                .subject("O=SPIFFE,CN=" + name)
                .uri("spiffe://" + name)
                .build();
    }

    TestCertificate svid() {
        return root.issue().uri(CLIENT_ID).build();
    }

    TestCertificateBuilder otherServer(String id) {
        return otherRoot.issue().uri(id);
    }

    Workload.X509SVIDResponse message(TestCertificate svid) {
        return FakeWorkloadApi.message(svid, root).build();
    }

    /** Reloads by pushes and calls only, and not by its own checks. */
    SecureTls tls(String serverId) {
        return workload.pushTo(workload.tlsTo(serverId)
                .rotation(Rotation.builder()
                        .checkInterval(Duration.ofHours(1))
                        .drainWindow(Duration.ofSeconds(1))
                        .build())
                .build());
    }

    static RedisClient jedis(SecureTls tls, int port) {
        return SecureJedis.client(tls, "rediss://" + USER + ":" + PASSWORD + "@localhost:" + port)
                .build();
    }

    @Override
    public void close() {
        workload.close();
        agent.close();
    }
}
