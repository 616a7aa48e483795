package io.valkeysecure.internal.revocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valkeysecure.PeerRejectedException;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.testkit.certificate.ExtendedKeyUsage;
import io.valkeysecure.testkit.certificate.KeyType;
import io.valkeysecure.testkit.certificate.KeyUsage;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.certificate.TestCertificateBuilder;
import java.math.BigInteger;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1TaggedObject;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.cert.ocsp.UnknownStatus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every rule of docs/revocation.md on OCSP responses, beside the case that differs in nothing else and is accepted. */
class StapledCheckTest {
    private static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");
    private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
    private static final Duration TOLERANCE = Duration.ofMinutes(1);
    private static final String NOCHECK = OCSPObjectIdentifiers.id_pkix_ocsp_nocheck.getId();
    private static final String OTHER_OID = "1.3.6.1.4.1.55555.1";
    private static final byte[] NOTHING = {5, 0};

    private static final TestCertificate ROOT =
            TestCertificate.root().clock(CLOCK).subject("CN=Root").build();
    private static final TestCertificate CA =
            ROOT.issue().ca().subject("CN=Issuing CA").build();
    private static final TestCertificate LEAF =
            CA.issue().subject("CN=leaf").dnsName("localhost").build();
    private static final TestCertificate DELEGATE = delegate().build();

    private final StapledCheck check = new StapledCheck(TOLERANCE, 2048);

    @Test
    void check_goodForTheLeaf_isProvedUntilItEnds() throws Exception {
        assertThat(accepted(leaf())).isEqualTo(NOW.plusSeconds(3_660));
        assertThat(check.freshUntil()).isEmpty();
    }

    @Test
    void check_noStaple_isUnknown() {
        assertThat(unknown()).contains("CN=leaf").contains("stapled by the server, seen: the server stapled none");
        assertThat(unknown(new byte[0])).contains("the server stapled none");
    }

    @Test
    void check_revoked_isRevoked() throws Exception {
        assertThat(revoked(leaf().status(new RevokedStatus(Date.from(NOW.minusSeconds(60)), 1))
                        .encoded()))
                .contains("CN=leaf")
                .contains("2026-06-01T11:59:00Z")
                .contains("keyCompromise");
        assertThat(revoked(leaf().status(new RevokedStatus(Date.from(NOW.plusSeconds(600))))
                        .encoded()))
                .contains("unspecified");
        assertThat(revoked(leaf().status(new RevokedStatus(Date.from(NOW), 77)).encoded()))
                .contains("reason 77");
    }

    @Test
    void check_statusUnknown_isUnknown() throws Exception {
        assertThat(unknown(leaf().status(new UnknownStatus()).encoded())).contains("OCSP status unknown");
    }

    @Test
    void check_revokedBesideGood_isRevoked() throws Exception {
        Answers bad = leaf().status(new RevokedStatus(Date.from(NOW), 1));
        revoked(leaf().and(bad).encoded());
        revoked(leaf().encoded(), bad.encoded());
        assertThat(accepted(leaf().and(leaf()))).isAfter(NOW);
    }

    @Test
    void check_severalAnswers_isProvedUntilTheLatestOfOneResponseEnds() throws Exception {
        Answers longer = leaf().nextUpdate(NOW.plusSeconds(7_200));
        assertThat(accepted(leaf().and(longer))).isEqualTo(NOW.plusSeconds(7_260));
        assertThat(accepted(leaf().nextUpdate(NOW.plusSeconds(7_200)).and(leaf())))
                .isEqualTo(NOW.plusSeconds(7_260));
    }

    @Test
    void check_otherSerialOrIssuer_isUnknown() throws Exception {
        BigInteger next = LEAF.certificate().getSerialNumber().add(BigInteger.ONE);
        assertThat(unknown(leaf().serial(next).encoded())).contains("for another certificate");
        assertThat(unknown(leaf().namedIssuer(ROOT).encoded())).contains("for another certificate");
        TestCertificate sameName = ROOT.issue().ca().subject("CN=Issuing CA").build();
        assertThat(unknown(leaf().namedIssuer(sameName).encoded())).contains("for another certificate");
        TestCertificate sameKey =
                ROOT.issue().ca().keyPair(CA.keyPair()).subject("CN=x").build();
        assertThat(unknown(leaf().namedIssuer(sameKey).encoded())).contains("for another certificate");
    }

    @ParameterizedTest
    @CsvSource({"2.16.840.1.101.3.4.2.1", "2.16.840.1.101.3.4.2.2", "2.16.840.1.101.3.4.2.3", "1.3.14.3.2.26"})
    void check_certIdByAnotherHash_isAccepted(String oid) throws Exception {
        assertThat(accepted(leaf().hash(oid))).isAfter(NOW);
    }

    @Test
    void check_certIdByMd5_isUnknown() throws Exception {
        assertThat(unknown(leaf().hash("1.2.840.113549.2.5").encoded())).contains("for another certificate");
    }

    @Test
    void check_stale_isUnknownButForTheTolerance() throws Exception {
        assertThat(accepted(leaf().thisUpdate(NOW.minusSeconds(90)).nextUpdate(NOW.minusSeconds(60))))
                .isEqualTo(NOW);
        assertThat(unknown(leaf().thisUpdate(NOW.minusSeconds(90))
                        .nextUpdate(NOW.minusSeconds(61))
                        .encoded()))
                .contains("stale OCSP response: its nextUpdate was 2026-06-01T11:58:59Z")
                .contains("tolerance PT1M");
    }

    @Test
    void check_staleAndRevoked_isUnknown() throws Exception {
        unknown(leaf().thisUpdate(NOW.minusSeconds(90))
                .nextUpdate(NOW.minusSeconds(61))
                .status(new RevokedStatus(Date.from(NOW), 1))
                .encoded());
    }

    @Test
    void check_fromTheFuture_isUnknownButForTheTolerance() throws Exception {
        Instant near = NOW.plusSeconds(60);
        Instant far = NOW.plusSeconds(61);
        assertThat(accepted(leaf().thisUpdate(near))).isAfter(NOW);
        assertThat(unknown(leaf().thisUpdate(far).encoded())).contains("thisUpdate is 2026-06-01T12:01:01Z");
        assertThat(accepted(leaf().producedAt(near))).isAfter(NOW);
        assertThat(unknown(leaf().producedAt(far).encoded())).contains("producedAt is 2026-06-01T12:01:01Z");
    }

    @Test
    void check_nextUpdateBeforeThisUpdate_isUnknown() throws Exception {
        assertThat(unknown(
                        leaf().thisUpdate(NOW).nextUpdate(NOW.minusSeconds(1)).encoded()))
                .contains("is before its thisUpdate");
        assertThat(accepted(leaf().thisUpdate(NOW).nextUpdate(NOW))).isAfter(NOW);
    }

    @Test
    void check_withoutNextUpdate_isUnknownSinceAStapleIsMadeForNobody() throws Exception {
        assertThat(unknown(leaf().nextUpdate(null).encoded())).contains("without nextUpdate and without the nonce");
        assertThat(unknown(leaf().nonce(new byte[16]).nextUpdate(null).encoded()))
                .contains("without nextUpdate");
        assertThat(accepted(leaf().nonce(new byte[16]))).isAfter(NOW);
    }

    @Test
    void prove_nonceAskedWith_mustBeTheSameIfItIsThere() throws Exception {
        byte[] nonce = {1, 2, 3};
        assertThat(prove(leaf().nonce(nonce), nonce)).isEqualTo(NOW.plusSeconds(3_660));
        assertThat(prove(leaf(), nonce)).isEqualTo(NOW.plusSeconds(3_660));
        assertThat(prove(leaf().nonce(nonce).nextUpdate(null), nonce)).isEqualTo(NOW);
        assertThat(unproved(leaf().nonce(new byte[] {1, 2, 4}), nonce)).contains("another nonce");
        assertThat(unproved(leaf().nextUpdate(null), nonce)).contains("without nextUpdate");
        assertThat(unproved(leaf().serial(BigInteger.TEN), nonce))
                .contains("for other certificates (serial numbers [a])");
    }

    @Test
    void check_unknownCriticalExtension_isUnknown() throws Exception {
        assertThat(unknown(leaf().extension(OTHER_OID, true, NOTHING).encoded()))
                .contains(OTHER_OID);
        assertThat(accepted(leaf().extension(OTHER_OID, false, NOTHING))).isAfter(NOW);
        assertThat(unknown(leaf().singleExtension(OTHER_OID, true).encoded())).contains(OTHER_OID);
        assertThat(accepted(leaf().singleExtension(OTHER_OID, false))).isAfter(NOW);
    }

    @Test
    void check_responderNamedByKey_isAccepted() throws Exception {
        assertThat(accepted(leaf().byKey())).isAfter(NOW);
        assertThat(accepted(leaf().responder(DELEGATE, DELEGATE).byKey())).isAfter(NOW);
    }

    @Test
    void check_signedByAnotherKey_isUnknown() throws Exception {
        assertThat(unknown(leaf().key(KeyType.EC_P256.generate().getPrivate()).encoded()))
                .contains("neither CN=Issuing CA signed nor a responder that it delegated");
        assertThat(unknown(leaf().responder(ROOT, ROOT).encoded())).contains("it was issued by CN=Root");
        assertThat(unknown(leaf().responder(LEAF).encoded())).contains("responder CN=leaf");
        TestCertificate namesake =
                TestCertificate.root().clock(CLOCK).subject("CN=Issuing CA").build();
        assertThat(unknown(leaf().responder(namesake, namesake).encoded())).contains("neither CN=Issuing CA signed");
    }

    @Test
    void check_responderIdOfAnother_isUnknown() throws Exception {
        assertThat(unknown(leaf().responder(DELEGATE, DELEGATE)
                        .key(CA.privateKey())
                        .encoded()))
                .contains("the signature is not by its key");
        assertThat(unknown(leaf().responder(ROOT).key(CA.privateKey()).encoded()))
                .contains("responder CN=Root");
        assertThat(unknown(leaf().responder(ROOT).key(CA.privateKey()).byKey().encoded()))
                .contains("responder by key");
    }

    @Test
    void check_weakSignature_isUnknown() throws Exception {
        assertThat(unknown(leaf().algorithm("SHA1withECDSA").encoded())).contains("it is signed with");
        assertThat(accepted(leaf().algorithm("SHA512withECDSA"))).isAfter(NOW);
    }

    @Test
    void check_delegate_isAccepted() throws Exception {
        assertThat(accepted(leaf().responder(DELEGATE, DELEGATE))).isAfter(NOW);
        assertThat(accepted(leaf().responder(DELEGATE, CA, DELEGATE))).isAfter(NOW);
        assertThat(unknown(leaf().responder(DELEGATE).encoded())).contains("neither CN=Issuing CA signed");
        TestCertificate rsa = delegate().keyType(KeyType.RSA_2048).build();
        assertThat(accepted(leaf().responder(rsa, rsa).algorithm("SHA256withRSA")))
                .isAfter(NOW);
        TestCertificate free = delegate().withoutKeyUsage().build();
        assertThat(accepted(leaf().responder(free, free))).isAfter(NOW);
        TestCertificate critical = delegate().critical("2.5.29.37", true).build();
        assertThat(accepted(leaf().responder(critical, critical))).isAfter(NOW);
        TestCertificate other = delegate().extension(OTHER_OID, false, NOTHING).build();
        assertThat(accepted(leaf().responder(other, other))).isAfter(NOW);
    }

    @Test
    void check_delegateUnfit_isUnknown() throws Exception {
        unfit(delegate().extendedKeyUsage(ExtendedKeyUsage.SERVER_AUTH), "lacks OCSPSigning");
        unfit(delegate().extendedKeyUsage(ExtendedKeyUsage.ANY), "lacks OCSPSigning");
        unfit(delegate().withoutExtendedKeyUsage(), "lacks OCSPSigning");
        unfit(delegate().keyUsage(KeyUsage.KEY_CERT_SIGN), "lacks digitalSignature");
        unfit(delegate().withoutExtension(NOCHECK).extension(OTHER_OID, true, NOTHING), "not understood");
        unfit(delegate().notBefore(NOW.minusSeconds(9)).notAfter(NOW.minusSeconds(1)), "valid from");
        unfit(delegate().notBefore(NOW.plusSeconds(1)), "valid from");
        unfit(delegate().signedWith(KeyType.EC_P256.generate()), "not signed by the key of CN=Issuing CA");
        unfit(delegate().signatureAlgorithm("SHA1withECDSA"), "it is signed with");
        TestCertificate ofRoot = ROOT.issue()
                .subject("CN=responder")
                .extendedKeyUsage(ExtendedKeyUsage.OCSP_SIGNING)
                .extension(NOCHECK, false, NOTHING)
                .build();
        assertThat(unknown(leaf().responder(ofRoot, ofRoot).encoded())).contains("it was issued by CN=Root");
        TestCertificate weak = delegate().keyType(KeyType.RSA_1024).build();
        assertThat(unknown(
                        leaf().responder(weak, weak).algorithm("SHA256withRSA").encoded()))
                .contains("expected an RSA key from 2048 to 8192 bits, has 1024");
    }

    @Test
    void check_delegateBelowTheFloorOfThePolicy_isUnknown() throws Exception {
        TestCertificate rsa = delegate().keyType(KeyType.RSA_2048).build();
        Answers answer = leaf().responder(rsa, rsa).algorithm("SHA256withRSA");
        StapledCheck strict = new StapledCheck(TOLERANCE, 3072);
        assertThatThrownBy(() -> strict.check(
                        Paths.of(LEAF.chain(), ROOT.certificate()), NOW, List.of(answer.encoded()), System.nanoTime()))
                .hasMessageContaining("expected an RSA key from 3072 to 8192 bits, has 2048");
        assertThat(accepted(answer)).isAfter(NOW);
    }

    @Test
    void check_delegateInDateToTheSecond_isAccepted() throws Exception {
        TestCertificate first = delegate().notBefore(NOW).build();
        assertThat(accepted(leaf().responder(first, first))).isAfter(NOW);
        TestCertificate last = delegate().notAfter(NOW).build();
        assertThat(accepted(leaf().responder(last, last))).isAfter(NOW);
    }

    @Test
    void check_delegateWithoutNocheck_isUnknown() throws Exception {
        TestCertificate bare = CA.issue()
                .subject("CN=responder")
                .extendedKeyUsage(ExtendedKeyUsage.OCSP_SIGNING)
                .build();
        assertThat(unknown(leaf().responder(bare, bare).encoded())).contains("lacks id-pkix-ocsp-nocheck");
    }

    @Test
    void check_manyCertificates_isUnknown() throws Exception {
        TestCertificate[] eight = new TestCertificate[8];
        Arrays.fill(eight, DELEGATE);
        assertThat(accepted(leaf().responder(DELEGATE, eight))).isAfter(NOW);
        TestCertificate[] nine = Arrays.copyOf(eight, 9);
        nine[8] = DELEGATE;
        assertThat(unknown(leaf().responder(DELEGATE, nine).encoded())).contains("9 certificates, expected 8 at most");
    }

    @ParameterizedTest
    @CsvSource({"1, malformedRequest", "2, internalError", "3, tryLater", "5, sigRequired", "6, unauthorized"})
    void check_unsuccessful_isUnknown(int status, String name) throws Exception {
        assertThat(unknown(Answers.error(status))).contains(name);
    }

    /** OCSPResponse and ResponseBytes stand outside of what is signed. */
    @Test
    void check_fieldBehindTheLast_isUnknown() throws Exception {
        byte[] good = leaf().encoded();
        assertThat(accepted(good)).isAfter(NOW);
        ASN1Sequence response = ASN1Sequence.getInstance(good);
        ASN1Sequence bytes = ASN1Sequence.getInstance((ASN1TaggedObject) response.getObjectAt(1), true);
        assertThat(accepted(response(response.getObjectAt(0), new DERTaggedObject(0, bytes))))
                .isAfter(NOW);

        assertThat(unknown(response(response.getObjectAt(0), response.getObjectAt(1), DERNull.INSTANCE)))
                .contains("a malformed OCSP response");
        ASN1Encodable longer =
                new DERSequence(new ASN1Encodable[] {bytes.getObjectAt(0), bytes.getObjectAt(1), DERNull.INSTANCE});
        assertThat(unknown(response(response.getObjectAt(0), new DERTaggedObject(0, longer))))
                .contains("a malformed OCSP response");
    }

    private static byte[] response(ASN1Encodable... fields) throws Exception {
        return new DERSequence(fields).getEncoded();
    }

    @Test
    void check_malformedOrTooLarge_isUnknown() throws Exception {
        byte[] good = leaf().encoded();
        assertThat(unknown(Arrays.copyOf(good, good.length - 1))).contains("a malformed OCSP response");
        assertThat(unknown(Arrays.copyOf(good, good.length + 1))).contains("a malformed OCSP response");
        assertThat(unknown(NOTHING)).contains("a malformed OCSP response");
        assertThat(unknown(new byte[] {0x30, 3, 10, 1, 0})).contains("not a basic one");
        assertThat(unknown(new byte[64 * 1024])).contains("malformed");
        assertThat(unknown(new byte[64 * 1024 + 1])).contains("more than 65536 bytes");
    }

    @Test
    void check_everyByteChanged_isNeverAcceptedAsGood() throws Exception {
        byte[] revoked = leaf().status(new RevokedStatus(Date.from(NOW), 1)).encoded();
        for (int i = 0; i < revoked.length; i++) {
            byte[] changed = revoked.clone();
            changed[i] ^= 0x11;
            try {
                check.provedUntil(Paths.of(LEAF.chain(), ROOT.certificate()), NOW, List.of(changed));
                throw new AssertionError("accepted with byte " + i + " changed");
            } catch (PeerRejectedException e) {
                assertThat(e.reason()).isIn(RefusalReason.REVOKED, RefusalReason.REVOCATION_UNKNOWN);
            }
        }
    }

    @Test
    void check_stapleOfIntermediate_isCheckedWhereItIsGiven() throws Exception {
        byte[] leaf = leaf().encoded();
        byte[] ca = Answers.about(CA, NOW).nextUpdate(NOW.plusSeconds(600)).encoded();
        assertThat(check.provedUntil(Paths.of(LEAF.chain(), ROOT.certificate()), NOW, List.of(ca, leaf)))
                .isEqualTo(NOW.plusSeconds(660));
        assertThat(revoked(
                        leaf,
                        Answers.about(CA, NOW)
                                .status(new RevokedStatus(Date.from(NOW), 2))
                                .encoded()))
                .contains("CN=Issuing CA (serial")
                .contains("cACompromise");
        assertThat(unknown(
                        leaf, Answers.about(CA, NOW).status(new UnknownStatus()).encoded()))
                .contains("CN=Issuing CA (serial");
        assertThat(unknown(ca)).contains("CN=leaf").contains("for another certificate");
        assertThat(unknown(leaf, NOTHING)).contains("malformed");
        assertThat(check.provedUntil(Paths.of(LEAF.chain(), ROOT.certificate()), NOW, List.of(leaf, new byte[0])))
                .isAfter(NOW);
    }

    @Test
    void check_emptyPath_hasNothingToProve() throws Exception {
        assertThat(check.provedUntil(Paths.of(List.of(), ROOT.certificate()), NOW, List.of()))
                .isEqualTo(Instant.MAX);
    }

    private static Answers leaf() {
        return Answers.about(LEAF, NOW);
    }

    private static TestCertificateBuilder delegate() {
        return CA.issue()
                .subject("CN=responder")
                .extendedKeyUsage(ExtendedKeyUsage.OCSP_SIGNING)
                .extension(NOCHECK, false, NOTHING);
    }

    private void unfit(TestCertificateBuilder unfit, String message) throws Exception {
        TestCertificate built = unfit.build();
        assertThat(unknown(leaf().responder(built, built).encoded())).contains(message);
    }

    private Instant accepted(Answers answer) throws Exception {
        return accepted(answer.encoded());
    }

    private Instant accepted(byte[] staple) throws Exception {
        return check.provedUntil(Paths.of(LEAF.chain(), ROOT.certificate()), NOW, List.of(staple));
    }

    private String unknown(byte[]... staples) {
        return refused(RefusalReason.REVOCATION_UNKNOWN, staples);
    }

    private String revoked(byte[]... staples) {
        return refused(RefusalReason.REVOKED, staples);
    }

    private String refused(RefusalReason reason, byte[]... staples) {
        try {
            Instant until = check.provedUntil(Paths.of(LEAF.chain(), ROOT.certificate()), NOW, List.of(staples));
            throw new AssertionError("accepted until " + until);
        } catch (PeerRejectedException e) {
            assertThat(e.reason()).as(e.getMessage()).isEqualTo(reason);
            return String.valueOf(e.getMessage());
        }
    }

    private static Instant prove(Answers answer, byte[] nonce) throws Exception {
        return OcspResponse.parse(answer.encoded())
                .prove(Paths.of(LEAF.certificate()), Paths.of(CA.certificate()), nonce, NOW, TOLERANCE, 2048);
    }

    private static String unproved(Answers answer, byte[] nonce) throws Exception {
        try {
            Instant until = prove(answer, nonce);
            throw new AssertionError("accepted until " + until);
        } catch (UnprovedException e) {
            return e.problem();
        }
    }
}
