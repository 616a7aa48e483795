package io.valkeysecure;

import static io.valkeysecure.MaterialScene.OTHER_ROOT;
import static io.valkeysecure.MaterialScene.ROOT;
import static io.valkeysecure.MaterialScene.awaitGeneration;
import static io.valkeysecure.MaterialScene.awaitStatus;
import static io.valkeysecure.MaterialScene.client;
import static io.valkeysecure.MaterialScene.often;
import static io.valkeysecure.MaterialScene.pair;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import io.valkeysecure.observe.TlsListener;
import io.valkeysecure.observe.TlsStatus;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.certificate.WriteStrategy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** New material, however it is written, comes into force if it is good, and only then. */
class ReloadTest extends WithMaterialScene {
    private static final char[] PASSWORD = "correct-horse-battery".toCharArray();

    // Ways of writing

    @ParameterizedTest
    @EnumSource
    void files_writtenInAnyWay_comeIntoForceWithoutAFailure(WriteStrategy way) throws IOException {
        scene.files.write(way, pair(client("second")));
        try (SecureTls tls = scene.tls().rotation(often().build()).build()) {
            for (int i = 2; i <= 4; i++) {
                scene.files.write(way, pair(client("number " + i)));
                awaitGeneration(tls, i);
                assertThat(scene.subjectSeen(tls)).isEqualTo("CN=number " + i);
            }
            assertThat(scene.failed).isEmpty();
            assertThat(scene.reloaded).extracting(TlsStatus::generation).containsExactly(2L, 3L, 4L);
        }
    }

    @Test
    void files_wayChanges_comeIntoForce() throws IOException {
        try (SecureTls tls = scene.tls().rotation(often().build()).build()) {
            long number = 1;
            for (WriteStrategy way : WriteStrategy.values()) {
                scene.files.write(way, pair(client(way.name())));
                awaitGeneration(tls, ++number);
                assertThat(scene.subjectSeen(tls)).isEqualTo("CN=" + way.name());
            }
            assertThat(scene.failed).isEmpty();
        }
    }

    /** Where files look changed they are read within a second or two, however long the interval. */
    @Test
    void files_changedLongBeforeTheInterval_comeIntoForce() {
        try (SecureTls tls = scene.tls()
                .rotation(Rotation.builder().checkInterval(Duration.ofHours(1)).build())
                .build()) {
            scene.files.write(WriteStrategy.SYMLINK_SWAP, pair(client("second")));
            awaitGeneration(tls, 2);
        }
    }

    @Test
    void file_sameSizeAndTime_comesIntoForceByItsBytes() throws IOException {
        Path anchors = scene.files.path("ca.crt");
        String padded = ROOT.certificatePem() + "\n".repeat(200);
        Files.writeString(anchors, padded);
        FileTime time = Files.getLastModifiedTime(anchors);
        try (SecureTls tls = scene.tls().rotation(often().build()).build()) {
            String other = TestCertificate.pem(OTHER_ROOT);
            Files.writeString(anchors, other + "\n".repeat(padded.length() - other.length()));
            Files.setLastModifiedTime(anchors, time);
            assertThat(Files.size(anchors)).isEqualTo(padded.length());
            awaitGeneration(tls, 2);
        }
    }

    @Test
    void keyStore_rewritten_comesIntoForce() throws IOException {
        Path store = directory.resolve("app.p12");
        client("stored").writeKeyStore(store, "PKCS12", PASSWORD);
        try (SecureTls tls = SecureTls.trusting(scene.anchors())
                .presenting(ClientIdentity.keyStore(store, PASSWORD))
                .rotation(often().build())
                .build()) {
            Files.delete(store);
            client("stored anew").writeKeyStore(store, "PKCS12", PASSWORD);
            awaitGeneration(tls, 2);
            assertThat(scene.subjectSeen(tls)).isEqualTo("CN=stored anew");
        }
    }

    @Test
    void crlDirectory_newFile_comesIntoForce() throws IOException {
        Path crls = Files.createDirectory(directory.resolve("crls"));
        ROOT.crl().build().write(crls.resolve("root.crl"));
        try (SecureTls tls = scene.tls()
                .revocation(Revocation.crls(crls))
                .rotation(Rotation.builder().checkInterval(Duration.ofHours(1)).build())
                .build()) {
            OTHER_ROOT.crl().build().write(crls.resolve("other.crl"));
            awaitGeneration(tls, 2);
        }
    }

    @Test
    void files_unchanged_stayInForce() {
        try (SecureTls tls = scene.tls().build()) {
            String digest = tls.status().digest();
            assertThat(tls.reload()).isFalse();
            scene.files.write(WriteStrategy.RENAME, Map.of("ca.crt", ROOT.certificatePem()));
            assertThat(tls.reload()).isFalse();
            assertThat(tls.status().generation()).isEqualTo(1);
            assertThat(tls.status().digest()).isEqualTo(digest).hasSize(64);
            assertThat(scene.reloaded).isEmpty();
        }
    }

    @Test
    void identity_renewedWithTheSameKey_comesIntoForce() {
        TestCertificate first = client("same key");
        scene.files.write(WriteStrategy.RENAME, pair(first));
        try (SecureTls tls = scene.tls().build()) {
            Instant since = tls.status().identitySince();
            TestCertificate renewed =
                    ROOT.issue().subject("CN=same key").keyPair(first.keyPair()).build();
            scene.files.write(WriteStrategy.RENAME, pair(renewed));
            assertThat(tls.reload()).isTrue();
            assertThat(tls.status().identitySince()).isAfter(since);
        }
    }

    @Test
    void anchors_addedOnly_leaveTheIdentitySince() {
        try (SecureTls tls = scene.tls().build()) {
            Instant since = tls.status().identitySince();
            scene.files.write(WriteStrategy.RENAME, Map.of("ca.crt", TestCertificate.pem(ROOT, OTHER_ROOT)));
            assertThat(tls.reload()).isTrue();
            assertThat(tls.status().since()).isAfter(since);
            assertThat(tls.status().identitySince()).isEqualTo(since);
        }
    }

    // Bad candidates

    /** What is wrong, the reason that is told, and the file that is named. */
    enum Bad {
        EMPTY(RefusalReason.MATERIAL_UNREADABLE, "tls.crt"),
        HALF(RefusalReason.MATERIAL_UNREADABLE, "tls.crt"),
        HALF_KEY(RefusalReason.MATERIAL_UNREADABLE, "tls.key"),
        WRONG_KEY(RefusalReason.KEY_MISMATCH, "tls.crt"),
        EXPIRED(RefusalReason.EXPIRED, "tls.crt"),
        NOT_YET_VALID(RefusalReason.NOT_YET_VALID, "tls.crt"),
        KEY_OF_OTHER_CA(RefusalReason.KEY_MISMATCH, "tls.key"),
        DELETED(RefusalReason.MATERIAL_UNREADABLE, "tls.crt"),
        DIRECTORY(RefusalReason.MATERIAL_UNREADABLE, "tls.crt"),
        ANCHOR_IS_NO_CA(RefusalReason.CONSTRAINT_VIOLATED, "ca.crt"),
        ANCHORS_GARBAGE(RefusalReason.MATERIAL_UNREADABLE, "ca.crt"),
        ANCHORS_TOO_LARGE(RefusalReason.MATERIAL_UNREADABLE, "ca.crt");

        private final RefusalReason reason;
        private final String file;

        Bad(RefusalReason reason, String file) {
            this.reason = reason;
            this.file = file;
        }

        void write(MaterialScene scene) throws IOException {
            Path certificate = scene.files.path("tls.crt");
            Path key = scene.files.path("tls.key");
            Path anchors = scene.files.path("ca.crt");
            switch (this) {
                case EMPTY -> Files.writeString(certificate, "");
                case HALF -> Files.writeString(certificate, half(Files.readString(certificate)));
                case HALF_KEY -> Files.writeString(key, half(Files.readString(key)));
                case WRONG_KEY -> Files.writeString(key, client("another").privateKeyPem());
                case EXPIRED ->
                    scene.files.write(
                            WriteStrategy.RENAME,
                            pair(ROOT.issue()
                                    .notBefore(Instant.now().minusSeconds(7200))
                                    .notAfter(Instant.now().minusSeconds(3600))
                                    .build()));
                case NOT_YET_VALID ->
                    scene.files.write(
                            WriteStrategy.RENAME,
                            pair(ROOT.issue()
                                    .notBefore(Instant.now().plusSeconds(3600))
                                    .build()));
                case KEY_OF_OTHER_CA ->
                    Files.writeString(key, OTHER_ROOT.issue().build().privateKeyPem());
                case DELETED -> Files.delete(certificate);
                case DIRECTORY -> {
                    Files.delete(certificate);
                    Files.createDirectory(certificate);
                }
                case ANCHOR_IS_NO_CA ->
                    Files.writeString(anchors, client("no ca").certificatePem());
                case ANCHORS_GARBAGE -> Files.write(anchors, new byte[] {1, 2, 3});
                case ANCHORS_TOO_LARGE -> Files.write(anchors, new byte[2 * 1024 * 1024]);
            }
        }

        private static String half(String text) {
            return text.substring(0, text.length() / 2);
        }
    }

    @ParameterizedTest
    @EnumSource
    void candidate_bad_isToldOnceAndTheLastGoodStays(Bad bad) throws IOException {
        try (SecureTls tls = scene.tls().rotation(often().build()).build()) {
            bad.write(scene);
            awaitStatus(tls, status -> status.lastFailure().isPresent());
            TlsStatus.Failure told = tls.status().lastFailure().orElseThrow();
            assertThat(told.reason()).isEqualTo(bad.reason);
            assertThat(told.message()).contains(bad.file).doesNotContain("MII");

            // tried again, and not told again
            awaitStatus(
                    tls,
                    status -> status.lastFailure()
                            .orElseThrow()
                            .at()
                            .isAfter(told.at().plusMillis(900)));
            assertThat(scene.failed).hasSize(1);
            assertThat(tls.status().generation()).isEqualTo(1);
            assertThat(scene.subjectSeen(tls)).isEqualTo("CN=first");

            if (bad == Bad.DIRECTORY) {
                Files.delete(scene.files.path("tls.crt"));
            }
            scene.files.write(WriteStrategy.RENAME, Map.of("ca.crt", ROOT.certificatePem()));
            scene.files.write(WriteStrategy.RENAME, pair(client("good again")));
            awaitStatus(tls, status -> status.lastFailure().isEmpty() && status.generation() == 2);
            assertThat(scene.subjectSeen(tls)).isEqualTo("CN=good again");
        }
    }

    /** Who runs the tests as root can read everything. */
    @Test
    void candidate_unreadable_isRefusedUnlessAllIsReadable() throws IOException {
        try (SecureTls tls = scene.tls().build()) {
            Path key = scene.files.path("tls.key");
            scene.files.write(WriteStrategy.RENAME, pair(client("second")));
            Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("---------"));
            if (Files.isReadable(key)) {
                assertThat(tls.reload()).isTrue();
            } else {
                refused(tls, RefusalReason.MATERIAL_UNREADABLE, "tls.key");
            }
        }
    }

    @Test
    void candidate_sameAsBeforeAgain_clearsTheFailure() throws IOException {
        try (SecureTls tls = scene.tls().build()) {
            String good = Files.readString(scene.files.path("tls.crt"));
            Bad.HALF.write(scene);
            refused(tls, RefusalReason.MATERIAL_UNREADABLE, "tls.crt");
            assertThat(tls.status().lastFailure()).isPresent();
            Files.writeString(scene.files.path("tls.crt"), good);
            assertThat(tls.reload()).isFalse();
            assertThat(tls.status().lastFailure()).isEmpty();
        }
    }

    @Test
    void candidate_badThenOtherwiseBad_isToldTwice() throws IOException {
        try (SecureTls tls = scene.tls().build()) {
            Bad.HALF.write(scene);
            refused(tls, RefusalReason.MATERIAL_UNREADABLE, "tls.crt");
            refused(tls, RefusalReason.MATERIAL_UNREADABLE, "tls.crt");
            Bad.EMPTY.write(scene);
            refused(tls, RefusalReason.MATERIAL_UNREADABLE, "tls.crt");
            assertThat(scene.failed).hasSize(2);
        }
    }

    private static void refused(SecureTls tls, RefusalReason reason, String file) {
        assertThatExceptionOfType(TlsConfigurationException.class)
                .isThrownBy(tls::reload)
                .withMessageContaining(file)
                .satisfies(refusal -> assertThat(refusal.reason()).isEqualTo(reason));
    }

    @Test
    void identity_otherSubject_isRefusedWhereTheGuardIsSet() {
        TestCertificate first =
                ROOT.issue().subject("CN=app").dnsName("app.example").build();
        scene.files.write(WriteStrategy.RENAME, pair(first));
        try (SecureTls tls = scene.tls()
                .rotation(Rotation.builder().refuseChangedIdentity().build())
                .build()) {
            scene.files.write(
                    WriteStrategy.RENAME,
                    pair(ROOT.issue().subject("CN=app").dnsName("app.example").build()));
            assertThat(tls.reload()).isTrue();
            scene.files.write(
                    WriteStrategy.RENAME,
                    pair(ROOT.issue().subject("CN=admin").dnsName("app.example").build()));
            refused(tls, RefusalReason.NAME_MISMATCH, "CN=admin");
            scene.files.write(
                    WriteStrategy.RENAME,
                    pair(ROOT.issue().subject("CN=app").dnsName("admin.example").build()));
            refused(tls, RefusalReason.NAME_MISMATCH, "admin.example");
            assertThat(tls.status().generation()).isEqualTo(2);
        }
    }

    // Sources

    @Test
    void source_pulledAndPushed_comesIntoForce() throws IOException {
        AtomicReference<ClientIdentity> identity = new AtomicReference<>(given(client("first")));
        AtomicReference<List<X509Certificate>> anchors = new AtomicReference<>(List.of(ROOT.certificate()));
        List<Thread> threads = new CopyOnWriteArrayList<>();
        MaterialSource<ClientIdentity> source = () -> {
            threads.add(Thread.currentThread());
            return identity.get();
        };
        try (SecureTls tls = SecureTls.trusting(TrustAnchors.from(anchors::get))
                .presenting(ClientIdentity.from(source))
                .rotation(often().build())
                .build()) {
            identity.set(given(client("pulled")));
            awaitGeneration(tls, 2);
            assertThat(scene.subjectSeen(tls)).isEqualTo("CN=pulled");

            anchors.set(List.of(ROOT.certificate(), OTHER_ROOT.certificate()));
            identity.set(given(client("pushed")));
            tls.reload();
            assertThat(scene.subjectSeen(tls)).isEqualTo("CN=pushed");
            assertThat(threads)
                    .allMatch(thread -> thread.getName().equals("valkey-secure-reload") && thread.isDaemon());
        }
    }

    private static ClientIdentity given(TestCertificate identity) {
        return ClientIdentity.of(identity.privateKey(), identity.chain());
    }

    @Test
    void source_certificateMovesToTheOther_isAChange() {
        List<X509Certificate> anchors = new CopyOnWriteArrayList<>(List.of(ROOT.certificate()));
        TestCertificate intermediate = ROOT.issue().ca().build();
        TestCertificate leaf = intermediate.issue().build();
        AtomicReference<ClientIdentity> identity =
                new AtomicReference<>(ClientIdentity.of(leaf.privateKey(), List.of(leaf.certificate())));
        try (SecureTls tls = SecureTls.trusting(TrustAnchors.from(() -> anchors))
                .presenting(ClientIdentity.from(identity::get))
                .build()) {
            identity.set(given(leaf));
            assertThat(tls.reload()).isTrue();
        }
    }

    @Test
    void source_failsInEveryManner_isRefusedAndTheLastGoodStays() throws IOException {
        AtomicReference<MaterialSource<ClientIdentity>> inner = new AtomicReference<>(() -> given(client("first")));
        MaterialSource<ClientIdentity> source = new MaterialSource<>() {
            @Override
            public ClientIdentity current() throws Exception {
                return inner.get().current();
            }

            @Override
            public String toString() {
                return "vault";
            }
        };
        List<MaterialSource<ClientIdentity>> failing = new ArrayList<>();
        failing.add(() -> {
            throw new IOException("connection refused");
        });
        failing.add(() -> null);
        failing.add(() -> {
            throw new NoClassDefFoundError("a library is missing");
        });
        failing.add(() -> {
            throw new InterruptedException("interrupted");
        });
        failing.add(() -> {
            TestCertificate leaf = client("key of another");
            return ClientIdentity.of(client("another").privateKey(), leaf.chain());
        });
        try (SecureTls tls = SecureTls.trusting(scene.anchors())
                .presenting(ClientIdentity.from(source))
                .listener(scene)
                .rotation(often().build())
                .build()) {
            for (int i = 0; i < failing.size(); i++) {
                int told = i + 1;
                inner.set(failing.get(i));
                await().atMost(Duration.ofSeconds(60)).until(() -> scene.failed.size() == told);
                assertThat(scene.subjectSeen(tls)).isEqualTo("CN=first");
            }
            assertThat(scene.failed.get(0)).hasMessageContaining("vault").hasMessageContaining("connection refused");
            inner.set(() -> given(client("at last")));
            awaitGeneration(tls, 2);
        }
    }

    @Test
    void source_blocks_doesNotHoldUpConnectsNorStatus() throws Exception {
        java.util.concurrent.CountDownLatch blocked = new java.util.concurrent.CountDownLatch(1);
        java.util.concurrent.CountDownLatch release = new java.util.concurrent.CountDownLatch(1);
        AtomicReference<Boolean> block = new AtomicReference<>(false);
        TestCertificate identity = client("first");
        MaterialSource<ClientIdentity> source = () -> {
            if (block.get()) {
                blocked.countDown();
                release.await();
            }
            return given(identity);
        };
        try (SecureTls tls = SecureTls.trusting(scene.anchors())
                .presenting(ClientIdentity.from(source))
                .rotation(often().build())
                .build()) {
            block.set(true);
            assertThat(blocked.await(60, java.util.concurrent.TimeUnit.SECONDS)).isTrue();
            assertThat(tls.status().generation()).isEqualTo(1);
            assertThat(scene.subjectSeen(tls)).isEqualTo("CN=first");
        }
        // closing interrupts the source
        await().atMost(Duration.ofSeconds(60)).until(() -> GenerationsTest.watchers() == 0);
        release.countDown();
    }

    // Listeners

    @Test
    void listener_throwsOrReloads_changesNothing() throws IOException {
        AtomicReference<SecureTls> reloading = new AtomicReference<>();
        TlsListener broken = new TlsListener() {
            @Override
            public void materialReloaded(TlsStatus status) {
                reloading.get().reload();
                throw new IllegalStateException("broken");
            }

            @Override
            public void materialReloadFailed(TlsStatus status, TlsConfigurationException cause) {
                throw new LinkageError("broken");
            }
        };
        try (SecureTls tls = SecureTls.trusting(scene.anchors())
                .presenting(scene.identity())
                .listener(broken)
                .rotation(often().build())
                .build()) {
            reloading.set(tls);
            scene.files.write(WriteStrategy.RENAME, pair(client("second")));
            awaitGeneration(tls, 2);
            Bad.HALF.write(scene);
            awaitStatus(tls, status -> status.lastFailure().isPresent());
            scene.files.write(WriteStrategy.RENAME, pair(client("third")));
            awaitGeneration(tls, 3);
            assertThat(scene.subjectSeen(tls)).isEqualTo("CN=third");
        }
    }

    @Test
    void reload_closed_throws() {
        SecureTls tls = scene.tls().build();
        tls.close();
        assertThatIllegalStateException().isThrownBy(tls::reload).withMessageContaining("closed");
    }
}
