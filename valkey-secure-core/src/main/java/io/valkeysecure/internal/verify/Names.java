package io.valkeysecure.internal.verify;

import java.net.IDN;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Names that a certificate may hold and names that are expected of it, and when the two match (RFC 9525, 6). */
public final class Names {
    private static final int LONGEST_NAME = 253;
    private static final int LONGEST_LABEL = 63;

    private Names() {}

    /** What a subjectAltName has to hold. */
    public sealed interface Expected {}

    /**
     * A DNS name, in lower case and as A-labels.
     *
     * @param name without a trailing dot
     */
    public record Dns(String name) implements Expected {
        @Override
        public String toString() {
            return "dNSName " + name;
        }
    }

    /** An address of 4 or 16 bytes. */
    public static final class Ip implements Expected {
        private final byte[] address;

        Ip(byte[] address) {
            this.address = address.clone();
        }

        boolean matches(byte[] presented) {
            return Arrays.equals(address, presented);
        }

        @Override
        public String toString() {
            return "iPAddress " + ipText(address);
        }
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
        String ascii;
        try {
            ascii = IDN.toASCII(name).toLowerCase(Locale.ROOT);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("host must be a DNS name or an address, was \"" + host + "\"", e);
        }
        if (!isDnsName(ascii)) {
            throw new IllegalArgumentException("host must be a DNS name or an address, was \"" + host + "\"");
        }
        return new Dns(ascii);
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

    static boolean isDnsName(String name) {
        if (name.isEmpty() || name.length() > LONGEST_NAME) {
            return false;
        }
        for (String label : name.split("\\.", -1)) {
            if (!isLabel(label)) {
                return false;
            }
        }
        return true;
    }

    /** Letters, digits, hyphens inside (RFC 1123, 2.1), and the underscore that container names have. */
    private static boolean isLabel(String label) {
        return !label.isEmpty()
                && label.length() <= LONGEST_LABEL
                && label.charAt(0) != '-'
                && label.charAt(label.length() - 1) != '-'
                && label.chars()
                        .allMatch(c -> (c >= 'a' && c <= 'z')
                                || (c >= 'A' && c <= 'Z')
                                || (c >= '0' && c <= '9')
                                || c == '-'
                                || c == '_');
    }

    /**
     * Matches a presented dNSName. A wildcard is a whole leftmost label, stands for one label, and has at least two
     * labels after it (RFC 9525, 6.3).
     */
    static boolean matches(Dns expected, String presented) {
        String pattern = presented.toLowerCase(Locale.ROOT);
        if (pattern.equals(expected.name())) {
            return isDnsName(pattern);
        }
        if (!pattern.startsWith("*.")) {
            return false;
        }
        String rest = pattern.substring(2);
        int dot = expected.name().indexOf('.');
        return isDnsName(rest)
                && rest.indexOf('.') > 0
                && dot > 0
                && expected.name().substring(dot + 1).equals(rest);
    }

    static String ipText(byte[] address) {
        try {
            return InetAddress.getByAddress(address).getHostAddress();
        } catch (UnknownHostException e) {
            return "of " + address.length + " bytes " + HexFormat.of().formatHex(address);
        }
    }

    /** Reads a literal address without ever asking a name service. */
    private static byte @Nullable [] parseAddress(String host) {
        String text = host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
        int zone = text.indexOf('%');
        if (text.indexOf(':') >= 0) {
            try {
                // a text with a colon is never looked up as a name
                return InetAddress.getByName(zone < 0 ? text : text.substring(0, zone))
                        .getAddress();
            } catch (UnknownHostException e) {
                return null;
            }
        }
        List<String> parts = List.of(text.split("\\.", -1));
        if (parts.size() != 4) {
            return null;
        }
        byte[] address = new byte[4];
        for (int i = 0; i < 4; i++) {
            String part = parts.get(i);
            if (part.isEmpty() || part.length() > 3 || !part.chars().allMatch(c -> c >= '0' && c <= '9')) {
                return null;
            }
            int value = Integer.parseInt(part);
            if (value > 255) {
                return null;
            }
            address[i] = (byte) value;
        }
        return address;
    }
}
