package io.valkeysecure;

import io.valkeysecure.internal.x509.ReferenceIdentifier;
import java.util.Arrays;
import java.util.List;

/**
 * The names of which the server's certificate must hold one in its subjectAltName (RFC 9525). The common name of the
 * subject is never used.
 *
 * <p>The default is the host that is dialled: a dNSName for a name, an iPAddress for a literal address. Set a server
 * identity if certificates hold other names than the clients dial, such as nodes of a cluster that announce addresses:
 *
 * <pre>{@code
 * try (SecureTls tls = SecureTls.trusting(anchors)
 *         .withoutClientIdentity()
 *         .serverIdentity(ServerIdentity.anyOf("valkey.example"))
 *         .build()) {
 *     // make a client with it, and close the client first
 * }
 * }</pre>
 *
 * <p>Immutable.
 */
public final class ServerIdentity {
    private final List<ReferenceIdentifier.Expected> expected;

    private ServerIdentity(List<ReferenceIdentifier.Expected> expected) {
        this.expected = expected;
    }

    /**
     * Returns the identity of a server with a host name or address.
     *
     * @param host a DNS name, matched against dNSName with a wildcard for the whole leftmost label only, or a literal
     *     address, matched against iPAddress only
     * @return the identity
     * @throws IllegalArgumentException if the host is neither a name nor an address
     */
    public static ServerIdentity host(String host) {
        return new ServerIdentity(List.of(ReferenceIdentifier.host(host)));
    }

    /**
     * Returns the identity of servers that share a set of names, such as nodes of a cluster that announce addresses and
     * have certificates with DNS names only.
     *
     * @param names DNS names or literal addresses, of which the leaf must hold one
     * @return the identity
     * @throws IllegalArgumentException if no name is given, or one is neither a DNS name nor an address
     */
    public static ServerIdentity anyOf(String... names) {
        if (names.length == 0) {
            throw new IllegalArgumentException("server identity must name at least one host");
        }
        return new ServerIdentity(
                Arrays.stream(names).map(ReferenceIdentifier::host).toList());
    }

    /**
     * Returns the identity of a server with a SPIFFE ID, which must be the only URI of its SAN.
     *
     * @param id such as {@code spiffe://example.org/valkey}
     * @return the identity
     * @throws IllegalArgumentException if it is not a SPIFFE ID with a path
     */
    public static ServerIdentity spiffeId(String id) {
        return new ServerIdentity(List.of(ReferenceIdentifier.spiffeId(id)));
    }

    /**
     * Returns the identity of all servers of a SPIFFE trust domain.
     *
     * @param domain such as {@code example.org}
     * @return the identity
     * @throws IllegalArgumentException if it is no trust domain
     */
    public static ServerIdentity spiffeTrustDomain(String domain) {
        return new ServerIdentity(List.of(ReferenceIdentifier.spiffeTrustDomain(domain)));
    }

    List<ReferenceIdentifier.Expected> expected() {
        return expected;
    }

    /** Returns what is expected, such as {@code dNSName valkey.example}. */
    @Override
    public String toString() {
        return ReferenceIdentifier.describeExpected(expected);
    }
}
