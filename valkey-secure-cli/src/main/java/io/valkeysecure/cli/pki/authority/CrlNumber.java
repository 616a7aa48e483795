package io.valkeysecure.cli.pki.authority;

import io.valkeysecure.cli.base.InputException;
import io.valkeysecure.cli.base.InputFiles;
import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x509.Extension;

/** The number of a CRL. */
final class CrlNumber {
    private CrlNumber() {}

    /** RFC 5280, 5.2.3: numbers only ever grow. */
    static BigInteger after(Path file) {
        if (!Files.exists(file)) {
            return BigInteger.ONE;
        }
        try {
            X509CRL last = (X509CRL) CertificateFactory.getInstance("X.509")
                    .generateCRL(new ByteArrayInputStream(InputFiles.read(file)));
            byte[] number = ASN1OctetString.getInstance(last.getExtensionValue(Extension.cRLNumber.getId()))
                    .getOctets();
            return ASN1Integer.getInstance(number).getValue().add(BigInteger.ONE);
        } catch (GeneralSecurityException | RuntimeException e) {
            throw new InputException(
                    file + " is not the list that was written last, so the number of the next one is not known",
                    "bring it back from a copy; without one, move it away, and tell every client to forget it");
        }
    }
}
