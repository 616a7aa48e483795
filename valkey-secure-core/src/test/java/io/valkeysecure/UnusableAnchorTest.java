package io.valkeysecure;

import static io.valkeysecure.MaterialScene.OTHER_ROOT;
import static io.valkeysecure.MaterialScene.ROOT;
import static io.valkeysecure.MaterialScene.awaitGeneration;
import static io.valkeysecure.MaterialScene.client;
import static io.valkeysecure.MaterialScene.often;
import static io.valkeysecure.MaterialScene.pair;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.adapter.TlsHandshake;
import io.valkeysecure.observe.TlsHealth;
import io.valkeysecure.observe.TlsStatus;
import io.valkeysecure.testkit.certificate.KeyType;
import io.valkeysecure.testkit.certificate.KeyUsage;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.certificate.TestCertificateBuilder;
import io.valkeysecure.testkit.certificate.WriteStrategy;
import io.valkeysecure.testkit.hostile.HostilePeer;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A trust anchor that breaks a rule is left out and named as long as another one can be used: it stops no build and no
 * reload, and no path ends at it.
 */
class UnusableAnchorTest extends WithMaterialScene {
    private final Instant now = Instant.now();

    /** RFC 5280, 4.2.1.11: requireExplicitPolicy 0. */
    private static final byte[] EXPLICIT_POLICY = {0x30, 3, (byte) 0x80, 1, 0};

    /** RFC 5280, 4.2.1.5: 1.2.3 is 1.2.4. */
    private static final byte[] MAPPING = {0x30, 10, 0x30, 8, 6, 2, 0x2a, 3, 6, 2, 0x2a, 4};

    private static final byte[] POLICIES = {0x30, 6, 0x30, 4, 6, 2, 0x2a, 3};

    private static TestCertificateBuilder old() {
        return TestCertificate.root().subject("CN=Old Root");
    }

    /** What is wrong with an anchor, the reason, part of the message, and the twin that differs in that alone. */
    static Stream<Arguments> anchors() {
        Instant now = Instant.now();
        return Stream.of(
                Arguments.of(
                        RefusalReason.EXPIRED,
                        "CN=Old Root expired at ",
                        old().notBefore(now.minusSeconds(600)).notAfter(now.minusSeconds(300)),
                        old().notBefore(now.minusSeconds(600))),
                Arguments.of(
                        RefusalReason.WEAK_KEY,
                        "RSA",
                        old().keyType(KeyType.RSA_1024),
                        old().keyType(KeyType.RSA_2048)),
                Arguments.of(
                        RefusalReason.KEY_USAGE,
                        "expected the key usage keyCertSign",
                        old().keyUsage(KeyUsage.CRL_SIGN),
                        old().keyUsage(KeyUsage.KEY_CERT_SIGN)),
                Arguments.of(RefusalReason.MALFORMED_CERTIFICATE, "version 3", old().version1(), old()),
                Arguments.of(
                        RefusalReason.MALFORMED_CERTIFICATE,
                        "trust anchor CN=Old Root has an extension 2.5.29.30 that does not parse",
                        old().extension("2.5.29.30", false, new byte[] {5, 0}),
                        old()),
                Arguments.of(
                        RefusalReason.CONSTRAINT_VIOLATED,
                        "critical extension 1.3.6.1.4.1.55555.1",
                        old().extension("1.3.6.1.4.1.55555.1", true, new byte[] {5, 0}),
                        old().extension("1.3.6.1.4.1.55555.1", false, new byte[] {5, 0})),
                Arguments.of(
                        RefusalReason.CONSTRAINT_VIOLATED,
                        "extension 2.5.29.36, which is not processed in a trust anchor",
                        old().extension("2.5.29.36", true, EXPLICIT_POLICY),
                        old()),
                Arguments.of(
                        RefusalReason.CONSTRAINT_VIOLATED,
                        "extension 2.5.29.54, which is not processed in a trust anchor",
                        old().extension("2.5.29.54", true, new byte[] {2, 1, 0}),
                        old()),
                Arguments.of(
                        RefusalReason.CONSTRAINT_VIOLATED,
                        "extension 2.5.29.33, which is not processed in a trust anchor",
                        old().extension("2.5.29.33", false, MAPPING),
                        old()),
                Arguments.of(
                        RefusalReason.CONSTRAINT_VIOLATED,
                        "extension 2.5.29.32, which is not processed in a trust anchor",
                        old().extension("2.5.29.32", true, POLICIES),
                        old().extension("2.5.29.32", false, POLICIES)));
    }

    private SecureTls.Builder trusting(TestCertificate... anchors) throws IOException {
        Files.writeString(scene.files.path("ca.crt"), TestCertificate.pem(anchors));
        return scene.tls().clock(scene.clock);
    }

    /** What a server of a CA gets from a client that trusts these. */
    private static Throwable dialled(SecureTls tls, TestCertificate ca) {
        try (HostilePeer peer = HostilePeer.tls(ca.issue().dnsName("localhost").build())) {
            Throwable thrown = catchThrowable(
                    () -> TlsHandshake.start(tls, new Endpoint("localhost", peer.port()), ClientLibrary.OTHER)
                            .overSocket(new Socket("localhost", peer.port()))
                            .close());
            assertThat(peer.applicationBytes()).isEmpty();
            return thrown;
        }
    }

    // At build

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("anchors")
    void build_oneOfTwoAnchorsBreaksARule_isLeftOutAndNamed(
            RefusalReason reason, String message, TestCertificateBuilder unusable, TestCertificateBuilder twin)
            throws IOException {
        TestCertificate anchor = unusable.build();
        try (SecureTls tls = trusting(anchor, ROOT).build()) {
            assertThat(tls.status().unusableAnchors()).singleElement().satisfies(named -> {
                assertThat(named.subject()).isEqualTo("CN=Old Root");
                assertThat(named.reason()).isEqualTo(reason);
                assertThat(named.message())
                        .startsWith("trust anchor CN=Old Root ")
                        .contains(message)
                        .contains("; remove it, or replace it with ");
            });
            assertThat(tls.status().validities())
                    .extracting(TlsStatus.Validity::subject)
                    .contains("CN=Root")
                    .doesNotContain("CN=Old Root");
            assertThat(tls.health().state()).isEqualTo(TlsHealth.State.DEGRADED);
            assertThat(tls.health().toString()).contains("left out: trust anchor CN=Old Root ");
            assertThat(tls.describe()).contains("\n  left out: trust anchor CN=Old Root ");
            assertThat(scene.subjectSeen(tls)).isEqualTo("CN=first");

            Throwable thrown = dialled(tls, anchor);
            assertThat(RefusalReason.of(thrown)).contains(reason);
            assertThat(thrown).hasMessageContaining("is left out: trust anchor CN=Old Root ");
        }
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("anchors")
    void build_twinKeepsTheRule_isUsed(
            RefusalReason reason, String message, TestCertificateBuilder unusable, TestCertificateBuilder twin)
            throws IOException {
        TestCertificate anchor = twin.build();
        try (SecureTls tls = trusting(anchor, ROOT).build()) {
            assertThat(tls.status().unusableAnchors()).isEmpty();
            assertThat(tls.health().state()).isEqualTo(TlsHealth.State.UP);
            assertThat(tls.describe()).doesNotContain("left out");
            assertThat(dialled(tls, anchor)).isNull();
        }
    }

    @Test
    void build_manyAnchorsCannotBeUsed_tellsTenAndHowManyMore() {
        assertThat(messageWithEnded(10))
                .contains("none of the 10 ", "CN=Ended 9 ")
                .doesNotContain(" more");
        assertThat(messageWithEnded(12))
                .contains("none of the 12 ", "CN=Ended 9 ", "; and 2 more")
                .doesNotContain("CN=Ended 10 ");
    }

    private String messageWithEnded(int count) {
        TestCertificate[] ended = IntStream.range(0, count)
                .mapToObj(number -> TestCertificate.root()
                        .subject("CN=Ended " + number)
                        .notBefore(now.minusSeconds(600))
                        .notAfter(now.minusSeconds(300))
                        .build())
                .toArray(TestCertificate[]::new);
        return String.valueOf(catchThrowableOfType(
                        TlsConfigurationException.class, () -> trusting(ended).build())
                .getMessage());
    }

    @Test
    void build_noAnchorCanBeUsed_isRefusedWithTheReasonOfEach() throws IOException {
        TestCertificate expired = old().notBefore(now.minusSeconds(600))
                .notAfter(now.minusSeconds(300))
                .build();
        TestCertificate weak = TestCertificate.root()
                .subject("CN=Weak Root")
                .keyType(KeyType.RSA_1024)
                .build();
        TestCertificate early = TestCertificate.root()
                .subject("CN=Early Root")
                .notBefore(now.plusSeconds(3600))
                .build();
        assertThat(catchThrowableOfType(
                        TlsConfigurationException.class,
                        () -> trusting(expired, weak, early).build()))
                .hasMessageContaining("none of the 3 trust anchors can be used: ")
                .hasMessageContaining("trust anchor CN=Old Root expired at ")
                .hasMessageContaining("trust anchor CN=Weak Root ")
                .hasMessageContaining("trust anchor CN=Early Root is valid from ");
        trusting(expired, weak, early, ROOT).build().close();
    }

    @Test
    void build_strict_refusesOneUnusableAnchor() throws IOException {
        TestCertificate expired = old().notBefore(now.minusSeconds(600))
                .notAfter(now.minusSeconds(300))
                .build();
        for (TlsPolicy policy : List.of(
                TlsPolicy.strict(), TlsPolicy.builder().requireEveryAnchor().build())) {
            TlsConfigurationException refused = catchThrowableOfType(
                    TlsConfigurationException.class,
                    () -> trusting(expired, ROOT).policy(policy).build());
            assertThat(refused.reason()).isEqualTo(RefusalReason.EXPIRED);
            assertThat(refused).hasMessageContaining("trust anchor CN=Old Root expired at ");
            trusting(OTHER_ROOT, ROOT).policy(policy).build().close();
        }
    }

    // At a reload

    @Test
    void reload_anchorHasEnded_identityGoesOn() throws IOException {
        TestCertificate ending = old().notAfter(now.plusSeconds(3600)).build();
        try (SecureTls tls = trusting(ending, ROOT).rotation(often().build()).build()) {
            assertThat(dialled(tls, ending)).isNull();
            scene.clock.advance(Duration.ofHours(2));
            assertThat(RefusalReason.of(dialled(tls, ending))).contains(RefusalReason.EXPIRED);

            scene.files.write(WriteStrategy.SYMLINK_SWAP, pair(client("second")));
            awaitGeneration(tls, 2);
            assertThat(scene.subjectSeen(tls)).isEqualTo("CN=second");
            assertThat(scene.failed).isEmpty();
            assertThat(tls.status().unusableAnchors())
                    .singleElement()
                    .satisfies(named -> assertThat(named.reason()).isEqualTo(RefusalReason.EXPIRED));
            assertThat(RefusalReason.of(dialled(tls, ending))).contains(RefusalReason.EXPIRED);

            Files.writeString(scene.files.path("ca.crt"), ROOT.certificatePem());
            awaitGeneration(tls, 3);
            assertThat(tls.status().unusableAnchors()).isEmpty();
        }
    }

    @Test
    void reload_lastUsableAnchorGoes_isRefusedAndTheLastGenerationStays() throws IOException {
        TestCertificate expired = old().notBefore(now.minusSeconds(600))
                .notAfter(now.minusSeconds(300))
                .build();
        try (SecureTls tls = trusting(expired, ROOT).build()) {
            Files.writeString(scene.files.path("ca.crt"), expired.certificatePem());
            TlsConfigurationException refused = catchThrowableOfType(TlsConfigurationException.class, tls::reload);
            assertThat(refused.reason()).isEqualTo(RefusalReason.EXPIRED);
            assertThat(tls.status().generation()).isEqualTo(1);
            assertThat(scene.subjectSeen(tls)).isEqualTo("CN=first");

            Files.writeString(scene.files.path("ca.crt"), TestCertificate.pem(expired, ROOT, OTHER_ROOT));
            assertThat(tls.reload()).isTrue();
        }
    }

    // Before its day

    @Test
    void anchor_notYetValid_isUsedFromItsDayOnWithoutANewRead() throws IOException {
        TestCertificate next = TestCertificate.root()
                .subject("CN=Next Root")
                .notBefore(now.plusSeconds(3600))
                .build();
        try (SecureTls tls = trusting(next, ROOT)
                .rotation(Rotation.builder().checkInterval(Duration.ofHours(1)).build())
                .build()) {
            assertThat(tls.status().unusableAnchors()).isEmpty();
            assertThat(tls.health().state()).isEqualTo(TlsHealth.State.UP);
            assertThat(tls.describe()).contains("CN=Next Root, not before ");
            assertThat(RefusalReason.of(dialled(tls, next))).contains(RefusalReason.NOT_YET_VALID);
            scene.clock.advance(Duration.ofHours(2));
            assertThat(dialled(tls, next)).isNull();
            assertThat(tls.status().generation()).isEqualTo(1);
        }
    }

    /** Its day does not make it fit. */
    @Test
    void anchor_notYetValidAndWeak_isLeftOut() throws IOException {
        TestCertificate next =
                old().notBefore(now.plusSeconds(3600)).keyType(KeyType.RSA_1024).build();
        try (SecureTls tls = trusting(next, ROOT).build()) {
            assertThat(tls.status().unusableAnchors())
                    .singleElement()
                    .satisfies(named -> assertThat(named.reason()).isEqualTo(RefusalReason.WEAK_KEY));
            scene.clock.advance(Duration.ofHours(2));
            assertThat(RefusalReason.of(dialled(tls, next))).contains(RefusalReason.WEAK_KEY);
        }
    }

    // The log

    @Test
    void log_anchorIsLeftOut_warnsOnceInEachGeneration() throws IOException {
        TestCertificate expired = old().notBefore(now.minusSeconds(600))
                .notAfter(now.minusSeconds(300))
                .build();
        List<String> lines = warnings(() -> {
            try (SecureTls tls = trusting(expired, ROOT).build()) {
                tls.reload();
                tls.reload();
            }
        });
        assertThat(lines)
                .singleElement()
                .satisfies(
                        line -> assertThat(line)
                                .startsWith(
                                        "trust anchor left out: reason=expired subject=\"CN=Old Root\" message=\"trust anchor"));
        assertThat(warnings(() -> {
                    try (SecureTls tls = trusting(expired, ROOT).build()) {
                        scene.files.write(WriteStrategy.RENAME, pair(client("second")));
                        assertThat(tls.reload()).isTrue();
                    }
                }))
                .hasSize(2);
        assertThat(warnings(() -> {
                    try (SecureTls tls = trusting(OTHER_ROOT, ROOT).build()) {
                        tls.reload();
                    }
                }))
                .isEmpty();
    }

    @Test
    void log_verifierLeavesAnAnchorOut_warnsOnce() {
        TestCertificate expired = old().notBefore(now.minusSeconds(600))
                .notAfter(now.minusSeconds(300))
                .build();
        assertThat(warnings(() -> {
                    var unused = ChainVerifier.trusting(TrustAnchors.of(expired.certificate(), ROOT.certificate()))
                            .build();
                }))
                .hasSize(1);
    }

    private interface Work {
        void run() throws IOException;
    }

    private static List<String> warnings(Work work) {
        List<String> lines = new CopyOnWriteArrayList<>();
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord record) {
                if (record.getLevel().equals(java.util.logging.Level.WARNING)) {
                    lines.add(record.getMessage());
                }
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Logger logger = Logger.getLogger("io.valkeysecure");
        logger.addHandler(handler);
        try {
            work.run();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } finally {
            logger.removeHandler(handler);
        }
        return lines;
    }

    // Bundles

    /** As those of systems are: most are good, some have ended, some are weak. */
    @Test
    void bundle_ofManyCas_isReadWithoutThoseThatCannotBeUsed() throws Exception {
        List<TestCertificate> bundle = new ArrayList<>();
        for (int i = 0; i < 24; i++) {
            TestCertificateBuilder ca = TestCertificate.root().subject("CN=CA " + i);
            if (i % 6 == 0) {
                ca.notBefore(now.minusSeconds(600)).notAfter(now.minusSeconds(300 + i));
            } else if (i % 8 == 1) {
                ca.keyType(KeyType.RSA_1024);
            }
            bundle.add(ca.build());
        }
        TestCertificate[] all = bundle.toArray(new TestCertificate[0]);
        Path pem = Files.writeString(directory.resolve("bundle.crt"), TestCertificate.pem(all));
        char[] password = "changeit".toCharArray();
        Path store = TestCertificate.writeTrustStore(directory.resolve("bundle.p12"), "PKCS12", password, all);
        for (TrustAnchors anchors : List.of(TrustAnchors.pem(pem), TrustAnchors.keyStore(store, password))) {
            try (SecureTls tls =
                    SecureTls.trusting(anchors).withoutClientIdentity().build()) {
                assertThat(tls.status().unusableAnchors())
                        .extracting(TlsStatus.UnusableAnchor::subject)
                        .containsExactlyInAnyOrder(
                                "CN=CA 0", "CN=CA 6", "CN=CA 12", "CN=CA 18", "CN=CA 1", "CN=CA 9", "CN=CA 17");
                assertThat(tls.status().validities()).hasSize(17);
                assertThat(dialled(tls, bundle.get(2))).isNull();
                assertThat(RefusalReason.of(dialled(tls, bundle.get(6)))).contains(RefusalReason.EXPIRED);
            }
        }
    }

    /** Every JDK brings one; as PEM it is what Debian has in {@code /etc/ssl/certs/ca-certificates.crt}. */
    @Test
    void bundle_ofTheJdk_isReadAsAStoreAndAsPem() throws Exception {
        Path cacerts = Path.of(System.getProperty("java.home"), "lib", "security", "cacerts");
        char[] password = "changeit".toCharArray();
        KeyStore store = KeyStore.getInstance(cacerts.toFile(), password);
        List<X509Certificate> all = new ArrayList<>();
        StringBuilder pem = new StringBuilder();
        for (String alias : Collections.list(store.aliases())) {
            X509Certificate certificate = (X509Certificate) store.getCertificate(alias);
            all.add(certificate);
            pem.append("-----BEGIN CERTIFICATE-----\n")
                    .append(Base64.getMimeEncoder().encodeToString(certificate.getEncoded()))
                    .append("\n-----END CERTIFICATE-----\n");
        }
        Path bundle = Files.writeString(directory.resolve("ca-certificates.crt"), pem);
        for (TrustAnchors anchors : List.of(TrustAnchors.keyStore(cacerts, password), TrustAnchors.pem(bundle))) {
            try (SecureTls tls =
                    SecureTls.trusting(anchors).withoutClientIdentity().build()) {
                TlsStatus status = tls.status();
                assertThat(status.validities().size() + status.unusableAnchors().size())
                        .isEqualTo(new HashSet<>(all).size());
                assertThat(status.validities()).hasSizeGreaterThan(all.size() / 2);
            }
        }
    }
}
