package io.valkeysecure.spiffe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.spiffe.workloadapi.grpc.Workload;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.Rotation;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsConfigurationException;
import io.valkeysecure.observe.TlsHealth;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.recording.RecordingProxy;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.RedisClient;

/** Material of a Workload API in this process, over a Unix socket. */
class WorkloadApiTest {
    @TempDir
    private Path directory = Path.of("");

    private Scene scene;

    @BeforeEach
    void start() {
        scene = new Scene(directory);
    }

    @AfterEach
    void stop() {
        scene.close();
    }

    private static ValkeyServer valkey(TestCertificate identity, TestCertificate clients) {
        return ValkeyServer.builder(identity, clients)
                .user(Scene.USER, Scene.PASSWORD)
                .start();
    }

    private static void assertConnects(SecureTls tls, int port) {
        try (RedisClient client = Scene.jedis(tls, port)) {
            assertThat(client.ping()).isEqualTo("PONG");
        }
    }

    private static void assertRefused(SecureTls tls, ValkeyServer server, RefusalReason reason) {
        try (RecordingProxy wire = RecordingProxy.to(server.host(), server.port());
                RedisClient client = Scene.jedis(tls, wire.port())) {
            assertThat(RefusalReason.of(catchThrowable(client::ping))).contains(reason);
            wire.assertNoCommandSent(Scene.LONG);
        }
    }

    /** Calls reload in place of the checks, which come every hour in these tests. */
    private static void awaitSecondGeneration(SecureTls tls) {
        await().atMost(Scene.LONG).ignoreExceptions().until(() -> {
            tls.reload();
            return tls.status().generation() == 2;
        });
    }

    // who is connected to

    @Test
    void tlsTo_serverWithThisIdAndNoDnsName_isConnectedToWithTheSvid() {
        try (ValkeyServer server = valkey(scene.server, scene.root);
                SecureTls tls = scene.tls(Scene.SERVER_ID)) {
            assertConnects(tls, server.port());
        }
    }

    @Test
    void tlsTo_serverWithAnotherIdOrWithTheDialledNameOnly_isRefused() {
        try (SecureTls tls = scene.tls(Scene.SERVER_ID)) {
            for (TestCertificate identity : List.of(
                    scene.root.issue().uri("spiffe://example.org/other").build(),
                    scene.root.issue().dnsName("localhost").build())) {
                try (ValkeyServer server = valkey(identity, scene.root)) {
                    assertRefused(tls, server, RefusalReason.NAME_MISMATCH);
                }
            }
        }
    }

    /** A CA of a federated domain issues an ID of the own one; beside it, the ID that it may issue. */
    @Test
    void tlsTo_federatedDomain_isTrustedForItsOwnIdsOnly() {
        scene.agent.push(FakeWorkloadApi.message(scene.svid(), scene.root)
                .putFederatedBundles("spiffe://other.test", FakeWorkloadApi.encoded(List.of(scene.otherRoot)))
                .putFederatedBundles("spiffe://example.org", FakeWorkloadApi.encoded(List.of(scene.otherRoot)))
                .build());
        try (SecureTls own = scene.tls(Scene.SERVER_ID);
                SecureTls other = scene.tls("spiffe://other.test/valkey");
                ValkeyServer foreign = valkey(scene.otherServer(Scene.SERVER_ID).build(), scene.root);
                ValkeyServer federated =
                        valkey(scene.otherServer("spiffe://other.test/valkey").build(), scene.root)) {
            assertRefused(own, foreign, RefusalReason.UNTRUSTED_ISSUER);
            assertRefused(other, foreign, RefusalReason.NAME_MISMATCH);
            assertConnects(other, federated.port());
        }
    }

    @Test
    void trustAnchors_domainWithoutBundle_isToldWithThoseThatAreThere() {
        assertThatExceptionOfType(TlsConfigurationException.class)
                .isThrownBy(() -> scene.tls("spiffe://other.test/valkey"))
                .withMessageContaining("expected a bundle of other.test, was given those of [example.org]")
                .withMessageContaining(scene.agent.address());
    }

    @Test
    void clientIdentity_oneOfSeveral_isPickedById() {
        TestCertificate admin =
                scene.root.issue().uri("spiffe://example.org/admin").build();
        scene.agent.push(FakeWorkloadApi.message(scene.svid(), scene.root)
                .addSvids(FakeWorkloadApi.entry(admin, scene.root).setHint("internal"))
                .build());
        try (SecureTls tls = SecureTls.trusting(scene.workload.trustAnchors("example.org"))
                .presenting(scene.workload.clientIdentity("spiffe://example.org/admin"))
                .build()) {
            assertThat(tls.describe())
                    .contains("SVID spiffe://example.org/admin of the Workload API at " + scene.agent.address())
                    .contains("bundle of example.org");
            assertThat(tls.status().validities())
                    .anyMatch(each -> each.notAfter()
                            .equals(admin.certificate().getNotAfter().toInstant()));
        }
        assertThatExceptionOfType(TlsConfigurationException.class)
                .isThrownBy(() -> SecureTls.trusting(scene.workload.trustAnchors("example.org"))
                        .presenting(scene.workload.clientIdentity("spiffe://example.org/none"))
                        .build())
                .withMessageContaining("expected an SVID spiffe://example.org/none, was given")
                .withMessageContaining(Scene.CLIENT_ID);
    }

    // pushes

    @Test
    void push_newSvidAndNewBundle_isInForceWithoutACheck() {
        TestCertificate nextRoot = Scene.domain("example.org");
        try (SecureTls tls = scene.tls(Scene.SERVER_ID);
                ValkeyServer next = valkey(nextRoot.issue().uri(Scene.SERVER_ID).build(), scene.root)) {
            assertRefused(tls, next, RefusalReason.UNTRUSTED_ISSUER);

            scene.agent.push(
                    FakeWorkloadApi.message(scene.svid(), scene.root, nextRoot).build());

            await().atMost(Scene.LONG).until(() -> tls.status().generation() == 2);
            assertConnects(tls, next.port());
            assertThat(scene.agent.opened()).isEqualTo(1);
        }
    }

    @Test
    void push_toAClosedSecureTls_reachesTheOthers() {
        SecureTls gone = scene.tls(Scene.SERVER_ID);
        try (SecureTls tls = scene.tls(Scene.SERVER_ID)) {
            gone.close();
            scene.agent.push(scene.message(scene.svid()));
            await().atMost(Scene.LONG).until(() -> tls.status().generation() == 2);
        }
    }

    // what goes wrong

    /** Messages that cannot be used, and what is said of each. */
    @SuppressWarnings("ImmutableEnumChecker")
    enum BadMessage {
        NO_SVID((scene, good) -> good.clearSvids(), "no SVID is in it"),
        RUBBISH_CERTIFICATE(
                (scene, good) -> svid(good, svid -> svid.setX509Svid(ByteString.copyFromUtf8("rubbish"))),
                "Certificate could not be parsed"),
        RUBBISH_KEY(
                (scene, good) -> svid(good, svid -> svid.setX509SvidKey(ByteString.copyFromUtf8("rubbish"))),
                "Private Key could not be parsed"),
        RUBBISH_BUNDLE(
                (scene, good) -> svid(good, svid -> svid.setBundle(ByteString.copyFromUtf8("rubbish"))),
                "Bundle certificates could not be parsed"),
        NO_BUNDLE((scene, good) -> svid(good, Workload.X509SVID.Builder::clearBundle), "Bundle certificates"),
        OTHER_ID_THAN_THE_SVID(
                (scene, good) -> svid(good, svid -> svid.setSpiffeId("spiffe://example.org/other")),
                "the SVID of spiffe://example.org/other holds " + Scene.CLIENT_ID),
        NO_SPIFFE_ID(
                (scene, good) -> FakeWorkloadApi.message(
                        scene.root.issue().uri("https://example.org/app").build(), scene.root),
                "Certificate does not contain SPIFFE ID"),
        KEY_OF_ANOTHER(
                (scene, good) -> svid(
                        good,
                        svid -> svid.setX509SvidKey(
                                ByteString.copyFrom(scene.svid().privateKey().getEncoded()))),
                "the private key does not belong to the first certificate"),
        EXPIRED(
                (scene, good) -> FakeWorkloadApi.message(
                        scene.root
                                .issue()
                                .uri(Scene.CLIENT_ID)
                                .notBefore(Instant.now().minusSeconds(7200))
                                .notAfter(Instant.now().minusSeconds(3600))
                                .build(),
                        scene.root),
                "expired"),
        BUNDLE_OF_ANOTHER_DOMAIN_ONLY(
                (scene, good) -> FakeWorkloadApi.message(
                        scene.otherRoot.issue().uri("spiffe://other.test/app").build(), scene.otherRoot),
                "expected a bundle of example.org, was given those of [other.test]");

        private final BiFunction<Scene, Workload.X509SVIDResponse.Builder, Workload.X509SVIDResponse.Builder> change;
        private final String told;

        BadMessage(
                BiFunction<Scene, Workload.X509SVIDResponse.Builder, Workload.X509SVIDResponse.Builder> change,
                String told) {
            this.change = change;
            this.told = told;
        }

        private static Workload.X509SVIDResponse.Builder svid(
                Workload.X509SVIDResponse.Builder good, UnaryOperator<Workload.X509SVID.Builder> change) {
            return good.setSvids(0, change.apply(good.getSvids(0).toBuilder()));
        }
    }

    @ParameterizedTest
    @EnumSource
    void push_unusable_leavesTheLastGoodInForceAndIsToldUntilAGoodOneComes(BadMessage bad) {
        try (ValkeyServer server = valkey(scene.server, scene.root);
                SecureTls tls = scene.tls(Scene.SERVER_ID)) {
            Workload.X509SVIDResponse.Builder good = FakeWorkloadApi.message(scene.svid(), scene.root);
            scene.agent.push(bad.change.apply(scene, good).build());

            await().atMost(Scene.LONG).until(() -> tls.status().lastFailure().isPresent());
            assertThat(tls.status().lastFailure().orElseThrow().message()).contains(bad.told);
            assertThat(tls.status().lastFailure().orElseThrow().message()).doesNotContain("BEGIN", "rubbish");
            assertThat(tls.health().state()).isEqualTo(TlsHealth.State.DEGRADED);
            assertThat(tls.status().generation()).isEqualTo(1);
            assertConnects(tls, server.port());

            scene.agent.push(scene.message(scene.svid()));
            awaitSecondGeneration(tls);
            assertThat(tls.health().state()).isEqualTo(TlsHealth.State.UP);
            assertConnects(tls, server.port());
        }
    }

    @Test
    void agent_stopped_isToldAndTheLastGoodStays_untilItIsBack() {
        try (ValkeyServer server = valkey(scene.server, scene.root);
                SecureTls tls = scene.tls(Scene.SERVER_ID)) {
            scene.agent.stop();
            await().atMost(Scene.LONG).until(() -> catchThrowable(tls::reload) != null);
            assertThat(tls.status().lastFailure().orElseThrow().message())
                    .contains("the Workload API at " + scene.agent.address() + " gave no SVID: UNAVAILABLE")
                    .contains("is the agent running, and its socket reachable by this process?");
            assertThat(tls.status().lastFailure().orElseThrow().reason()).isEqualTo(RefusalReason.MATERIAL_UNREADABLE);
            assertThat(tls.health().state()).isEqualTo(TlsHealth.State.DEGRADED);
            assertConnects(tls, server.port());

            scene.agent.restart();
            scene.agent.push(scene.message(scene.svid()));
            awaitSecondGeneration(tls);
            assertThat(tls.health().state()).isEqualTo(TlsHealth.State.UP);
        }
    }

    @Test
    void agent_knowsNoIdentityAnyMore_isToldWithTheCure() {
        try (SecureTls tls = scene.tls(Scene.SERVER_ID)) {
            scene.agent.refuse(Status.PERMISSION_DENIED.withDescription("no identity issued"));
            await().atMost(Scene.LONG).until(() -> catchThrowable(tls::reload) != null);
            assertThat(tls.status().lastFailure().orElseThrow().message())
                    .contains("gave no SVID: PERMISSION_DENIED: no identity issued; register an entry");
        }
    }

    @Test
    void agent_completesTheStream_isAskedAgainAtTheNextCheck() {
        try (SecureTls tls = scene.tls(Scene.SERVER_ID)) {
            scene.agent.push(null);
            scene.agent.complete();
            scene.agent.push(scene.message(scene.svid()));
            awaitSecondGeneration(tls);
            assertThat(scene.agent.opened()).isEqualTo(2);
        }
    }

    /** A stream that is open, and gives nothing at a time when an agent renews: another is opened. */
    @Test
    void agent_silentWhenASvidIsLongDue_isAskedAgain() {
        TestCertificate short1 = scene.root
                .issue()
                .uri(Scene.CLIENT_ID)
                .notAfter(Instant.now().plus(Duration.ofHours(4)))
                .build();
        scene.agent.push(scene.message(short1));
        try (SecureTls tls = scene.tls(Scene.SERVER_ID)) {
            scene.clock.advance(Duration.ofHours(2));
            tls.reload();
            assertThat(scene.agent.opened()).isEqualTo(1);
            scene.clock.advance(Duration.ofMinutes(70));
            tls.reload();
            assertThat(scene.agent.opened()).isEqualTo(2);
        }
    }

    @Test
    void build_agentIsSilent_failsAfterTheReadTimeout() {
        scene.agent.push(null);
        assertThatExceptionOfType(TlsConfigurationException.class)
                .isThrownBy(() -> scene.workload
                        .tlsTo(Scene.SERVER_ID)
                        .rotation(Rotation.builder()
                                .readTimeout(Duration.ofMillis(500))
                                .build())
                        .build())
                .withMessageContaining("bundle of example.org of the Workload API at " + scene.agent.address())
                .matches(refused -> refused.reason() == RefusalReason.MATERIAL_UNREADABLE);
    }

    @Test
    void build_noSocket_failsWithTheAddressAndTheReason() {
        String none = "unix://" + directory.resolve("none.sock");
        try (WorkloadApi workload = WorkloadApi.at(none)) {
            assertThatExceptionOfType(TlsConfigurationException.class)
                    .isThrownBy(() -> workload.tlsTo(Scene.SERVER_ID).build())
                    .withMessageContaining("the Workload API at " + none + " gave no SVID: UNAVAILABLE")
                    .withMessageContaining("FileNotFoundException");
        }
    }

    // addresses, end

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/run/api.sock",
                "unix:api.sock",
                "unix://host/api.sock",
                "tcp://127.0.0.1",
                "tcp://localhost:8081",
                "tcp://192.0.2.1:8081",
                "https://127.0.0.1:8081",
                ""
            })
    void at_noLocalAddressOfAWorkloadApi_throws(String address) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> WorkloadApi.at(address))
                .withMessageContaining("expected");
    }

    @ParameterizedTest
    @ValueSource(strings = {"unix:///run/api.sock", "tcp://127.0.0.1:8081", "tcp://169.254.1.1:8081"})
    void at_localAddress_isUsed(String address) {
        try (WorkloadApi workload = WorkloadApi.at(address)) {
            assertThat(workload).hasToString("the Workload API at " + address);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"spiffe://example.org", "example.org/valkey", "spiffe://Example.org/valkey", ""})
    void tlsTo_noSpiffeId_throws(String id) {
        assertThatIllegalArgumentException().isThrownBy(() -> scene.workload.tlsTo(id));
        assertThatIllegalArgumentException().isThrownBy(() -> scene.workload.clientIdentity(id));
        assertThatIllegalArgumentException().isThrownBy(() -> scene.workload.trustAnchors(id));
    }

    @Test
    void close_openStream_leavesNoThreadAndTheMaterial() {
        scene.close();
        await().atMost(Scene.LONG).until(() -> threads().isEmpty());
        Path other = directory.resolve("2");
        assertThat(other.toFile().mkdir()).isTrue();
        try (Scene second = new Scene(other);
                ValkeyServer server = valkey(second.server, second.root);
                SecureTls tls = second.tls(Scene.SERVER_ID)) {
            assertThat(threads()).isNotEmpty();
            second.workload.close();
            assertThatExceptionOfType(TlsConfigurationException.class)
                    .isThrownBy(tls::reload)
                    .withMessageContaining("is closed");
            assertConnects(tls, server.port());
        }
        await().atMost(Scene.LONG).until(() -> threads().isEmpty());
    }

    /** This module starts no thread but those of gRPC, which end a second after their last user. */
    private static Set<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("grpc"))
                .collect(Collectors.toSet());
    }
}
