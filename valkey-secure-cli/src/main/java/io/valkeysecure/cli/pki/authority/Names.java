package io.valkeysecure.cli.pki.authority;

import io.valkeysecure.ServerIdentity;
import io.valkeysecure.cli.base.InputException;
import java.net.IDN;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.util.IPAddress;

/** The names in a certificate. */
public final class Names {
    private static final int COMMON_NAME_LIMIT = 64; // RFC 5280, appendix A: ub-common-name

    private Names() {}

    /**
     * Makes a SAN of hosts, addresses and SPIFFE IDs.
     *
     * @param texts such as {@code valkey.internal}, {@code *.cluster.internal}, {@code 10.0.0.5} and {@code
     *     spiffe://example.org/valkey}
     * @return the SAN
     * @throws InputException if one of them is no such name
     */
    public static GeneralNames alternative(List<String> texts) {
        return new GeneralNames(texts.stream().map(Names::name).toArray(GeneralName[]::new));
    }

    private static GeneralName name(String text) {
        try {
            if (text.startsWith("spiffe:")) {
                var unused = ServerIdentity.spiffeId(text);
                return new GeneralName(GeneralName.uniformResourceIdentifier, text);
            }
            if (IPAddress.isValid(text)) {
                return new GeneralName(GeneralName.iPAddress, text);
            }
            // what this library would never accept from a server is not issued
            var unused = ServerIdentity.host(text.startsWith("*.") ? text.substring(2) : text);
            if (text.startsWith("*.") && text.indexOf('.', 2) < 0) {
                throw new IllegalArgumentException("a wildcard needs two labels after it");
            }
            // RFC 5280 section 7.2: A-labels, and no dot at the end
            return new GeneralName(GeneralName.dNSName, IDN.toASCII(text).replaceFirst("\\.$", ""));
        } catch (IllegalArgumentException e) {
            throw new InputException(
                    "not a name for a certificate: " + text + " (" + e.getMessage() + ")",
                    "expected a host such as valkey.internal, an address such as 10.0.0.5, or a SPIFFE ID such as"
                            + " spiffe://example.org/valkey");
        }
    }

    /**
     * Makes the subject of a certificate.
     *
     * @param commonName for people to read; no name of a server is ever taken from it
     * @return the subject
     * @throws InputException if it is empty or longer than the 64 characters that RFC 5280 allows
     */
    public static X500Name subject(String commonName) {
        if (commonName.isBlank() || commonName.length() > COMMON_NAME_LIMIT) {
            throw new InputException(
                    "the subject's name must have 1 to " + COMMON_NAME_LIMIT + " characters, has "
                            + commonName.length(),
                    "give a shorter one with --subject; it is for people to read");
        }
        return new X500NameBuilder(BCStyle.INSTANCE)
                .addRDN(BCStyle.CN, commonName)
                .build();
    }
}
