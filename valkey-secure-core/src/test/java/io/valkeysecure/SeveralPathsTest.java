package io.valkeysecure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.valkeysecure.testkit.certificate.KeyType;
import io.valkeysecure.testkit.certificate.KeyUsage;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.certificate.TestCrl;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two paths that keep all rules, as while a CA is replaced: what pins and revocation say of one does not hide the
 * other, and what is revoked is on none.
 */
class SeveralPathsTest {
    private static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");
    private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
    private static final String HOST = "valkey.example.com";

    private static final TestCertificate OLD_ROOT = root("CN=Old Root");
    private static final TestCertificate NEW_ROOT = root("CN=New Root");
    private static final TestCertificate CA =
            OLD_ROOT.issue().ca().subject("CN=CA").build();
    /** The same CA, of the same name and key, under the new root. */
    private static final TestCertificate CROSS =
            NEW_ROOT.issue().ca().subject("CN=CA").keyPair(CA.keyPair()).build();

    private static final TestCertificate LEAF =
            CA.issue().subject("CN=Leaf").dnsName(HOST).build();
    private static final TestCertificate REVOKED_LEAF =
            CA.issue().subject("CN=Revoked Leaf").dnsName(HOST).build();

    private final AtomicReference<Instant> now = new AtomicReference<>(NOW);
    private final Path directory;

    SeveralPathsTest(@TempDir Path directory) {
        this.directory = directory;
    }

    @Test
    void crossCertificate_revoked_leavesTheOtherPath() throws Exception {
        ChainVerifier verifier =
                verifier(OLD_ROOT.crl().revoke(CA).build(), NEW_ROOT.crl().build(), ofCa());
        assertThat(verify(verifier, LEAF, CA, CROSS).anchor()).isEqualTo(NEW_ROOT.certificate());
        assertThat(verify(verifier, LEAF, CROSS, CA).anchor()).isEqualTo(NEW_ROOT.certificate());
        // remembered by now
        assertThat(verify(verifier, LEAF, CA, CROSS).anchor()).isEqualTo(NEW_ROOT.certificate());
        assertThat(refused(verifier, LEAF, CA).reason()).isEqualTo(RefusalReason.REVOKED);
    }

    @Test
    void crossCertificates_bothRevoked_areRefused() throws Exception {
        ChainVerifier verifier = verifier(
                OLD_ROOT.crl().revoke(CA).build(), NEW_ROOT.crl().revoke(CROSS).build(), ofCa());
        assertThat(refused(verifier, LEAF, CA, CROSS).reason()).isEqualTo(RefusalReason.REVOKED);
        assertThat(refused(verifier, LEAF, CROSS, CA).reason()).isEqualTo(RefusalReason.REVOKED);
    }

    @Test
    void path_whoseRevocationIsUnknown_doesNotHideTheOneThatIsProved() throws Exception {
        ChainVerifier verifier = verifier(NEW_ROOT.crl().build(), ofCa());
        assertThat(verify(verifier, LEAF, CA, CROSS).anchor()).isEqualTo(NEW_ROOT.certificate());
        assertThat(verify(verifier, LEAF, CROSS, CA).anchor()).isEqualTo(NEW_ROOT.certificate());
        assertThat(refused(verifier, LEAF, CA).reason()).isEqualTo(RefusalReason.REVOCATION_UNKNOWN);
    }

    @Test
    void leaf_revoked_isOnNoPath() throws Exception {
        ChainVerifier verifier = verifier(
                OLD_ROOT.crl().build(),
                NEW_ROOT.crl().build(),
                CA.crl().revoke(REVOKED_LEAF).build());
        for (List<TestCertificate> presented :
                List.of(List.of(CA, CROSS), List.of(CROSS, CA), List.of(CA), List.of(CROSS))) {
            TestCertificate[] chain =
                    Stream.concat(Stream.of(REVOKED_LEAF), presented.stream()).toArray(TestCertificate[]::new);
            assertThat(refused(verifier, chain).reason()).isEqualTo(RefusalReason.REVOKED);
            chain[0] = LEAF;
            assertThat(verify(verifier, chain).certificates()).hasSize(2);
        }
    }

    /** The lists of a CA are signed by its key, whichever of its certificates is on the path. */
    @Test
    void leaf_revoked_isNotRescuedByACertificateOfItsIssuerThatMaySignNoLists() throws Exception {
        TestCertificate mute = NEW_ROOT.issue()
                .ca()
                .subject("CN=CA")
                .keyPair(CA.keyPair())
                .keyUsage(KeyUsage.KEY_CERT_SIGN)
                .build();
        ChainVerifier verifier = verifier(
                OLD_ROOT.crl().build(),
                NEW_ROOT.crl().build(),
                CA.crl().revoke(REVOKED_LEAF).build());
        assertThat(refused(verifier, REVOKED_LEAF, mute).reason()).isEqualTo(RefusalReason.REVOCATION_UNKNOWN);
        // known to be bad says more than not proved to be good
        assertThat(refused(verifier, REVOKED_LEAF, mute, CA).reason()).isEqualTo(RefusalReason.REVOKED);
        assertThat(refused(verifier, REVOKED_LEAF, CA, mute).reason()).isEqualTo(RefusalReason.REVOKED);
        assertThat(verify(verifier, LEAF, mute, CA).anchor()).isEqualTo(OLD_ROOT.certificate());
    }

    @Test
    void path_remembered_givesWayToTheOtherWhenItsProofEnds() throws Exception {
        TestCrl ending =
                OLD_ROOT.crl().nextUpdate(NOW.plus(Duration.ofMinutes(5))).build();
        ChainVerifier verifier = verifier(ending, NEW_ROOT.crl().build(), ofCa());
        assertThat(verify(verifier, LEAF, CA, CROSS).anchor()).isEqualTo(OLD_ROOT.certificate());
        now.set(NOW.plus(Duration.ofMinutes(6)));
        assertThat(verify(verifier, LEAF, CA, CROSS).anchor()).isEqualTo(NEW_ROOT.certificate());
        assertThat(refused(verifier, LEAF, CA).reason()).isEqualTo(RefusalReason.REVOCATION_UNKNOWN);
    }

    @Test
    void name_ofAnother_isToldBeforeRevocationIsAsked() throws Exception {
        ChainVerifier verifier =
                verifier(OLD_ROOT.crl().revoke(CA).build(), NEW_ROOT.crl().build(), ofCa());
        PeerRejectedException refusal = catchThrowableOfType(
                PeerRejectedException.class,
                () -> verifier.verify(certificates(LEAF, CA), ServerIdentity.host("other.example.com")));
        assertThat(refusal.reason()).isEqualTo(RefusalReason.NAME_MISMATCH);
    }

    @Test
    void pin_ofTheOtherPath_isFound() throws Exception {
        ChainVerifier verifier = trusting()
                .pins(
                        SpkiPin.of(NEW_ROOT.certificate()),
                        SpkiPin.of(root("CN=Backup").certificate()))
                .build();
        assertThat(verify(verifier, LEAF, CA, CROSS).anchor()).isEqualTo(NEW_ROOT.certificate());
        assertThat(verify(verifier, LEAF, CROSS, CA).anchor()).isEqualTo(NEW_ROOT.certificate());
        assertThat(refused(verifier, LEAF, CA).reason()).isEqualTo(RefusalReason.PIN_MISMATCH);
    }

    private static TestCertificate root(String subject) {
        return TestCertificate.root()
                .clock(CLOCK)
                .subject(subject)
                .keyPair(KeyType.EC_P256.generate())
                .build();
    }

    private static TestCrl ofCa() {
        return CA.crl().build();
    }

    private ChainVerifier.Builder trusting() {
        InstantSource source = now::get;
        return ChainVerifier.trusting(TrustAnchors.of(OLD_ROOT.certificate(), NEW_ROOT.certificate()))
                .clock(source.withZone(ZoneOffset.UTC));
    }

    private ChainVerifier verifier(TestCrl... lists) {
        Path[] files = IntStream.range(0, lists.length)
                .mapToObj(i -> lists[i].write(directory.resolve(i + ".crl")))
                .toArray(Path[]::new);
        return trusting().revocation(Revocation.crls(files)).build();
    }

    private static ValidatedPath verify(ChainVerifier verifier, TestCertificate... presented)
            throws PeerRejectedException {
        return verifier.verify(certificates(presented), ServerIdentity.host(HOST));
    }

    private static PeerRejectedException refused(ChainVerifier verifier, TestCertificate... presented) {
        return catchThrowableOfType(PeerRejectedException.class, () -> verify(verifier, presented));
    }

    private static List<X509Certificate> certificates(TestCertificate... presented) {
        return Stream.of(presented).map(TestCertificate::certificate).toList();
    }
}
