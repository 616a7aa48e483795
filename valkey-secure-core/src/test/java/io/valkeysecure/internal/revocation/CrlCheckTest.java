package io.valkeysecure.internal.revocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valkeysecure.PeerRejectedException;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.internal.x509.MalformedException;
import io.valkeysecure.internal.x509.ParsedCertificate;
import io.valkeysecure.testkit.certificate.KeyType;
import io.valkeysecure.testkit.certificate.KeyUsage;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.certificate.TestCrl;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.CRLReason;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Date;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.CRLNumber;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.IssuingDistributionPoint;
import org.bouncycastle.asn1.x509.ReasonFlags;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.bouncycastle.asn1.x509.Time;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every rule of docs/revocation.md on CRLs, beside the case that differs in nothing else and is accepted. */
class CrlCheckTest {
    private static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");
    private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
    private static final String IDP = Extension.issuingDistributionPoint.getId();
    private static final String AKI = Extension.authorityKeyIdentifier.getId();
    private static final String URI = "http://crl.example/ca.crl";
    private static final String OTHER_OID = "1.3.6.1.4.1.55555.1";

    private static final TestCertificate ROOT =
            TestCertificate.root().clock(CLOCK).subject("CN=Root").build();
    private static final TestCertificate CA =
            ROOT.issue().ca().subject("CN=Issuing CA").build();
    private static final TestCertificate LEAF =
            CA.issue().subject("CN=leaf").dnsName("localhost").build();
    private static final TestCertificate LEAF_WITH_URI = CA.issue()
            .dnsName("localhost")
            .extension(Extension.cRLDistributionPoints.getId(), false, points(URI))
            .build();
    private static final TestCrl ROOT_CRL = ROOT.crl().build();

    @Test
    void check_freshListsOfBothIssuers_isProvedUntilTheEarliestEnds() throws Exception {
        TestCrl later = CA.crl().nextUpdate(NOW.plusSeconds(90_000)).build();
        TestCrl root = ROOT.crl().nextUpdate(NOW.plusSeconds(80_000)).build();
        CrlCheck check = parse(Duration.ofSeconds(5), later, root);
        assertThat(check(check, LEAF)).isEqualTo(NOW.plusSeconds(80_005));
        assertThat(check.freshUntil()).contains(NOW.plusSeconds(80_005));
    }

    @Test
    void check_severalFreshLists_isProvedUntilTheLatestEnds() throws Exception {
        TestCrl ca = CA.crl().nextUpdate(NOW.plusSeconds(90_000)).build();
        TestCrl first = ROOT.crl().nextUpdate(NOW.plusSeconds(80_000)).build();
        TestCrl second = ROOT.crl().nextUpdate(NOW.plusSeconds(85_000)).build();
        assertThat(check(parse(Duration.ZERO, ca, first, second), LEAF)).isEqualTo(NOW.plusSeconds(85_000));
        assertThat(check(parse(Duration.ZERO, ca, second, first), LEAF)).isEqualTo(NOW.plusSeconds(85_000));
    }

    @Test
    void check_leafListed_isRevoked() {
        String message = revoked(
                LEAF,
                CA.crl()
                        .revoke(LEAF, CRLReason.KEY_COMPROMISE, NOW.minusSeconds(60))
                        .build());
        assertThat(message)
                .contains("CN=leaf (serial number " + serial(LEAF).toString(16) + ")")
                .contains("2026-06-01T11:59:00Z")
                .contains("keyCompromise")
                .contains("CN=Issuing CA");
    }

    @Test
    void check_listThatNamesAnotherKeyAsItsSigner_provesNothing() throws Exception {
        byte[] own = keyIdentifier(CA.certificate());
        byte[] other = own.clone();
        other[0] ^= 1;
        assertThat(unknown(
                        LEAF,
                        CA.crl().extension(AKI, false, keyIdentified(other)).build()))
                .contains("its authorityKeyIdentifier names another key or certificate than that of CN=Issuing CA");
        revoked(
                LEAF,
                CA.crl().build(),
                CA.crl()
                        .extension(AKI, false, keyIdentified(other))
                        .revoke(LEAF)
                        .build());
        accepted(LEAF, CA.crl().extension(AKI, false, keyIdentified(own)).build());
        accepted(LEAF, CA.crl().withoutExtension(AKI).build());
        BigInteger serial = serial(CA);
        assertThat(unknown(
                        LEAF,
                        CA.crl()
                                .extension(AKI, false, serialIdentified("CN=Root", serial.add(BigInteger.ONE)))
                                .build()))
                .contains("names another key or certificate");
        assertThat(unknown(
                        LEAF,
                        CA.crl()
                                .extension(AKI, false, serialIdentified("CN=Other", serial))
                                .build()))
                .contains("names another key or certificate");
        accepted(
                LEAF,
                CA.crl()
                        .extension(AKI, false, serialIdentified("CN=Root", serial))
                        .build());
    }

    @Test
    void problem_listThatNamesAnotherKeyThanTheAnchors_isTold() throws Exception {
        byte[] own = keyIdentifier(ROOT.certificate());
        byte[] other = own.clone();
        other[0] ^= 1;
        TestCrl list = ROOT.crl().extension(AKI, false, keyIdentified(other)).build();
        assertThat(parse(Duration.ZERO, list).problem(List.of(ROOT.certificate()), NOW))
                .contains("or it names another key as its signer's");
        TestCrl good = ROOT.crl().extension(AKI, false, keyIdentified(own)).build();
        assertThat(parse(Duration.ZERO, good).problem(List.of(ROOT.certificate()), NOW))
                .isNull();
    }

    private static byte[] keyIdentifier(X509Certificate certificate) throws IOException {
        return SubjectKeyIdentifier.getInstance(org.bouncycastle.asn1.ASN1OctetString.getInstance(
                                certificate.getExtensionValue(Extension.subjectKeyIdentifier.getId()))
                        .getOctets())
                .getKeyIdentifier();
    }

    private static byte[] keyIdentified(byte[] identifier) {
        return encoded(new AuthorityKeyIdentifier(identifier));
    }

    private static byte[] serialIdentified(String issuer, BigInteger serial) {
        return encoded(new AuthorityKeyIdentifier(new GeneralNames(new GeneralName(new X500Name(issuer))), serial));
    }

    @Test
    void check_listedWithoutReason_saysUnspecified() {
        assertThat(revoked(LEAF, CA.crl().revoke(LEAF).build())).contains("unspecified");
    }

    @Test
    void check_intermediateListed_isRevoked() throws Exception {
        CrlCheck check =
                parse(Duration.ZERO, CA.crl().build(), ROOT.crl().revoke(CA).build());
        assertThat(refused(check, LEAF, NOW, RefusalReason.REVOKED)).contains("CN=Issuing CA (serial");
    }

    @Test
    void check_otherSerialListed_isAccepted() throws Exception {
        accepted(
                LEAF,
                CA.crl().revoke(serial(LEAF).add(BigInteger.ONE), NOW, null).build());
    }

    @Test
    void check_revocationDateAheadOrHoldOrRemoveInCompleteList_isRevoked() {
        revoked(
                LEAF,
                CA.crl()
                        .revoke(LEAF, CRLReason.SUPERSEDED, NOW.plusSeconds(3_600))
                        .build());
        revoked(
                LEAF,
                CA.crl()
                        .revoke(LEAF, CRLReason.SUPERSEDED, NOW.minusSeconds(360_000))
                        .build());
        revoked(LEAF, CA.crl().revoke(LEAF, CRLReason.CERTIFICATE_HOLD, NOW).build());
        revoked(LEAF, CA.crl().revoke(LEAF, CRLReason.REMOVE_FROM_CRL, NOW).build());
    }

    @Test
    void check_serialListedByAnotherIssuer_isIrrelevant() throws Exception {
        TestCrl root = ROOT.crl().revoke(serial(LEAF), NOW, null).build();
        assertThat(check(parse(Duration.ZERO, CA.crl().build(), root), LEAF)).isAfter(NOW);
    }

    @Test
    void check_listOfIntermediateMissing_isUnknown() throws Exception {
        assertThat(refused(parse(Duration.ZERO, CA.crl().build()), LEAF, NOW, RefusalReason.REVOCATION_UNKNOWN))
                .contains("CN=Issuing CA (serial")
                .contains("expected a complete and fresh CRL of CN=Root")
                .contains("none of this issuer, only of [CN=Issuing CA]");
    }

    @Test
    void check_emptyPath_hasNothingToProve() throws Exception {
        CrlCheck check = parse(Duration.ZERO, ROOT_CRL);
        assertThat(check.provedUntil(Paths.of(List.of(), ROOT.certificate()), NOW))
                .isEqualTo(Instant.MAX);
    }

    @Test
    void check_signedByAnotherKey_isUnknown() {
        assertThat(unknown(LEAF, CA.crl().signedWith(KeyType.EC_P256.generate()).build()))
                .contains("not signed by the key of CN=Issuing CA");
        assertThat(unknown(
                        LEAF, CA.crl().signedWith(KeyType.RSA_2048.generate()).build()))
                .contains("not signed by the key of CN=Issuing CA");
    }

    @Test
    void check_signatureBroken_isUnknown() {
        byte[] broken = CA.crl().build().encoded();
        broken[broken.length - 1] ^= 1;
        assertThat(unknownOf(LEAF, broken)).contains("not signed by the key");
    }

    @Test
    void check_issuerWithoutCrlSign_isUnknown() throws Exception {
        TestCertificate ca = ROOT.issue()
                .ca()
                .subject("CN=c")
                .keyUsage(KeyUsage.KEY_CERT_SIGN)
                .build();
        assertThat(unknown(ca.issue().build(), ca.crl().build())).contains("keyUsage of its issuer CN=c lacks cRLSign");
        TestCertificate free = ROOT.issue().ca().withoutKeyUsage().build();
        accepted(free.issue().build(), free.crl().build());
        TestCertificate only = ROOT.issue().ca().keyUsage(KeyUsage.CRL_SIGN).build();
        accepted(only.issue().build(), only.crl().build());
    }

    @Test
    void check_rsaKeys_areAcceptedWithSha2AndPss() throws Exception {
        TestCertificate ca = ROOT.issue().ca().keyType(KeyType.RSA_2048).build();
        TestCertificate leaf = ca.issue().build();
        for (String algorithm : List.of("SHA256withRSA", "SHA384withRSA", "SHA512withRSA", "SHA256withRSAandMGF1")) {
            accepted(leaf, ca.crl().signatureAlgorithm(algorithm).build());
        }
        for (String algorithm : List.of("SHA1withRSA", "MD5withRSA", "SHA224withRSA", "SHA1withRSAandMGF1")) {
            assertThat(unknown(leaf, ca.crl().signatureAlgorithm(algorithm).build()))
                    .contains("it is signed with");
        }
        accepted(leaf, ca.crl().build());
    }

    @Test
    void check_ellipticKeys_areAcceptedWithSha2() throws Exception {
        accepted(LEAF, CA.crl().signatureAlgorithm("SHA384withECDSA").build());
        accepted(LEAF, CA.crl().signatureAlgorithm("SHA512withECDSA").build());
        assertThat(unknown(LEAF, CA.crl().signatureAlgorithm("SHA1withECDSA").build()))
                .contains("ECDSAWITHSHA1");
        TestCertificate ed = ROOT.issue().ca().keyType(KeyType.ED25519).build();
        accepted(ed.issue().build(), ed.crl().build());
    }

    @Test
    void check_pastNextUpdate_isUnknownButForTheTolerance() throws Exception {
        TestCrl crl = CA.crl().nextUpdate(NOW).build();
        CrlCheck strict = parse(Duration.ZERO, crl, ROOT_CRL);
        assertThat(check(strict, LEAF)).isEqualTo(NOW);
        assertThat(refused(strict, LEAF, NOW.plusSeconds(1), RefusalReason.REVOCATION_UNKNOWN))
                .contains("nextUpdate was 2026-06-01T12:00:00Z, now is 2026-06-01T12:00:01Z, tolerance PT0S");
        CrlCheck tolerant = parse(Duration.ofMinutes(1), crl, ROOT_CRL);
        assertThat(check(tolerant, LEAF, NOW.plusSeconds(60))).isEqualTo(NOW.plusSeconds(60));
        assertThat(refused(tolerant, LEAF, NOW.plusSeconds(61), RefusalReason.REVOCATION_UNKNOWN))
                .contains("PT1M");
    }

    @Test
    void check_beforeThisUpdate_isUnknownWhateverTheTolerance() throws Exception {
        CrlCheck check = parse(Duration.ofDays(1), CA.crl().thisUpdate(NOW).build(), ROOT_CRL);
        assertThat(check(check, LEAF)).isAfter(NOW);
        assertThat(refused(check, LEAF, NOW.minusSeconds(1), RefusalReason.REVOCATION_UNKNOWN))
                .contains("thisUpdate is 2026-06-01T12:00:00Z, now is 2026-06-01T11:59:59Z");
    }

    @Test
    void check_withoutNextUpdate_isUnknown() {
        assertThat(unknown(LEAF, CA.crl().withoutNextUpdate().build())).contains("no nextUpdate");
    }

    @Test
    void check_nextUpdateBeforeThisUpdate_isUnknown() throws Exception {
        TestCrl never = CA.crl()
                .thisUpdate(NOW.minusSeconds(5))
                .nextUpdate(NOW.minusSeconds(10))
                .build();
        CrlCheck check = parse(Duration.ofDays(1), never, ROOT_CRL);
        assertThat(refused(check, LEAF, NOW, RefusalReason.REVOCATION_UNKNOWN)).contains("is before its thisUpdate");
        TestCrl moment = CA.crl().thisUpdate(NOW).nextUpdate(NOW).build();
        accepted(LEAF, moment);
    }

    @Test
    void check_after2050_isAccepted() throws Exception {
        accepted(
                LEAF, CA.crl().nextUpdate(Instant.parse("2050-01-01T00:00:00Z")).build());
    }

    @Test
    void check_numberMissingOrCritical_isUnknown() {
        assertThat(unknown(
                        LEAF,
                        CA.crl().withoutExtension(Extension.cRLNumber.getId()).build()))
                .contains("no CRL number");
        assertThat(unknown(
                        LEAF,
                        CA.crl()
                                .extension(Extension.cRLNumber.getId(), true, new byte[] {2, 1, 1})
                                .build()))
                .contains("its extension 2.5.29.20 is critical");
    }

    @Test
    void check_unknownCriticalExtension_isUnknown() throws Exception {
        assertThat(unknown(
                        LEAF,
                        CA.crl().extension(OTHER_OID, true, new byte[] {5, 0}).build()))
                .contains(OTHER_OID);
        accepted(LEAF, CA.crl().extension(OTHER_OID, false, new byte[] {5, 0}).build());
    }

    @Test
    void check_versionOne_isUnknown() {
        assertThat(unknownOf(LEAF, list(false, null, null))).contains("version 1, expected version 2");
    }

    @Test
    void check_algorithmDiffersInsideAndOutside_isUnknown() throws Exception {
        byte[] crl = CA.crl().build().encoded();
        ASN1Sequence list = ASN1Sequence.getInstance(crl);
        DERSequence other = new DERSequence(new ASN1Encodable[] {
            list.getObjectAt(0), new DERSequence(new ASN1ObjectIdentifier("1.2.840.10045.4.3.3")), list.getObjectAt(2)
        });
        assertThat(unknownOf(LEAF, other.getEncoded())).contains("differs inside and outside");
    }

    @Test
    void check_entryWithUnknownCriticalExtension_isUnknownForEveryCertificate() throws Exception {
        BigInteger other = serial(LEAF).add(BigInteger.ONE);
        assertThat(unknownOf(
                        LEAF, list(true, other, new Extension(new ASN1ObjectIdentifier(OTHER_OID), true, nothing()))))
                .contains(OTHER_OID)
                .contains(other.toString(16));
        acceptedOf(LEAF, list(true, other, new Extension(new ASN1ObjectIdentifier(OTHER_OID), false, nothing())));
        byte[] reason = {10, 1, 1};
        acceptedOf(LEAF, list(true, other, new Extension(Extension.reasonCode, true, reason)));
        assertThat(unknownOf(
                        LEAF,
                        list(
                                true,
                                other,
                                new Extension(
                                        Extension.certificateIssuer,
                                        false,
                                        new GeneralNames(new GeneralName(new X500Name("CN=x"))).getEncoded()))))
                .contains("names another issuer");
    }

    @Test
    void check_serialListedTwice_isUnknown() {
        BigInteger other = serial(LEAF).add(BigInteger.ONE);
        assertThat(unknown(
                        LEAF,
                        CA.crl()
                                .revoke(other, NOW, null)
                                .revoke(other, NOW, null)
                                .build()))
                .contains("twice");
    }

    @Test
    void check_indirectList_isUnknown() {
        assertThat(unknown(LEAF, CA.crl().indirect().build())).contains("indirect CRL");
        assertThat(unknown(LEAF, CA.crl().revokeForOtherIssuer(CA).build())).contains("indirect CRL");
    }

    @Test
    void check_deltaAlone_isUnknown() throws Exception {
        assertThat(unknown(LEAF, CA.crl().number(2).deltaOf(1).build())).contains("delta CRL, expected a complete one");
        byte[] base = {2, 1, 1};
        String indicator = Extension.deltaCRLIndicator.getId();
        assertThat(unknown(LEAF, CA.crl().extension(indicator, false, base).build()))
                .contains("not critical");
    }

    @Test
    void check_deltaBesideComplete_addsRevocationsAndTakesNoneBack() throws Exception {
        TestCrl complete = CA.crl().build();
        accepted(LEAF, complete, CA.crl().number(2).deltaOf(1).build());
        TestCrl adds = CA.crl().number(2).deltaOf(1).revoke(LEAF).build();
        revoked(LEAF, complete, adds);
        TestCrl takesBack = CA.crl()
                .number(2)
                .deltaOf(1)
                .revoke(LEAF, CRLReason.REMOVE_FROM_CRL, NOW)
                .build();
        accepted(LEAF, complete, takesBack);
        revoked(LEAF, CA.crl().revoke(LEAF).build(), takesBack);
    }

    @Test
    void check_onlySomeReasons_provesNothingButRevokes() throws Exception {
        byte[] some = idp(null, false, false, new ReasonFlags(ReasonFlags.keyCompromise), false);
        assertThat(unknown(LEAF, CA.crl().extension(IDP, true, some).build())).contains("only some reasons");
        accepted(LEAF, CA.crl().extension(IDP, true, some).build(), CA.crl().build());
        revoked(
                LEAF,
                CA.crl().extension(IDP, true, some).revoke(LEAF).build(),
                CA.crl().build());
        revoked(
                LEAF,
                CA.crl()
                        .extension(IDP, true, some)
                        .revoke(LEAF, CRLReason.REMOVE_FROM_CRL, NOW)
                        .build());
    }

    @Test
    void check_scopeOfKinds_isUnknownForTheOtherKind() throws Exception {
        byte[] users = idp(null, true, false, null, false);
        byte[] cas = idp(null, false, true, null, false);
        accepted(LEAF, CA.crl().extension(IDP, true, users).build());
        assertThat(unknown(LEAF, CA.crl().extension(IDP, true, cas).build())).contains("holds only CAs");
        TestCrl leaves = CA.crl().build();
        CrlCheck good = parse(
                Duration.ZERO, leaves, ROOT.crl().extension(IDP, true, cas).build());
        assertThat(check(good, LEAF)).isAfter(NOW);
        CrlCheck bad = parse(
                Duration.ZERO, leaves, ROOT.crl().extension(IDP, true, users).build());
        assertThat(refused(bad, LEAF, NOW, RefusalReason.REVOCATION_UNKNOWN)).contains("only end entities");
        assertThat(unknown(
                        LEAF,
                        CA.crl()
                                .extension(IDP, true, new byte[] {0x30, 6, (byte) 0x81, 1, -1, (byte) 0x82, 1, -1})
                                .build()))
                .contains("only CAs and only end entities");
        assertThat(unknown(
                        LEAF,
                        CA.crl()
                                .extension(IDP, true, idp(null, false, false, null, true))
                                .build()))
                .contains("attribute certificates");
    }

    @Test
    void check_scopeNotCriticalOrEmpty_isUnknown() throws Exception {
        byte[] users = idp(null, true, false, null, false);
        assertThat(unknown(LEAF, CA.crl().extension(IDP, false, users).build())).contains("not critical");
        assertThat(unknown(
                        LEAF,
                        CA.crl().extension(IDP, true, new byte[] {0x30, 0}).build()))
                .contains("is empty");
    }

    @Test
    void check_distributionPoint_mustBeNamedByTheCertificateByteForByte() throws Exception {
        byte[] point = idp(fullName(URI), false, false, null, false);
        accepted(LEAF_WITH_URI, CA.crl().extension(IDP, true, point).build());
        accepted(LEAF_WITH_URI, CA.crl().build());
        assertThat(unknown(LEAF, CA.crl().extension(IDP, true, point).build()))
                .contains("[" + URI + "], the certificate names []");
        byte[] other = idp(fullName("http://crl.example/%63a.crl"), false, false, null, false);
        assertThat(unknown(LEAF_WITH_URI, CA.crl().extension(IDP, true, other).build()))
                .contains("the certificate names [" + URI + "]");
        byte[] both = idp(fullName("http://other.example/", URI), false, false, null, false);
        accepted(LEAF_WITH_URI, CA.crl().extension(IDP, true, both).build());
    }

    @Test
    void check_distributionPointOfOtherForm_isUnknown() throws Exception {
        GeneralName directory = new GeneralName(new X500Name("CN=x"));
        byte[] directoryName = idp(new DistributionPointName(new GeneralNames(directory)), false, false, null, false);
        assertThat(unknown(
                        LEAF_WITH_URI,
                        CA.crl().extension(IDP, true, directoryName).build()))
                .contains("something else than URIs");
        byte[] relative = idp(
                new DistributionPointName(
                        DistributionPointName.NAME_RELATIVE_TO_CRL_ISSUER,
                        new DERSet(new X500Name("CN=x").getRDNs()[0].getFirst())),
                false,
                false,
                null,
                false);
        assertThat(unknown(
                        LEAF_WITH_URI, CA.crl().extension(IDP, true, relative).build()))
                .contains("something else than URIs");
    }

    @Test
    void check_certificatesPointForReasonsOrIndirectOrMalformed_doesNotMatch() throws Exception {
        byte[] point = idp(fullName(URI), false, false, null, false);
        TestCrl crl = CA.crl().extension(IDP, true, point).build();
        GeneralNames issuer = new GeneralNames(new GeneralName(new X500Name("CN=x")));
        List<byte[]> pointsThatDoNot = List.of(
                new DERSequence(new DistributionPoint(fullName(URI), new ReasonFlags(ReasonFlags.keyCompromise), null))
                        .getEncoded(),
                new DERSequence(new DistributionPoint(fullName(URI), null, issuer)).getEncoded(),
                new DERSequence(new DistributionPoint(null, null, issuer)).getEncoded());
        for (byte[] points : pointsThatDoNot) {
            TestCertificate leaf = CA.issue()
                    .extension(Extension.cRLDistributionPoints.getId(), false, points)
                    .build();
            assertThat(unknown(leaf, crl)).contains("the certificate names []");
        }
        for (byte[] malformed : List.of(new byte[] {5, 0}, new byte[] {0x30, 3})) {
            TestCertificate leaf = CA.issue()
                    .extension(Extension.cRLDistributionPoints.getId(), false, malformed)
                    .build();
            assertThatThrownBy(() -> ParsedCertificate.of(leaf.certificate()))
                    .isInstanceOf(MalformedException.class)
                    .hasMessageContaining(Extension.cRLDistributionPoints.getId());
        }
    }

    @Test
    void check_badListBesideGoodOne_doesNoHarm() throws Exception {
        TestCrl good = CA.crl().build();
        TestCrl stale = CA.crl().nextUpdate(NOW.minusSeconds(10)).revoke(LEAF).build();
        TestCrl forged =
                CA.crl().signedWith(KeyType.EC_P256.generate()).revoke(LEAF).build();
        accepted(LEAF, stale, good, forged);
        revoked(LEAF, good, CA.crl().revoke(LEAF).build());
        revoked(LEAF, CA.crl().revoke(LEAF).build(), good);
    }

    @Test
    void check_sameNameOtherKey_countsOnlyTheListOfTheKeyInThePath() throws Exception {
        TestCertificate renewed = ROOT.issue().ca().subject("CN=Issuing CA").build();
        TestCrl old = CA.crl().revoke(LEAF).build();
        TestCertificate leaf = renewed.issue().serialNumber(serial(LEAF)).build();
        accepted(leaf, old, renewed.crl().build());
        assertThat(unknown(leaf, old)).contains("not signed by the key");
        CrlCheck both = parse(Duration.ZERO, CA.crl().build(), renewed.crl().build(), ROOT_CRL);
        for (int i = 0; i < 2; i++) {
            assertThat(check(both, leaf)).isAfter(NOW);
            assertThat(check(both, LEAF)).isAfter(NOW);
        }
    }

    @Test
    void parse_manyEntries_findsEachByHash() throws Exception {
        TestCrl.Builder many = CA.crl();
        for (int i = 0; i < 10_000; i++) {
            many.revoke(BigInteger.valueOf(1_000_000L + i), NOW, null);
        }
        accepted(LEAF, many.build());
        revoked(LEAF, many.revoke(LEAF).build());
    }

    @Test
    void parse_pemOfSeveralBlocksWithText_isRead() throws Exception {
        String text = "issuer: x\n" + CA.crl().build().pem() + "\n" + ROOT_CRL.pem();
        CrlCheck check = parse(Map.of(Path.of("a.pem"), text.getBytes(StandardCharsets.US_ASCII)));
        assertThat(check(check, LEAF)).isAfter(NOW);
    }

    @Test
    void parse_notOnlyLists_namesFileAndBlock() {
        assertThat(unusable(CA.crl().build().pem() + CA.certificatePem()))
                .isEqualTo("a.crl block 2 is of kind CERTIFICATE, expected only X509 CRL");
        assertThat(unusable("hello")).contains("a.crl: no PEM block");
        assertThat(unusable("0")).contains("a.crl: no PEM block");
        assertThat(unusable("-----BEGIN X509 CRL-----\nMIIB\n")).contains("a.crl block 1 is malformed or cut off");
        String pem = CA.crl().build().pem();
        assertThat(unusable(pem + pem.substring(0, pem.length() / 2)))
                .contains("a.crl block 2 is malformed or cut off");
    }

    /** An extension that nobody needs, but that cannot be read, is a reason to rely on nothing of the list. */
    @ParameterizedTest
    @CsvSource({
        "2.5.29.35, 3003020101, own key",
        "2.5.29.35, 300a80030102038003010203, own key",
        "2.5.29.20, 0c0161, 020101",
        "2.5.29.20, 0201ff, 020101",
        "2.5.29.20, 02010100, 020101",
        "2.5.29.18, 3005a003020101, 3003820161",
        "2.5.29.46, 3003020101, 30093007a005a003860161",
        "1.3.6.1.4.1.55555.1, 6a756e6b, 0500"
    })
    void extension_thatIsMalformed_makesTheListMalformed(String id, String malformed, String wellFormed)
            throws Exception {
        byte[] bad = CA.crl()
                .extension(id, false, HexFormat.of().parseHex(malformed))
                .build()
                .encoded();
        assertThat(unusable(bad)).startsWith("a.crl is a malformed CRL: it has an extension " + id + " that ");
        byte[] good = wellFormed.equals("own key")
                ? keyIdentified(keyIdentifier(CA.certificate()))
                : HexFormat.of().parseHex(wellFormed);
        accepted(LEAF, CA.crl().extension(id, false, good).build());
    }

    @Test
    void parse_malformedList_namesFileAndBlock() throws Exception {
        byte[] crl = CA.crl().revoke(LEAF).build().encoded();
        assertThat(unusable(Arrays.copyOf(crl, crl.length - 1))).startsWith("a.crl is a malformed CRL");
        assertThat(unusable(Arrays.copyOf(crl, crl.length + 1))).startsWith("a.crl is a malformed CRL");
        assertThat(unusable(LEAF.encoded())).startsWith("a.crl is a malformed CRL");
        assertThat(unusable(ROOT_CRL.pem() + "-----BEGIN X509 CRL-----\nBQA=\n-----END X509 CRL-----\n"))
                .startsWith("a.crl block 2 is a malformed CRL: not in DER");
        byte[] twice = CA.crl()
                .extension(OTHER_OID, false, nothing())
                .extension(OTHER_OID, false, nothing())
                .build()
                .encoded();
        assertThat(unusable(twice)).contains("it has an extension twice");
        byte[] generalized = CA.crl()
                .nextUpdate(Instant.parse("2050-01-01T00:00:00Z"))
                .build()
                .encoded();
        String text = new String(generalized, StandardCharsets.ISO_8859_1);
        assertThat(unusable(text.replace("20500101", "20300101").getBytes(StandardCharsets.ISO_8859_1)))
                .contains("GeneralizedTime, expected UTCTime until 2049");
        assertThat(unusable(text.replace("20500101", "20501301").getBytes(StandardCharsets.ISO_8859_1)))
                .contains("not in DER: it does not parse");
    }

    @Test
    void parse_everyByteChanged_isNeverAcceptedWithoutTheRevocation() throws Exception {
        byte[] crl = CA.crl().revoke(LEAF).build().encoded();
        for (int i = 0; i < crl.length; i++) {
            byte[] changed = crl.clone();
            changed[i] ^= 0x11;
            CrlCheck check;
            try {
                check = parse(Map.of(Path.of("a.crl"), changed, Path.of("root.crl"), ROOT_CRL.encoded()));
            } catch (MalformedException e) {
                continue;
            }
            assertThatExceptionOfType(PeerRejectedException.class)
                    .as("byte " + i)
                    .isThrownBy(() -> check(check, LEAF));
        }
    }

    @Test
    void problem_goodLists_isNone() throws Exception {
        assertThat(parse(Duration.ZERO, CA.crl().build(), ROOT_CRL).problem(List.of(ROOT.certificate()), NOW))
                .isNull();
        assertThat(parse(Duration.ZERO, CA.crl().build()).problem(List.of(ROOT.certificate()), NOW))
                .isNull();
    }

    @Test
    void problem_forgedInTheNameOfAnAnchor_isTold() throws Exception {
        TestCrl forged = ROOT.crl().signedWith(KeyType.EC_P256.generate()).build();
        assertThat(parse(Duration.ZERO, forged, CA.crl().build()).problem(List.of(ROOT.certificate()), NOW))
                .contains("CN=Root: not signed by its key");
        assertThat(parse(Duration.ZERO, forged, ROOT_CRL).problem(List.of(ROOT.certificate()), NOW))
                .isNull();
        TestCertificate renewed =
                TestCertificate.root().clock(CLOCK).subject("CN=Root").build();
        List<X509Certificate> anchors = List.of(renewed.certificate(), ROOT.certificate());
        assertThat(parse(Duration.ZERO, ROOT_CRL).problem(anchors, NOW)).isNull();
    }

    @Test
    void problem_noListUsable_isTold() throws Exception {
        List<X509Certificate> anchors = List.of(ROOT.certificate());
        Instant late = NOW.plus(Duration.ofDays(1));
        CrlCheck check = parse(Duration.ZERO, ROOT_CRL, CA.crl().deltaOf(1).build());
        assertThat(check.problem(anchors, NOW)).isNull();
        assertThat(check.problem(anchors, late))
                .contains("no CRL can be used now")
                .contains("nextUpdate was")
                .contains("delta");
        assertThat(parse(Duration.ofDays(1), ROOT_CRL).problem(anchors, late)).isNull();
        assertThat(parse(Duration.ZERO, CA.crl().withoutNextUpdate().build()).problem(anchors, NOW))
                .isNotNull();
    }

    @Test
    void freshUntil_severalLists_isWhenTheFirstIssuerHasNoneLeft() throws Exception {
        TestCrl stale = ROOT.crl().nextUpdate(NOW.minusSeconds(1)).build();
        TestCrl current = ROOT.crl().nextUpdate(NOW.plusSeconds(50)).build();
        TestCrl ca = CA.crl().nextUpdate(NOW.plusSeconds(60)).build();
        TestCrl unfit = CA.crl().nextUpdate(NOW.plusSeconds(70)).deltaOf(1).build();
        TestCrl endless = CA.crl().withoutNextUpdate().build();
        CrlCheck check = parse(Duration.ofSeconds(1), stale, current, ca, unfit, endless);
        assertThat(check.freshUntil()).contains(NOW.plusSeconds(51));
        assertThat(parse(Duration.ZERO, ca, unfit, endless).freshUntil()).contains(NOW.plusSeconds(60));
        assertThat(parse(Duration.ZERO, endless).freshUntil()).isEmpty();
    }

    private static Instant check(CrlCheck check, TestCertificate leaf) throws PeerRejectedException {
        return check(check, leaf, NOW);
    }

    private static Instant check(CrlCheck check, TestCertificate leaf, Instant now) throws PeerRejectedException {
        return check.provedUntil(Paths.of(leaf.chain(), ROOT.certificate()), now);
    }

    private static void accepted(TestCertificate leaf, TestCrl... lists) throws Exception {
        acceptedOf(leaf, Arrays.stream(lists).map(TestCrl::encoded).toArray(byte[][]::new));
    }

    private static void acceptedOf(TestCertificate leaf, byte[]... lists) throws Exception {
        assertThat(check(withRoot(lists), leaf)).isAfterOrEqualTo(NOW);
    }

    private static String revoked(TestCertificate leaf, TestCrl... lists) {
        return refused(
                leaf,
                RefusalReason.REVOKED,
                Arrays.stream(lists).map(TestCrl::encoded).toArray(byte[][]::new));
    }

    private static String unknown(TestCertificate leaf, TestCrl... lists) {
        return refused(
                leaf,
                RefusalReason.REVOCATION_UNKNOWN,
                Arrays.stream(lists).map(TestCrl::encoded).toArray(byte[][]::new));
    }

    private static String unknownOf(TestCertificate leaf, byte[]... lists) {
        return refused(leaf, RefusalReason.REVOCATION_UNKNOWN, lists);
    }

    private static String refused(TestCertificate leaf, RefusalReason reason, byte[]... lists) {
        try {
            return refused(withRoot(lists), leaf, NOW, reason);
        } catch (MalformedException e) {
            throw new AssertionError(e);
        }
    }

    private static String refused(CrlCheck check, TestCertificate leaf, Instant now, RefusalReason reason) {
        try {
            Instant until = check(check, leaf, now);
            throw new AssertionError("accepted until " + until);
        } catch (PeerRejectedException e) {
            assertThat(e.reason()).as(e.getMessage()).isEqualTo(reason);
            return String.valueOf(e.getMessage());
        }
    }

    private static CrlCheck withRoot(byte[]... lists) throws MalformedException {
        Map<Path, byte[]> contents = new LinkedHashMap<>();
        contents.put(Path.of("root.crl"), ROOT_CRL.encoded());
        for (byte[] list : lists) {
            contents.put(Path.of(contents.size() + ".crl"), list);
        }
        return parse(contents);
    }

    private static CrlCheck parse(Map<Path, byte[]> contents) throws MalformedException {
        return CrlCheck.parse(contents, Duration.ZERO);
    }

    private static CrlCheck parse(Duration tolerance, TestCrl... lists) throws MalformedException {
        Map<Path, byte[]> contents = new LinkedHashMap<>();
        for (TestCrl list : lists) {
            contents.put(Path.of(contents.size() + ".crl"), list.encoded());
        }
        return CrlCheck.parse(contents, tolerance);
    }

    private static String unusable(String text) {
        return unusable(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static String unusable(byte[] content) {
        try {
            CrlCheck check = parse(Map.of(Path.of("a.crl"), content));
            throw new AssertionError("parsed " + check.freshUntil());
        } catch (MalformedException e) {
            return e.problem();
        }
    }

    private static BigInteger serial(TestCertificate certificate) {
        return certificate.certificate().getSerialNumber();
    }

    private static byte[] nothing() {
        return new byte[] {5, 0};
    }

    private static DistributionPointName fullName(String... uris) {
        return new DistributionPointName(new GeneralNames(Arrays.stream(uris)
                .map(uri -> new GeneralName(GeneralName.uniformResourceIdentifier, uri))
                .toArray(GeneralName[]::new)));
    }

    private static byte[] points(String uri) {
        return encoded(new DERSequence(new DistributionPoint(fullName(uri), null, null)));
    }

    private static byte[] idp(
            @Nullable DistributionPointName name,
            boolean users,
            boolean cas,
            @Nullable ReasonFlags reasons,
            boolean attributes) {
        return encoded(new IssuingDistributionPoint(name, users, cas, reasons, false, attributes));
    }

    private static byte[] encoded(ASN1Encodable value) {
        try {
            return value.toASN1Primitive().getEncoded("DER");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** What the test kit does not make: a list of version 1, or with a raw extension in an entry. */
    private static byte[] list(boolean numbered, @Nullable BigInteger serial, @Nullable Extension entryExtension) {
        try {
            X509v2CRLBuilder builder =
                    new X509v2CRLBuilder(new X500Name("CN=Issuing CA"), Date.from(NOW.minusSeconds(60)));
            builder.setNextUpdate(Date.from(NOW.plusSeconds(3_600)));
            if (serial != null && entryExtension != null) {
                ExtensionsGenerator extensions = new ExtensionsGenerator();
                extensions.addExtension(entryExtension);
                builder.addCRLEntry(serial, Date.from(NOW), extensions.generate());
            }
            if (numbered) {
                builder.addExtension(Extension.cRLNumber, false, new CRLNumber(BigInteger.ONE));
                return builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(CA.privateKey()))
                        .getEncoded();
            }
            ASN1EncodableVector tbs = new ASN1EncodableVector();
            var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(CA.privateKey());
            tbs.add(signer.getAlgorithmIdentifier());
            tbs.add(new X500Name("CN=Issuing CA"));
            tbs.add(new Time(Date.from(NOW.minusSeconds(60))));
            tbs.add(new Time(Date.from(NOW.plusSeconds(3_600))));
            byte[] encoded = new DERSequence(tbs).getEncoded();
            signer.getOutputStream().write(encoded);
            return new DERSequence(new ASN1Encodable[] {
                        new DERSequence(tbs), signer.getAlgorithmIdentifier(), new DERBitString(signer.getSignature())
                    })
                    .getEncoded();
        } catch (IOException | OperatorCreationException e) {
            throw new AssertionError(e);
        }
    }
}
