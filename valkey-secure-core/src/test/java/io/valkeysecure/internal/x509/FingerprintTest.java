package io.valkeysecure.internal.x509;

import static org.assertj.core.api.Assertions.assertThat;

import io.valkeysecure.testkit.certificate.TestCertificate;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class FingerprintTest {
    @Test
    void of_aCertificate_isTheSha256OfItsEncodingInLowerCase() throws Exception {
        TestCertificate root = TestCertificate.root().build();
        byte[] digest =
                MessageDigest.getInstance("SHA-256").digest(root.certificate().getEncoded());

        String fingerprint = Fingerprint.of(root.certificate());

        assertThat(fingerprint).hasSize(64).matches("[0-9a-f]+");
        assertThat(HexFormat.of().parseHex(fingerprint)).isEqualTo(digest);
    }
}
