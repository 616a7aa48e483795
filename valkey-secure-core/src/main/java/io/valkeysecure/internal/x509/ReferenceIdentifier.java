package io.valkeysecure.internal.x509;

import io.valkeysecure.internal.text.Printable;
import java.net.IDN;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.bouncycastle.asn1.ASN1IA5String;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.GeneralName;
import org.jspecify.annotations.Nullable;

/**
 * The names that a certificate is expected to hold, the reference identifiers of RFC 9525, and how they are matched
 * (6).
 */
public final class ReferenceIdentifier {
    private static final int LONGEST_NAME = 253;
    private static final int LONGEST_LABEL = 63;
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
            return addressText(address);
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
        byte[] address = parseAddress(host);
        if (address != null) {
            return new Ip(address);
        }
        String name = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
        String ascii = "";
        try {
            ascii = IDN.toASCII(name, IDN.USE_STD3_ASCII_RULES).toLowerCase(Locale.ROOT);
        } catch (IllegalArgumentException e) {
            // refused below, with the rules for a name
        }
        if (!isDnsName(ascii)) {
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
        if (!isSpiffeId(SPIFFE + domain + "/x")) {
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

    /**
     * Tells an address from a name.
     *
     * @param host what is dialled
     * @return true for an IPv4 or IPv6 literal
     */
    public static boolean isAddress(String host) {
        return parseAddress(host) != null;
    }

    /** {@return whether one of the presented names matches the expected one} */
    public static boolean match(Expected expected, List<GeneralName> presented) {
        if (expected instanceof Dns dns) {
            return presented.stream()
                    .anyMatch(name -> name.getTagNo() == GeneralName.dNSName && matches(dns.name(), text(name)));
        } else if (expected instanceof Ip ip) {
            return presented.stream()
                    .anyMatch(name ->
                            name.getTagNo() == GeneralName.iPAddress && Arrays.equals(ip.address, octets(name)));
        }
        return match((Spiffe) expected, presented);
    }

    /** Requires exactly one URI (X509-SVID, section 2). */
    private static boolean match(Spiffe expected, List<GeneralName> presented) {
        List<String> uris = presented.stream()
                .filter(name -> name.getTagNo() == GeneralName.uniformResourceIdentifier)
                .map(ReferenceIdentifier::text)
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

    /** {@return why a name is malformed; null if it is well-formed} */
    public static @Nullable String problemOf(GeneralName name) {
        boolean wellFormed = switch (name.getTagNo()) {
            case GeneralName.dNSName -> isDnsPattern(text(name));
            case GeneralName.iPAddress -> octets(name).length == 4 || octets(name).length == 16;
            case GeneralName.rfc822Name -> isMail(text(name));
            case GeneralName.uniformResourceIdentifier -> isUri(text(name));
            case GeneralName.directoryName ->
                X500Name.getInstance(name.getName()).getRDNs().length > 0;
            default -> true;
        };
        return wellFormed ? null : "has the malformed name " + describe(name) + " in its SAN";
    }

    /** Accepts a DNS name, or a wildcard as the whole leftmost label followed by at least two labels. */
    private static boolean isDnsPattern(String text) {
        if (!text.startsWith("*.")) {
            return isDnsName(text);
        }
        String rest = text.substring(2);
        return isDnsName(rest) && rest.contains(".");
    }

    /**
     * Accepts the preferred name syntax of RFC 5280 4.2.1.6. A last label of digits is refused: it would be an address.
     */
    public static boolean isDnsName(String name) {
        if (name.isEmpty() || name.length() > LONGEST_NAME) {
            return false;
        }
        String[] labels = name.split("\\.", -1);
        for (String label : labels) {
            if (!isLabel(label)) {
                return false;
            }
        }
        return !labels[labels.length - 1].chars().allMatch(c -> c >= '0' && c <= '9');
    }

    private static boolean isLabel(String label) {
        return !label.isEmpty()
                && label.length() <= LONGEST_LABEL
                && label.charAt(0) != '-'
                && label.charAt(label.length() - 1) != '-'
                && label.chars()
                        .allMatch(c ->
                                (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-');
    }

    public static boolean isMail(String text) {
        int at = text.indexOf('@');
        return at > 0 && at == text.lastIndexOf('@') && isDnsName(text.substring(at + 1));
    }

    private static boolean isUri(String text) {
        try {
            return new URI(text).isAbsolute();
        } catch (URISyntaxException e) {
            return false;
        }
    }

    /** {@return the text of a name that is an IA5String; an octet above 7F becomes a character that no rule accepts} */
    public static String text(GeneralName name) {
        return ASN1IA5String.getInstance(name.getName()).getString();
    }

    public static byte[] octets(GeneralName name) {
        return ASN1OctetString.getInstance(name.getName()).getOctets();
    }

    /** {@return the names of a SAN for people; the first ones if there are many} */
    public static String describe(@Nullable List<GeneralName> names) {
        if (names == null) {
            return "no SAN";
        }
        return Printable.list(new AbstractList<String>() {
            @Override
            public String get(int index) {
                return describe(names.get(index));
            }

            @Override
            public int size() {
                return names.size();
            }
        });
    }

    public static String describe(GeneralName name) {
        return switch (name.getTagNo()) {
            case GeneralName.dNSName -> "dNSName " + Printable.value(text(name));
            case GeneralName.rfc822Name -> "rfc822Name " + Printable.value(text(name));
            case GeneralName.uniformResourceIdentifier -> "uniformResourceIdentifier " + Printable.value(text(name));
            case GeneralName.iPAddress -> "iPAddress " + addressText(octets(name));
            case GeneralName.directoryName -> "directoryName " + Printable.value(name.getName());
            default -> "a name of type " + name.getTagNo();
        };
    }

    private static String addressText(byte[] address) {
        if (address.length == 4 || address.length == 16) {
            try {
                return InetAddress.getByAddress(address).getHostAddress();
            } catch (UnknownHostException e) {
                // impossible: the length was checked
            }
        }
        return Printable.value(HexFormat.of().formatHex(address));
    }

    /** Parses a literal address without a name lookup. */
    private static byte @Nullable [] parseAddress(String host) {
        String text = host.split("%", 2)[0]; // without the zone
        return text.indexOf(':') >= 0 ? parseIpv6(text) : parseIpv4(text);
    }

    private static byte @Nullable [] parseIpv6(String text) {
        try {
            // a text with a colon is never looked up as a name
            return text.chars().allMatch(c -> c == ':' || c == '.' || Character.digit(c, 16) >= 0)
                    ? ipv6(InetAddress.getByName(text).getAddress())
                    : null;
        } catch (UnknownHostException e) {
            return null;
        }
    }

    /** Undoes the conversion of an IPv4-mapped address to IPv4 by the JDK; in a certificate the two differ. */
    private static byte[] ipv6(byte[] address) {
        if (address.length == 16) {
            return address;
        }
        byte[] mapped = new byte[16];
        mapped[10] = (byte) 0xff;
        mapped[11] = (byte) 0xff;
        System.arraycopy(address, 0, mapped, 12, 4);
        return mapped;
    }

    private static byte @Nullable [] parseIpv4(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length != 4) {
            return null;
        }
        byte[] address = new byte[4];
        for (int i = 0; i < 4; i++) {
            if (!parts[i].matches("[0-9]{1,3}") || Integer.parseInt(parts[i]) > 255) {
                return null;
            }
            address[i] = (byte) Integer.parseInt(parts[i]);
        }
        return address;
    }
}
