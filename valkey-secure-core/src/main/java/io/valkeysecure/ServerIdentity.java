package io.valkeysecure;

import io.valkeysecure.internal.x509.ReferenceIdentifier;
import java.util.Arrays;
import java.util.List;

/**
 * What the subjectAltName of the server's leaf has to match (RFC 9525). The subject's common name is never looked at.
 *
 * <p>Without one, it is the host that was dialled: a dNSName for a name, an iPAddress for a literal address. Immutable.
 */
public final class ServerIdentity {
    private final List<ReferenceIdentifier.Expected> expected;

    private ServerIdentity(List<ReferenceIdentifier.Expected> expected) {
        this.expected = expected;
    }

    /**
     * Returns the identity of a server that is known by the host it is dialled by.
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
     * Returns the identity of servers that share a set of names: nodes of a cluster that announce addresses, say, under
     * certificates with DNS names only.
     *
     * @param names DNS names or literal addresses, one of which the leaf has to hold
     * @return the identity
     * @throws IllegalArgumentException if there is none, or one is neither a name nor an address
     */
    public static ServerIdentity anyOf(String... names) {
        if (names.length == 0) {
            throw new IllegalArgumentException("server identity must name at least one host");
        }
        return new ServerIdentity(
                Arrays.stream(names).map(ReferenceIdentifier::host).toList());
    }

    /**
     * Returns the identity of a server that is known by its SPIFFE ID: the one URI of its SAN, exactly.
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
