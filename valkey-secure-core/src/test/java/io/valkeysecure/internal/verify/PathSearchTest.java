package io.valkeysecure.internal.verify;

import static io.valkeysecure.internal.verify.Chain.HOST;
import static io.valkeysecure.internal.verify.Chain.NOW;
import static io.valkeysecure.internal.verify.Chain.assertPath;
import static io.valkeysecure.internal.verify.Chain.assertRefused;
import static io.valkeysecure.internal.verify.Chain.goodCa;
import static io.valkeysecure.internal.verify.Chain.goodLeaf;
import static io.valkeysecure.internal.verify.Chain.goodRoot;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valkeysecure.ChainVerifier;
import io.valkeysecure.PeerRejectedException;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.ServerIdentity;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.internal.x509.CertificationPath;
import io.valkeysecure.internal.x509.Fingerprint;
import io.valkeysecure.testkit.certificate.ExtendedKeyUsage;
import io.valkeysecure.testkit.certificate.GeneralNameType;
import io.valkeysecure.testkit.certificate.KeyType;
import io.valkeysecure.testkit.certificate.KeyUsage;
import io.valkeysecure.testkit.certificate.TestCertificate;
import java.security.KeyPair;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which path is found among what is presented, while CAs are replaced and whatever else is in the list. */
class PathSearchTest {
    private final TestCertificate oldRoot = goodRoot().build();
    private final TestCertificate newRoot =
            goodRoot().subject("CN=New Root").keyPair(key()).build();
    private final TestCertificate ca = goodCa(oldRoot).build();
    private final TestCertificate leaf = goodLeaf(ca).build();

    /** The same CA, of the same name and key, under the new root. */
    private final TestCertificate crossSignedCa = goodCa(newRoot).build();

    @Test
    void rotation_oldAndNewRootPinned_bothChainsAreAccepted() throws Exception {
        TestCertificate newCa = newRoot.issue()
                .ca()
                .subject("CN=New Intermediate")
                .keyPair(key())
                .build();
        TestCertificate newLeaf = goodLeaf(newCa).build();
        for (List<TestCertificate> anchors : List.of(List.of(oldRoot, newRoot), List.of(newRoot, oldRoot))) {
            assertPath(anchors, List.of(leaf, ca), leaf, ca, oldRoot);
            assertPath(anchors, List.of(newLeaf, newCa), newLeaf, newCa, newRoot);
        }
    }

    @Test
    void rotation_crossSignedIntermediate_isAcceptedUnderEitherRootInEitherOrder() throws Exception {
        assertPath(List.of(oldRoot), List.of(leaf, ca, crossSignedCa), leaf, ca, oldRoot);
        assertPath(List.of(oldRoot), List.of(leaf, crossSignedCa, ca), leaf, ca, oldRoot);
        assertPath(List.of(newRoot), List.of(leaf, ca, crossSignedCa), leaf, crossSignedCa, newRoot);
        assertPath(List.of(newRoot), List.of(leaf, crossSignedCa, ca), leaf, crossSignedCa, newRoot);
    }

    @Test
    void rotation_newRootCrossSignedByTheOld_isAcceptedWhereOnlyTheOldIsPinned() throws Exception {
        TestCertificate newCa = newRoot.issue()
                .ca()
                .subject("CN=New Intermediate")
                .keyPair(key())
                .build();
        TestCertificate newLeaf = goodLeaf(newCa).build();
        TestCertificate bridge = oldRoot.issue()
                .ca()
                .subject("CN=New Root")
                .keyPair(newRoot.keyPair())
                .build();
        assertPath(List.of(oldRoot), List.of(newLeaf, newCa, bridge), newLeaf, newCa, bridge, oldRoot);
        assertPath(List.of(oldRoot), List.of(newLeaf, bridge, newCa), newLeaf, newCa, bridge, oldRoot);
        // the shorter one, where the new root is pinned as well
        assertPath(List.of(oldRoot, newRoot), List.of(newLeaf, newCa, bridge), newLeaf, newCa, newRoot);
        assertPath(List.of(newRoot), List.of(newLeaf, newCa, newRoot), newLeaf, newCa, newRoot);
    }

    @Test
    void root_renewedWithTheSameKey_isAcceptedInBothForms() throws Exception {
        TestCertificate renewed = goodRoot().build();
        assertPath(List.of(oldRoot), List.of(leaf, ca, renewed), leaf, ca, oldRoot);
        assertPath(List.of(renewed), List.of(leaf, ca, oldRoot), leaf, ca, renewed);
    }

    @Test
    void intermediate_pinned_isWhereThePathEnds() throws Exception {
        assertPath(List.of(ca), List.of(leaf), leaf, ca);
        assertPath(List.of(ca), List.of(leaf, oldRoot), leaf, ca);
        assertPath(List.of(oldRoot, ca), List.of(leaf, ca), leaf, ca);
    }

    @Test
    void leaf_issuedByTheAnchorItself_needsNoIntermediate() throws Exception {
        TestCertificate direct = goodLeaf(oldRoot).build();
        assertPath(List.of(oldRoot), List.of(direct), direct, oldRoot);
    }

    @Test
    void superfluousCertificates_ofAnyState_doNoHarm() throws Exception {
        TestCertificate expired =
                newRoot.issue().ca().notAfter(NOW.minusSeconds(9)).build();
        TestCertificate critical = newRoot.issue()
                .ca()
                .extension("1.3.6.1.4.1.55738.1", true, Tlv.of(Tlv.NULL))
                .build();
        TestCertificate weak =
                newRoot.issue().ca().keyPair(KeyType.RSA_1024.generate()).build();
        TestCertificate malformed = newRoot.issue()
                .ca()
                .extension("2.5.29.17", false, HexFormat.of().parseHex("6a756e6b"))
                .build();
        assertPath(
                List.of(oldRoot),
                List.of(leaf, malformed, expired, leaf, critical, weak, newRoot, ca, ca, oldRoot),
                leaf,
                ca,
                oldRoot);
    }

    @Test
    void intermediates_shuffled_areFound() throws Exception {
        TestCertificate second =
                ca.issue().ca().subject("CN=Second").keyPair(key()).build();
        TestCertificate third =
                second.issue().ca().subject("CN=Third").keyPair(key()).build();
        TestCertificate deep = goodLeaf(third).build();
        for (List<TestCertificate> order : List.of(
                List.of(deep, ca, second, third), List.of(deep, third, ca, second), List.of(deep, second, third, ca))) {
            assertPath(List.of(oldRoot), order, deep, third, second, ca, oldRoot);
        }
    }

    /** Ways in which one of two certificates of the same CA is unfit. */
    static Stream<UnaryOperator<TestCertificate.Builder>> unfit() {
        return Stream.of(
                builder -> builder.notAfter(NOW.minusSeconds(9)),
                builder -> builder.notBefore(NOW.plusSeconds(9)),
                builder -> builder.extension("2.5.29.19", true, Tlv.of(Tlv.SEQUENCE)),
                TestCertificate.Builder::withoutBasicConstraints,
                builder -> builder.keyUsage(KeyUsage.CRL_SIGN),
                builder -> builder.extendedKeyUsage(ExtendedKeyUsage.CODE_SIGNING),
                builder -> builder.extendedKeyUsage(ExtendedKeyUsage.ANY),
                builder -> builder.excluded(GeneralNameType.DNS_NAME, "example.com"),
                builder -> builder.permitted(GeneralNameType.DNS_NAME, "example.org"),
                builder -> builder.extension("1.3.6.1.4.1.55738.1", true, Tlv.of(Tlv.NULL)),
                builder -> builder.extension("2.5.29.17", false, Tlv.of(Tlv.SEQUENCE)),
                builder -> builder.extension("2.5.29.17", false, HexFormat.of().parseHex("6a756e6b")),
                builder -> builder.signatureAlgorithm("SHA1withECDSA"),
                builder -> builder.signedWith(KeyType.EC_P256.generate()),
                builder -> builder.keyPair(KeyType.EC_P256.generate()),
                builder -> builder.issuerName("CN=Nobody"),
                TestCertificate.Builder::version1);
    }

    @ParameterizedTest
    @MethodSource("unfit")
    void alternative_unfitInOneWay_doesNotHideTheFitOneInEitherOrder(UnaryOperator<TestCertificate.Builder> change)
            throws Exception {
        TestCertificate unfit = change.apply(goodCa(oldRoot)).build();
        assertPath(List.of(oldRoot), List.of(leaf, unfit, ca), leaf, ca, oldRoot);
        assertPath(List.of(oldRoot), List.of(leaf, ca, unfit), leaf, ca, oldRoot);
        assertThatThrownBy(() -> Chain.verify(List.of(oldRoot), leaf, unfit)).isInstanceOf(PeerRejectedException.class);
    }

    @Test
    void alternative_expiredAndTheLeafMalformed_isNotWhatIsTold() {
        TestCertificate expired = goodCa(oldRoot).notAfter(NOW.minusSeconds(9)).build();
        TestCertificate malformed = goodLeaf(ca).dnsName("a..b").build();
        assertRefused(
                List.of(oldRoot),
                List.of(malformed, expired, ca),
                RefusalReason.MALFORMED_CERTIFICATE,
                "leaf CN=Leaf has the malformed name dNSName a..b");
        assertRefused(
                List.of(oldRoot),
                List.of(leaf, expired),
                RefusalReason.EXPIRED,
                "intermediate CN=Intermediate expired");
    }

    @Test
    void alternatives_allUnfit_areAllToldAndTheFirstGivesTheReason() {
        TestCertificate expired = goodCa(oldRoot).notAfter(NOW.minusSeconds(9)).build();
        TestCertificate early = goodCa(oldRoot).notBefore(NOW.plusSeconds(9)).build();
        TestCertificate zero =
                goodCa(oldRoot).serialNumber(java.math.BigInteger.ZERO).build();
        assertRefused(
                List.of(oldRoot),
                List.of(leaf, expired, zero),
                RefusalReason.EXPIRED,
                "; another path: intermediate CN=Intermediate expected a positive serial number");
        assertRefused(List.of(oldRoot), List.of(leaf, early, expired), RefusalReason.NOT_YET_VALID, "expired at");
        // the one that came less far is not in the message
        TestCertificate excluding =
                goodCa(oldRoot).excluded(GeneralNameType.DNS_NAME, HOST).build();
        assertThatThrownBy(() -> Chain.verify(List.of(oldRoot), leaf, expired, excluding))
                .message()
                .contains("excluded by dNSName")
                .doesNotContain("expired");
        assertThat(org.assertj.core.api.Assertions.catchThrowable(
                                () -> Chain.verify(List.of(oldRoot), leaf, expired, excluding))
                        .getSuppressed())
                .singleElement()
                .isInstanceOfSatisfying(
                        PeerRejectedException.class,
                        other -> assertThat(other.reason()).isEqualTo(RefusalReason.EXPIRED));
    }

    @Test
    void paths_allUnfit_areToldByTheFirst() {
        TestCertificate excluding =
                goodCa(oldRoot).excluded(GeneralNameType.DNS_NAME, HOST).build();
        TestCertificate permitting = goodCa(oldRoot)
                .permitted(GeneralNameType.DNS_NAME, "example.org")
                .build();
        assertRefused(
                List.of(oldRoot),
                List.of(leaf, excluding, permitting),
                RefusalReason.CONSTRAINT_VIOLATED,
                "excluded by dNSName " + HOST);
    }

    @Test
    void alternative_thatTheKeyIdentifierPointsTo_isTriedFirst() throws Exception {
        // both paths are good, so the order shows
        TestCertificate twin = goodCa(oldRoot)
                .extension("2.5.29.14", false, HexFormat.of().parseHex("0403010203"))
                .build();
        TestCertificate pointing = goodLeaf(twin)
                .extension("2.5.29.35", false, HexFormat.of().parseHex("30058003010203"))
                .build();
        assertPath(List.of(oldRoot), List.of(pointing, ca, twin), pointing, twin, oldRoot);
        assertPath(List.of(oldRoot), List.of(leaf, twin, ca), leaf, ca, oldRoot);
        // the key is the same, and OpenSSL looks no further than the identifier
        assertRefused(
                List.of(oldRoot),
                List.of(pointing, ca),
                RefusalReason.UNTRUSTED_ISSUER,
                "the authorityKeyIdentifier of CN=Leaf names another key or certificate than that of the issuer"
                        + " CN=Intermediate, which signed it");
    }

    @Test
    void alternative_withoutAKeyIdentifier_isTriedAfterTheOneThatIsPointedTo() throws Exception {
        TestCertificate unidentified =
                goodCa(oldRoot).withoutSubjectKeyIdentifier().build();
        assertPath(List.of(oldRoot), List.of(leaf, unidentified, ca), leaf, ca, oldRoot);
        assertPath(List.of(oldRoot), List.of(leaf, unidentified), leaf, unidentified, oldRoot);
    }

    @Test
    void alternatives_withoutKeyIdentifiers_areTriedAsPresented() throws Exception {
        TestCertificate first = goodCa(oldRoot).withoutSubjectKeyIdentifier().build();
        TestCertificate second = goodCa(oldRoot).withoutSubjectKeyIdentifier().build();
        TestCertificate unidentified =
                goodLeaf(first).withoutAuthorityKeyIdentifier().build();
        assertPath(List.of(oldRoot), List.of(unidentified, first, second), unidentified, first, oldRoot);
        assertPath(List.of(oldRoot), List.of(unidentified, second, first), unidentified, second, oldRoot);
    }

    @Test
    void intermediates_thatSignEachOtherInACycle_endInAPathOrARefusal() throws Exception {
        TestCertificate a = TestCertificate.root()
                .clock(Chain.CLOCK)
                .subject("CN=A")
                .keyPair(key())
                .build();
        TestCertificate b = a.issue().ca().subject("CN=B").keyPair(key()).build();
        TestCertificate aByB =
                b.issue().ca().subject("CN=A").keyPair(a.keyPair()).build();
        TestCertificate cycled = goodLeaf(aByB).build();
        assertRefused(
                List.of(oldRoot),
                List.of(cycled, aByB, b),
                RefusalReason.UNTRUSTED_ISSUER,
                "expected a path to one of the trust anchors [CN=Root]");
        TestCertificate out =
                oldRoot.issue().ca().subject("CN=B").keyPair(b.keyPair()).build();
        assertPath(List.of(oldRoot), List.of(cycled, aByB, b, out), cycled, aByB, out, oldRoot);
    }

    @Test
    void crossSignedRing_oneOfWhichIsPinned_isAccepted() throws Exception {
        KeyPair[] keys = {key(), key(), key()};
        List<TestCertificate> ring = new ArrayList<>();
        TestCertificate[] self = new TestCertificate[3];
        for (int i = 0; i < 3; i++) {
            self[i] = TestCertificate.root()
                    .clock(Chain.CLOCK)
                    .subject("CN=" + i)
                    .keyPair(keys[i])
                    .build();
        }
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 3; j++) {
                if (i != j) {
                    ring.add(self[i].issue()
                            .ca()
                            .subject("CN=" + j)
                            .keyPair(keys[j])
                            .build());
                }
            }
        }
        TestCertificate signed = goodLeaf(self[2]).build();
        ring.add(0, signed);
        var path = Chain.verify(List.of(self[0]), ring.toArray(new TestCertificate[0]));
        assertThat(path.anchor()).isEqualTo(self[0].certificate());
        assertRefused(
                List.of(oldRoot), ring, RefusalReason.UNTRUSTED_ISSUER, "expected a path to one of the trust anchors");
    }

    @Test
    void selfIssuedIntermediate_isNotCountedInThePathLength() throws Exception {
        TestCertificate first = goodCa(oldRoot).ca(1).build();
        TestCertificate again =
                first.issue().ca(1).subject("CN=Intermediate").keyPair(key()).build();
        TestCertificate last =
                again.issue().ca(0).subject("CN=Last").keyPair(key()).build();
        TestCertificate deep = goodLeaf(last).build();
        assertPath(List.of(oldRoot), List.of(deep, last, again, first), deep, last, again, first, oldRoot);
        TestCertificate one = goodCa(oldRoot).ca(0).build();
        TestCertificate other =
                one.issue().ca().subject("CN=Last").keyPair(key()).build();
        TestCertificate tooDeep = goodLeaf(other).build();
        assertRefused(
                List.of(oldRoot),
                List.of(tooDeep, other, one),
                RefusalReason.CONSTRAINT_VIOLATED,
                "path CN=Intermediate allows 0 CAs below it, there are 1");
    }

    @Test
    void pathLength_thatGrowsDownwards_isLimitedByTheSmallest() {
        TestCertificate first = goodCa(oldRoot).ca(0).build();
        TestCertificate second =
                first.issue().ca(7).subject("CN=Second").keyPair(key()).build();
        assertRefused(
                List.of(oldRoot),
                List.of(goodLeaf(second).build(), second, first),
                RefusalReason.CONSTRAINT_VIOLATED,
                "path CN=Intermediate allows 0 CAs below it, there are 1");
    }

    @Test
    void chain_empty_isRefused() {
        PathVerifier verifier = verifier();
        assertThatThrownBy(() -> verifier.verify(List.of(), null, NOW, path -> {}))
                .isInstanceOf(PeerRejectedException.class)
                .hasMessageContaining("expected a certificate chain, none was presented");
    }

    @Test
    void chain_withoutTheIntermediate_saysThatItIsMissing() {
        assertRefused(
                List.of(oldRoot),
                List.of(leaf),
                RefusalReason.UNTRUSTED_ISSUER,
                "the issuer CN=Intermediate of CN=Leaf was neither presented nor is it a trust anchor;"
                        + " is the intermediate missing in the server's tls-cert-file?");
        assertRefused(
                List.of(newRoot),
                List.of(leaf, ca),
                RefusalReason.UNTRUSTED_ISSUER,
                "expected a path to one of the trust anchors [CN=New Root], the issuer CN=Root of CN=Intermediate");
    }

    @Test
    void chain_ofAnotherCaOfTheSameName_saysThatTheAnchorDidNotSign() {
        TestCertificate impostor = goodRoot().keyPair(key()).build();
        TestCertificate theirs = goodCa(impostor).build();
        assertRefused(
                List.of(oldRoot),
                List.of(goodLeaf(theirs).build(), theirs),
                RefusalReason.UNTRUSTED_ISSUER,
                "the trust anchor of the name CN=Root (SHA-256 " + Fingerprint.of(oldRoot.certificate())
                        + ") did not sign CN=Intermediate; is it another or an older CA of that name?");
    }

    @Test
    void chain_whoseIntermediateDidNotSignTheLeaf_saysSo() {
        TestCertificate forged = goodLeaf(ca).signedWith(key()).build();
        assertRefused(
                List.of(oldRoot),
                List.of(forged, ca),
                RefusalReason.UNTRUSTED_ISSUER,
                "the presented certificate of the name CN=Intermediate did not sign CN=Leaf");
    }

    @Test
    void leaf_signedByItself_saysSo() {
        TestCertificate own = TestCertificate.selfSigned()
                .clock(Chain.CLOCK)
                .subject("CN=Own")
                .dnsName(HOST)
                .build();
        assertRefused(
                List.of(oldRoot),
                List.of(own),
                RefusalReason.UNTRUSTED_ISSUER,
                "CN=Own is signed by itself and is no trust anchor");
        assertRefused(
                List.of(oldRoot),
                List.of(own, own, ca),
                RefusalReason.UNTRUSTED_ISSUER,
                "CN=Own is signed by itself and is no trust anchor");
    }

    @Test
    void leaf_thatDoesNotParse_isRefusedBeforeAnyPath() {
        TestCertificate junk = goodLeaf(ca)
                .extension("2.5.29.17", false, HexFormat.of().parseHex("6a756e6b"))
                .build();
        assertRefused(
                List.of(oldRoot),
                List.of(junk, ca),
                RefusalReason.MALFORMED_CERTIFICATE,
                "certificate CN=Leaf has an extension 2.5.29.17 that does not parse");
    }

    @Test
    void name_ofAnother_isToldWithWhatTheLeafHas() {
        TestCertificate other = goodLeaf(ca)
                .withoutNames()
                .dnsName("a.example.com", "*.example.org")
                .ipAddress("192.0.2.7")
                .build();
        assertRefused(
                List.of(oldRoot),
                List.of(other, ca),
                RefusalReason.NAME_MISMATCH,
                "expected dNSName valkey.example.com, leaf has dNSName a.example.com, dNSName *.example.org, iPAddress"
                        + " 192.0.2.7; subject CN=Leaf, issuer CN=Intermediate, not after 2026-06-15T18:00:00Z");
        assertRefused(
                List.of(oldRoot),
                List.of(goodLeaf(ca).withoutNames().build(), ca),
                RefusalReason.NAME_MISMATCH,
                "expected dNSName valkey.example.com, leaf has no SAN");
    }

    @Test
    void name_notAsked_isNotCompared() throws Exception {
        TestCertificate other = goodLeaf(ca).withoutNames().build();
        assertThat(ChainVerifier.trusting(TrustAnchors.of(oldRoot.certificate()))
                        .clock(Chain.CLOCK)
                        .build()
                        .verify(List.of(other.certificate(), ca.certificate()))
                        .certificates())
                .hasSize(2);
    }

    @Test
    void path_acceptedOnce_isJudgedAgainByTimeAndName() throws Exception {
        AtomicReference<Instant> now = new AtomicReference<>(NOW);
        InstantSource source = now::get;
        ChainVerifier verifier = ChainVerifier.trusting(TrustAnchors.of(oldRoot.certificate()))
                .clock(source.withZone(ZoneOffset.UTC))
                .build();
        TestCertificate shortLived = goodLeaf(ca).notAfter(NOW.plusSeconds(60)).build();
        var chain = List.of(shortLived.certificate(), ca.certificate());
        ServerIdentity host = ServerIdentity.host(HOST);
        assertThat(verifier.verify(chain, host).certificates()).isEqualTo(chain);
        assertThat(verifier.verify(chain, host).certificates()).isEqualTo(chain);
        assertThatThrownBy(() -> verifier.verify(chain, ServerIdentity.host("other.example.com")))
                .isInstanceOf(PeerRejectedException.class)
                .hasMessageContaining("expected dNSName other.example.com");
        now.set(NOW.plusSeconds(60));
        assertThat(verifier.verify(chain, host).certificates()).isEqualTo(chain);
        now.set(NOW.plusSeconds(61));
        assertThatThrownBy(() -> verifier.verify(chain, host))
                .isInstanceOf(PeerRejectedException.class)
                .hasMessageContaining("leaf CN=Leaf expired at");
        now.set(NOW.minusSeconds(3600));
        assertThatThrownBy(() -> verifier.verify(chain, host))
                .isInstanceOf(PeerRejectedException.class)
                .hasMessageContaining("is valid from");
    }

    @Test
    void path_remembered_isFoundWithoutASearchAndForgottenInTheEnd() throws Exception {
        PathVerifier verifier = verifier();
        var chain = List.of(leaf.certificate(), ca.certificate());
        Instant now = NOW;
        CertificationPath first = verifier.verify(chain, null, now, path -> {});
        assertThat(verifier.verify(chain, null, now, path -> {})).isEqualTo(first);
        assertThat(verifier.anchors()).containsExactly(oldRoot.certificate());
    }

    @Test
    void anchors_severalOfOneName_areAllTried() throws Exception {
        TestCertificate impostor = goodRoot().keyPair(key()).build();
        assertPath(List.of(impostor, oldRoot), List.of(leaf, ca), leaf, ca, oldRoot);
        assertPath(List.of(oldRoot, impostor), List.of(leaf, ca), leaf, ca, oldRoot);
    }

    @Test
    void anchor_whoseNameConstraintForbids_doesNotHideTheOther() throws Exception {
        TestCertificate forbidding =
                goodRoot().excluded(GeneralNameType.DNS_NAME, "example.com").build();
        assertPath(List.of(forbidding, oldRoot), List.of(leaf, ca), leaf, ca, oldRoot);
        assertRefused(
                List.of(forbidding),
                List.of(leaf, ca),
                RefusalReason.CONSTRAINT_VIOLATED,
                "expected names within the constraints of CN=Root");
    }

    @Test
    void anchor_thatIsExpiredWhenItIsRead_isRefused() throws Exception {
        TestCertificate expired = goodRoot().notAfter(NOW.minusSeconds(1)).build();

        assertThatThrownBy(() -> new PathVerifier(
                        List.of(expired.certificate()), new CertificateRequirements(2048, false, false), NOW))
                .isInstanceOfSatisfying(
                        PeerRejectedException.class, e -> assertThat(e.reason()).isEqualTo(RefusalReason.EXPIRED));
        assertThat(new PathVerifier(
                                List.of(oldRoot.certificate()), new CertificateRequirements(2048, false, false), NOW)
                        .anchors())
                .containsExactly(oldRoot.certificate());
    }

    @Test
    void anchor_thatIsExpiredWhenItIsReadBesideAnother_isLeftOut() throws Exception {
        TestCertificate expired = goodRoot().notAfter(NOW.minusSeconds(1)).build();
        PathVerifier verifier = new PathVerifier(
                List.of(expired.certificate(), oldRoot.certificate()),
                new CertificateRequirements(2048, false, false),
                NOW);
        assertThat(verifier.anchors()).containsExactly(oldRoot.certificate());
        assertThat(verifier.unusableAnchors())
                .extracting(UnusableAnchor::certificate)
                .containsExactly(expired.certificate());
    }

    @Test
    void anchor_thatExpiredSinceItWasRead_isRefused() throws Exception {
        TestCertificate shortLived = goodRoot().notAfter(NOW.plusSeconds(5)).build();
        PathVerifier verifier = new PathVerifier(
                List.of(shortLived.certificate()), new CertificateRequirements(2048, false, false), NOW);
        var chain = List.of(leaf.certificate(), ca.certificate());
        assertThat(verifier.verify(chain, null, NOW, path -> {}).anchor().x509())
                .isEqualTo(shortLived.certificate());
        assertThatThrownBy(() -> verifier.verify(chain, null, NOW.plusSeconds(6), path -> {}))
                .isInstanceOf(PeerRejectedException.class)
                .hasMessageContaining("trust anchor CN=Root expired");
    }

    private PathVerifier verifier() {
        try {
            return new PathVerifier(
                    List.of(oldRoot.certificate()), new CertificateRequirements(2048, false, false), NOW);
        } catch (PeerRejectedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static KeyPair key() {
        return KeyType.EC_P256.generate();
    }
}
