package io.valkeysecure.redisson;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valkeysecure.PeerRejectedException;
import io.valkeysecure.testkit.certificate.TestCertificate;
import java.security.cert.X509Certificate;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.api.Test;

class TrustNobodyFactoryTest {
    /** Without managers of its own a context would take the JVM's, and trust every public CA. */
    @Test
    void trustManagers_areOneThatTrustsNobody() {
        TrustManager[] managers = new TrustNobodyFactory().getTrustManagers();

        assertThat(managers).hasSize(1);
        X509ExtendedTrustManager nobody = (X509ExtendedTrustManager) managers[0];
        X509Certificate[] chain =
                TestCertificate.root().build().issue().build().chain().toArray(X509Certificate[]::new);
        assertThatThrownBy(() -> nobody.checkServerTrusted(chain, "UNKNOWN")).isInstanceOf(PeerRejectedException.class);
        assertThat(nobody.getAcceptedIssuers()).isNotNull().isEmpty();
    }
}
