package io.valkeysecure.internal.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.valkeysecure.ChainVerifier;
import io.valkeysecure.PeerRejectedException;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.ServerIdentity;
import io.valkeysecure.TlsConfigurationException;
import io.valkeysecure.TlsPolicy;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.ValidatedPath;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.certificate.TestCertificateBuilder;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A root, an intermediate and a leaf, each good until it is changed, and the verification of what a server presents of
 * them. Changing gives a new chain.
 */
record Chain(
        UnaryOperator<TestCertificateBuilder> root,
        UnaryOperator<TestCertificateBuilder> ca,
        UnaryOperator<TestCertificateBuilder> leaf,
        String host,
        TlsPolicy policy,
        Instant now) {
    static final Instant NOW = Instant.parse("2026-06-15T12:00:00Z");
    static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
    static final String HOST = "valkey.example.com";

    private static final KeyPair ROOT_KEY = io.valkeysecure.testkit.certificate.KeyType.EC_P256.generate();
    private static final KeyPair CA_KEY = io.valkeysecure.testkit.certificate.KeyType.EC_P256.generate();
    private static final KeyPair LEAF_KEY = io.valkeysecure.testkit.certificate.KeyType.EC_P256.generate();

    /** The chain that keeps every rule. */
    static final Chain GOOD = new Chain(
            UnaryOperator.identity(),
            UnaryOperator.identity(),
            UnaryOperator.identity(),
            HOST,
            TlsPolicy.modern(),
            NOW);

    Chain withRoot(UnaryOperator<TestCertificateBuilder> change) {
        return new Chain(builder -> change.apply(root.apply(builder)), ca, leaf, host, policy, now);
    }

    Chain withCa(UnaryOperator<TestCertificateBuilder> change) {
        return new Chain(root, builder -> change.apply(ca.apply(builder)), leaf, host, policy, now);
    }

    Chain withLeaf(UnaryOperator<TestCertificateBuilder> change) {
        return new Chain(root, ca, builder -> change.apply(leaf.apply(builder)), host, policy, now);
    }

    Chain at(Instant instant) {
        return new Chain(root, ca, leaf, host, policy, instant);
    }

    Chain forHost(String other) {
        return new Chain(root, ca, leaf, other, policy, now);
    }

    Chain strict() {
        return new Chain(root, ca, leaf, host, TlsPolicy.strict(), now);
    }

    /** Issues the three and verifies them. */
    ValidatedPath verify() throws PeerRejectedException {
        TestCertificate issuedRoot = root.apply(goodRoot()).build();
        TestCertificate issuedCa = ca.apply(goodCa(issuedRoot)).build();
        TestCertificate issuedLeaf = leaf.apply(goodLeaf(issuedCa)).build();
        ChainVerifier verifier = ChainVerifier.trusting(TrustAnchors.of(parse(issuedRoot)))
                .policy(policy)
                .clock(Clock.fixed(now, ZoneOffset.UTC))
                .build();
        return verifier.verify(
                ChainVerifier.parse(List.of(issuedLeaf.encoded(), issuedCa.encoded())), ServerIdentity.host(host));
    }

    /** Issues the three and expects the path of all of them. */
    void isAccepted() throws PeerRejectedException {
        assertThat(verify().certificates()).hasSize(2);
    }

    /** Issues the three and expects a refusal, be it while the anchors are read. */
    void isRefused(RefusalReason reason, String evidence) {
        assertRefused(catchThrowable(this::verify), reason, evidence);
    }

    static TestCertificateBuilder goodRoot() {
        return TestCertificate.root().clock(CLOCK).subject("CN=Root").keyPair(ROOT_KEY);
    }

    static TestCertificateBuilder goodCa(TestCertificate issuer) {
        return issuer.issue().ca().subject("CN=Intermediate").keyPair(CA_KEY);
    }

    static TestCertificateBuilder goodLeaf(TestCertificate issuer) {
        return issuer.issue().subject("CN=Leaf").keyPair(LEAF_KEY).dnsName(HOST);
    }

    static X509Certificate parse(TestCertificate certificate) throws PeerRejectedException {
        return ChainVerifier.parse(List.of(certificate.encoded())).get(0);
    }

    /** Verifies what is presented as it is. */
    static ValidatedPath verify(List<TestCertificate> anchors, TestCertificate... presented)
            throws PeerRejectedException {
        X509Certificate[] trusted =
                anchors.stream().map(TestCertificate::certificate).toArray(X509Certificate[]::new);
        List<byte[]> chain = new ArrayList<>(
                Arrays.stream(presented).map(TestCertificate::encoded).toList());
        return ChainVerifier.trusting(TrustAnchors.of(trusted))
                .clock(CLOCK)
                .build()
                .verify(ChainVerifier.parse(chain), ServerIdentity.host(HOST));
    }

    /** What is presented leads to exactly this path. */
    static void assertPath(
            List<TestCertificate> anchors, List<TestCertificate> presented, TestCertificate... leafToAnchor)
            throws PeerRejectedException {
        ValidatedPath path = verify(anchors, presented.toArray(new TestCertificate[0]));
        List<X509Certificate> found = new ArrayList<>(path.certificates());
        found.add(path.anchor());
        assertThat(found)
                .containsExactly(Arrays.stream(leafToAnchor)
                        .map(TestCertificate::certificate)
                        .toArray(X509Certificate[]::new));
    }

    static void assertRefused(
            List<TestCertificate> anchors, List<TestCertificate> presented, RefusalReason reason, String evidence) {
        assertRefused(
                catchThrowable(() -> verify(anchors, presented.toArray(new TestCertificate[0]))), reason, evidence);
    }

    private static void assertRefused(Throwable refusal, RefusalReason reason, String evidence) {
        assertThat(refusal).isInstanceOfAny(PeerRejectedException.class, TlsConfigurationException.class);
        assertThat(refusal).hasMessageContaining(evidence);
        assertThat(RefusalReason.of(refusal)).as(refusal.getMessage()).contains(reason);
    }
}
