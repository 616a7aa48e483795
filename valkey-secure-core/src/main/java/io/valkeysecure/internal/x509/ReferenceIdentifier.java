package io.valkeysecure.internal.x509;

import io.valkeysecure.internal.text.Printable;
import java.net.IDN;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.bouncycastle.asn1.x509.GeneralName;

/**
 * The names that a certificate is expected to hold, the reference identifiers of RFC 9525, and how they are matched
 * (6).
 */
public final class ReferenceIdentifier {
    private static final String SPIFFE = "spiffe://";

    private ReferenceIdentifier() {}

    /** An expected name. */
    public sealed interface Expected {
        /** {@return the name without its kind} */
        String value();
    }

    /**
     * A DNS name, in lower case, as A-labels and without a trailing dot.
     *
     * @param name the name
     */
    public record Dns(String name) implements Expected {
        @Override
        public String value() {
            return name;
        }

        @Override
        public String toString() {
            return "dNSName " + name;
        }
    }

    /** An address of 4 or 16 octets. */
    public static final class Ip implements Expected {
        private final byte[] address;

        private Ip(byte[] address) {
            this.address = address.clone();
        }

        @Override
        public String value() {
            return IpLiteral.text(address);
        }

        @Override
        public String toString() {
            return "iPAddress " + value();
        }
    }

    /**
     * A SPIFFE ID, or all of a trust domain.
     *
     * @param id {@code spiffe://domain/path}, or {@code spiffe://domain/} for all of the domain
     */
    public record Spiffe(String id) implements Expected {
        @Override
        public String value() {
            return id;
        }

        private boolean isTrustDomain() {
            return id.endsWith("/");
        }

        @Override
        public String toString() {
            return isTrustDomain() ? "uniformResourceIdentifier " + id + "*" : "uniformResourceIdentifier " + id;
        }
    }

    /** Writes expected identities for people. */
    public static String describeExpected(List<Expected> expected) {
        return String.join(" or ", expected.stream().map(Object::toString).toList());
    }

    /**
     * Reads a host as it is dialled.
     *
     * @param host a DNS name or a literal address
     * @return what a certificate has to hold for it
     * @throws IllegalArgumentException if it is neither
     */
    public static Expected host(String host) {
        byte[] address = IpLiteral.parse(host);
        if (address != null) {
            return new Ip(address);
        }
        String name = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
        if (CertificateName.isDnsName(name)) {
            return new Dns(name.toLowerCase(Locale.ROOT));
        }
        String ascii = "";
        try {
            ascii = IDN.toASCII(name, IDN.USE_STD3_ASCII_RULES).toLowerCase(Locale.ROOT);
        } catch (IllegalArgumentException e) {
            // refused below, with the rules for a name
        }
        if (!CertificateName.isDnsName(ascii)) {
            throw new IllegalArgumentException("expected a DNS name (letters, digits, hyphens; RFC 5280 4.2.1.6) or an"
                    + " address as the host, was \"" + Printable.value(host) + "\"");
        }
        return new Dns(ascii);
    }

    /**
     * Reads a SPIFFE ID.
     *
     * @param id such as {@code spiffe://example.org/valkey}
     * @return what a certificate has to hold
     * @throws IllegalArgumentException if it is not a SPIFFE ID with a path
     */
    public static Expected spiffeId(String id) {
        if (!isSpiffeId(id)) {
            throw new IllegalArgumentException(
                    "SPIFFE ID must be spiffe://trust-domain/path without port, query and fragment, was "
                            + Printable.value(id));
        }
        return new Spiffe(id);
    }

    /**
     * Reads a SPIFFE trust domain.
     *
     * @param domain such as {@code example.org}
     * @return what a certificate has to hold: any ID of the domain
     * @throws IllegalArgumentException if it is no trust domain
     */
    public static Expected spiffeTrustDomain(String domain) {
        if (domain.contains("/") || !isSpiffeId(SPIFFE + domain + "/x")) {
            throw new IllegalArgumentException(
                    "SPIFFE trust domain must be lower-case letters, digits, dots, hyphens and" + " underscores, was "
                            + Printable.value(domain));
        }
        return new Spiffe(SPIFFE + domain + "/");
    }

    /**
     * SPIFFE-ID, section 2: no user, port, query or fragment; a lower-case trust domain; path segments without dots.
     */
    private static boolean isSpiffeId(String id) {
        return id.length() <= 2048
                && id.matches("spiffe://[a-z0-9._-]{1,255}(/[a-zA-Z0-9._-]+)+")
                && !id.matches(".*/\\.{1,2}(/.*)?");
    }

    /** {@return whether one of the presented names matches the expected one} */
    public static boolean match(Expected expected, List<GeneralName> presented) {
        if (expected instanceof Dns dns) {
            return presented.stream()
                    .anyMatch(name ->
                            name.getTagNo() == GeneralName.dNSName && matches(dns.name(), CertificateName.text(name)));
        } else if (expected instanceof Ip ip) {
            return presented.stream()
                    .anyMatch(name -> name.getTagNo() == GeneralName.iPAddress
                            && Arrays.equals(ip.address, CertificateName.octets(name)));
        }
        return match((Spiffe) expected, presented);
    }

    /** Requires exactly one URI (X509-SVID, section 2). */
    private static boolean match(Spiffe expected, List<GeneralName> presented) {
        List<String> uris = presented.stream()
                .filter(name -> name.getTagNo() == GeneralName.uniformResourceIdentifier)
                .map(CertificateName::text)
                .toList();
        if (uris.size() != 1 || !isSpiffeId(uris.get(0))) {
            return false;
        }
        return expected.isTrustDomain()
                ? uris.get(0).startsWith(expected.id())
                : uris.get(0).equals(expected.id());
    }

    /** A wildcard stands for exactly one label (RFC 9525, 6.3); its form was checked before. */
    private static boolean matches(String expected, String presented) {
        String pattern = presented.toLowerCase(Locale.ROOT);
        if (!pattern.startsWith("*.")) {
            return pattern.equals(expected);
        }
        return expected.contains(".")
                && expected.substring(expected.indexOf('.')).equals(pattern.substring(1));
    }
}
