package io.valkeysecure.internal.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valkeysecure.testkit.certificate.GeneralNameType;
import io.valkeysecure.testkit.certificate.TestCertificate;
import java.io.ByteArrayInputStream;
import java.lang.reflect.Method;
import java.security.SignatureException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class UnconstrainedCertificateTest {
    private static final String NAME_CONSTRAINTS = "2.5.29.30";

    private final TestCertificate root = TestCertificate.root().build();
    private final X509Certificate issued = root.issue()
            .ca(3)
            .permitted(GeneralNameType.DNS_NAME, "corp.example")
            .extension("1.2.3.4", true, new byte[] {5, 0})
            .build()
            .certificate();

    @Test
    void of_certificateWithoutConstraints_isItself() throws Exception {
        assertThat(UnconstrainedCertificate.of(root.certificate())).isSameAs(root.certificate());
    }

    /** Every getter of a certificate, but those that show the encoding, which has no constraints. */
    @Test
    @SuppressWarnings("deprecation") // getIssuerDN and getSubjectDN are of the superclass
    void of_certificateWithConstraints_differsInThemOnly() throws Exception {
        X509Certificate unconstrained = UnconstrainedCertificate.of(issued);

        List<String> compared = new ArrayList<>();
        for (Method method : X509Certificate.class.getMethods()) {
            boolean getter =
                    method.getName().startsWith("get") || method.getName().equals("hasUnsupportedCriticalExtension");
            if (getter
                    && method.getParameterCount() == 0
                    && !Set.of(
                                    "getClass",
                                    "getEncoded",
                                    "getTBSCertificate",
                                    "getCriticalExtensionOIDs",
                                    "getIssuerDN",
                                    "getSubjectDN")
                            .contains(method.getName())) {
                assertThat(method.invoke(unconstrained)).as(method.getName()).isEqualTo(method.invoke(issued));
                compared.add(method.getName());
            }
        }
        assertThat(unconstrained.getIssuerDN()).hasToString(issued.getIssuerDN().toString());
        assertThat(unconstrained.getSubjectDN())
                .hasToString(issued.getSubjectDN().toString());
        assertThat(compared).hasSizeGreaterThan(15);
        assertThat(unconstrained.getExtensionValue("1.2.3.4")).isEqualTo(issued.getExtensionValue("1.2.3.4"));
        assertThat(unconstrained.getExtensionValue(NAME_CONSTRAINTS)).isNull();
        assertThat(UnconstrainedCertificate.of(root.issue()
                                .ca()
                                .permitted(GeneralNameType.DNS_NAME, "corp.example")
                                .build()
                                .certificate())
                        .hasUnsupportedCriticalExtension())
                .isFalse();
        assertThat(issued.getCriticalExtensionOIDs()).contains(NAME_CONSTRAINTS);
        assertThat(unconstrained.getCriticalExtensionOIDs()).contains("1.2.3.4").doesNotContain(NAME_CONSTRAINTS);
    }

    @Test
    void getEncoded_isWhatTheGettersShow() throws Exception {
        X509Certificate unconstrained = UnconstrainedCertificate.of(issued);

        X509Certificate read = (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(unconstrained.getEncoded()));

        assertThat(read.getExtensionValue(NAME_CONSTRAINTS)).isNull();
        assertThat(read.getSubjectX500Principal()).isEqualTo(issued.getSubjectX500Principal());
        assertThat(unconstrained.getTBSCertificate()).isEqualTo(read.getTBSCertificate());
        assertThat(unconstrained).hasToString(read.toString());
    }

    @Test
    void verify_keyOfTheIssuer_isThatOfTheCertificateAsIssued() throws Exception {
        X509Certificate unconstrained = UnconstrainedCertificate.of(issued);

        unconstrained.verify(root.certificate().getPublicKey());
        unconstrained.verify(root.certificate().getPublicKey(), (String) null);
        assertThatThrownBy(() -> unconstrained.verify(issued.getPublicKey())).isInstanceOf(SignatureException.class);
        assertThatThrownBy(() -> unconstrained.verify(issued.getPublicKey(), (String) null))
                .isInstanceOf(SignatureException.class);
    }

    @Test
    void checkValidity_date_isThatOfTheCertificateAsIssued() throws Exception {
        X509Certificate unconstrained = UnconstrainedCertificate.of(issued);

        unconstrained.checkValidity();
        assertThatThrownBy(() -> unconstrained.checkValidity(
                        Date.from(issued.getNotAfter().toInstant().plusSeconds(1))))
                .isInstanceOf(CertificateExpiredException.class);
        assertThatThrownBy(() -> UnconstrainedCertificate.of(root.issue()
                                .ca()
                                .permitted(GeneralNameType.DNS_NAME, "corp.example")
                                .notBefore(Instant.EPOCH)
                                .notAfter(Instant.EPOCH.plusSeconds(1))
                                .build()
                                .certificate())
                        .checkValidity())
                .isInstanceOf(CertificateExpiredException.class);
    }
}
