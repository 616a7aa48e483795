package io.valkeysecure.internal.x509;

import static org.assertj.core.api.Assertions.assertThat;

import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.junit.jupiter.api.Test;

/** Keys and algorithms that the JDK parses no certificate with, and that a CRL or an OCSP answer may have. */
class KeyStrengthTest {
    @Test
    void rsaKey_thatDoesNotParse_isAProblem() {
        var rsa = new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption, DERNull.INSTANCE);

        assertThat(KeyStrength.problemOf(new SubjectPublicKeyInfo(rsa, new byte[] {1, 2, 3}), 2048))
                .isEqualTo("has an RSA key that does not parse");
    }

    @Test
    void pss_withoutParameters_isAProblem() {
        assertThat(KeyStrength.problemOf(new AlgorithmIdentifier(PKCSObjectIdentifiers.id_RSASSA_PSS)))
                .isEqualTo("expected a signature with SHA-256, SHA-384 or SHA-512, or by an Edwards key, has algorithm "
                        + PKCSObjectIdentifiers.id_RSASSA_PSS);
    }
}
