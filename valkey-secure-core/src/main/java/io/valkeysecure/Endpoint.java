package io.valkeysecure;

import io.valkeysecure.internal.text.Printable;
import java.util.Objects;

/**
 * The host and port that the client dials. The server's certificate must name this host unless a {@link ServerIdentity}
 * is set.
 *
 * @param host a DNS name or a literal address (an IPv6 address without brackets)
 * @param port the TCP port, 1 to 65535
 */
public record Endpoint(String host, int port) {
    /** The longest DNS name has 253 characters, and may end with a dot. */
    private static final int LONGEST = 254;

    /**
     * Checks both values. Brackets around an IPv6 address are removed.
     *
     * @param host a DNS name or a literal address
     * @param port the TCP port
     * @throws IllegalArgumentException if the host is empty, longer than 254 characters, or holds white space, control,
     *     format or unassigned characters, or the port is out of range
     */
    public Endpoint {
        Objects.requireNonNull(host, "host");
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        if (host.isEmpty() || host.length() > LONGEST || !isWord(host)) {
            throw new IllegalArgumentException("host must be a name or an address of at most " + LONGEST
                    + " characters, was \"" + Printable.value(host) + "\"");
        }
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("port must be 1 to 65535, was " + port);
        }
    }

    private static boolean isWord(String host) {
        // all white space is in the Basic Multilingual Plane
        for (int i = 0; i < host.length(); i++) {
            if (Character.isWhitespace(host.charAt(i)) || Character.isSpaceChar(host.charAt(i))) {
                return false;
            }
        }
        return Printable.isPrintable(host);
    }

    /** Returns {@code host:port}, or {@code [host]:port} for an IPv6 address. */
    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
