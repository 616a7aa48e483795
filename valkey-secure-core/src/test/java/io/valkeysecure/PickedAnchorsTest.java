package io.valkeysecure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.valkeysecure.testkit.certificate.TestCertificate;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Anchors that are picked by name out of a bundle or the JVM's store: these are trusted, and no other. */
class PickedAnchorsTest {
    private static final TestCertificate ONE =
            TestCertificate.root().subject("CN=Public Root 1, O=Trust\\, Inc.").build();
    private static final TestCertificate TWO =
            TestCertificate.root().subject("CN=Public Root 2, O=Trust\\, Inc.").build();
    private static final TestCertificate AGAIN =
            TestCertificate.root().subject("CN=Public Root 2, O=Other").build();
    private static final TestCertificate LEAF =
            ONE.issue().dnsName("valkey.test").build();

    @TempDir
    private Path directory = Path.of("");

    private Path bundle = Path.of("");

    @BeforeEach
    void writeBundle() throws Exception {
        bundle = Files.writeString(
                directory.resolve("bundle.pem"), ONE.certificatePem() + TWO.certificatePem() + AGAIN.certificatePem());
    }

    @Test
    void server_ofThePickedRoot_isAcceptedAndOfAnotherOfTheBundleRefused() throws Exception {
        for (String name : List.of(
                "Public Root 1",
                "cn=public root 1, o=\"Trust, Inc.\"",
                fingerprint(ONE),
                fingerprint(ONE).toUpperCase(Locale.ROOT).replaceAll("(..)(?=.)", "$1:"))) {
            ValidatedPath path = verify(TrustAnchors.pem(bundle).only(name));
            assertThat(path.anchor()).as(name).isEqualTo(ONE.certificate());
        }
        assertThat(RefusalReason.of(
                        catchThrowable(() -> verify(TrustAnchors.pem(bundle).only(fingerprint(TWO))))))
                .contains(RefusalReason.UNTRUSTED_ISSUER);
        assertThat(verify(TrustAnchors.pem(bundle).only(fingerprint(TWO), "Public Root 1"))
                        .anchor())
                .isEqualTo(ONE.certificate());
    }

    @Test
    void name_unknown_isRefusedWithNearOnes() throws Exception {
        TrustAnchors anchors = TrustAnchors.pem(bundle).only("Public Root 3");
        assertThatThrownBy(() -> verify(anchors))
                .isInstanceOf(TlsConfigurationException.class)
                .hasMessageContaining(
                        "trust anchors PEM [" + bundle
                                + "]: has no certificate named Public Root 3 among 3; near ones are [Public Root 1, Public Root 2]")
                .satisfies(thrown -> assertThat(RefusalReason.of(thrown)).contains(RefusalReason.MATERIAL_UNREADABLE));
        // a part of a name is no name, and nor is a part of a fingerprint
        for (String name : List.of(
                "Public Root",
                "public root 1",
                "O=\"Trust, Inc.\"",
                fingerprint(ONE).substring(2))) {
            assertThatThrownBy(() -> verify(TrustAnchors.pem(bundle).only("Public Root 1", name)))
                    .as(name)
                    .hasMessageContaining("has no certificate named ");
        }
        assertThatThrownBy(() -> verify(TrustAnchors.pem(bundle).only("xyz")))
                .hasMessageContaining("expected a subject, a common name or a SHA-256 fingerprint");
    }

    @Test
    void name_ofTwo_isRefusedWithTheFingerprints() throws Exception {
        assertThatThrownBy(() -> verify(TrustAnchors.pem(bundle).only("Public Root 2")))
                .isInstanceOf(TlsConfigurationException.class)
                .hasMessageContaining("has 2 certificates named Public Root 2; name one by its SHA-256 fingerprint: ["
                        + fingerprint(TWO) + ", " + fingerprint(AGAIN) + "]");
        // one that is in the bundle twice is one
        Files.writeString(bundle, ONE.certificatePem() + ONE.certificatePem());
        assertThat(verify(TrustAnchors.pem(bundle).only("Public Root 1")).anchor())
                .isEqualTo(ONE.certificate());
    }

    @Test
    void names_missingBlankOrTwice_areRefusedAtOnce() {
        TrustAnchors anchors = TrustAnchors.of(ONE.certificate());
        assertThatIllegalArgumentException().isThrownBy(anchors::only).withMessageContaining("no name was given");
        assertThatIllegalArgumentException().isThrownBy(TrustAnchors::jvm);
        assertThatIllegalArgumentException().isThrownBy(() -> anchors.only(" ")).withMessageContaining("is blank");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> anchors.only("a", "b", "a"))
                .withMessageContaining("\"a\" is blank or given twice");
        assertThatNullPointerException().isThrownBy(() -> anchors.only("a", null));
    }

    @Test
    void jvm_nameOfAPublicRoot_isThatRootAlone() {
        String name = "Amazon Root CA 1";
        try (SecureTls tls = SecureTls.trusting(TrustAnchors.jvm(name))
                .withoutClientIdentity()
                .build()) {
            assertThat(tls.status().validities()).hasSize(1);
        }
        assertThat(TrustAnchors.jvm(name)).asString().startsWith(name + " of key store ");
        assertThatThrownBy(() -> verify(TrustAnchors.jvm("Amazon Root CA 9")))
                .hasMessageContaining("near ones are [Amazon Root CA 1, Amazon Root CA 2, ");
    }

    private static ValidatedPath verify(TrustAnchors anchors) throws PeerRejectedException {
        return ChainVerifier.trusting(anchors)
                .build()
                .verify(ChainVerifier.parse(List.of(LEAF.encoded())), ServerIdentity.host("valkey.test"));
    }

    private static String fingerprint(TestCertificate certificate) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(certificate.encoded()));
    }
}
