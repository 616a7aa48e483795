package io.valkeysecure.internal.x509;

import java.math.BigInteger;
import java.util.Arrays;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.jspecify.annotations.Nullable;

/** Compares the authority key identifier of a certificate (RFC 5280 4.2.1.1) or a CRL (5.2.1) with an issuer. */
public final class AuthorityKeys {
    private AuthorityKeys() {}

    /**
     * {@return whether the identifier names the key and the certificate of an issuer; also true where it, or the
     * issuer, leaves them open}
     *
     * @param identifier the identifier
     * @param subjectKey the subject key identifier of the issuer; null if it has none
     * @param serialNumber the serial number of the issuer's certificate
     * @param issuer the issuer of the issuer's certificate
     */
    public static boolean matches(
            AuthorityKeyIdentifier identifier, byte @Nullable [] subjectKey, BigInteger serialNumber, X500Name issuer) {
        byte[] key = identifier.getKeyIdentifierOctets();
        BigInteger serial = identifier.getAuthorityCertSerialNumber();
        return (key == null || subjectKey == null || Arrays.equals(key, subjectKey))
                && (serial == null || serial.equals(serialNumber))
                && matchesIssuer(identifier.getAuthorityCertIssuer(), issuer);
    }

    private static boolean matchesIssuer(@Nullable GeneralNames names, X500Name issuer) {
        return names == null
                || Arrays.stream(names.getNames())
                        .filter(name -> name.getTagNo() == GeneralName.directoryName)
                        .findFirst()
                        .map(name -> X500Name.getInstance(name.getName()).equals(issuer))
                        .orElse(true);
    }
}
