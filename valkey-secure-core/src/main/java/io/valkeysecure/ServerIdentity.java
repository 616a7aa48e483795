package io.valkeysecure;

import io.valkeysecure.internal.verify.Names;
import java.util.List;

/**
 * What the subjectAltName of the server's leaf has to match (RFC 9525). The subject's common name is never looked at.
 *
 * <p>Without one, it is the host that was dialled: a dNSName for a name, an iPAddress for a literal address. Immutable.
 */
public final class ServerIdentity {
    private final List<Names.Expected> expected;

    private ServerIdentity(List<Names.Expected> expected) {
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
        return new ServerIdentity(List.of(Names.host(host)));
    }

    List<Names.Expected> expected() {
        return expected;
    }

    /** Returns what is expected, such as {@code dNSName valkey.example}. */
    @Override
    public String toString() {
        return String.join(" or ", expected.stream().map(Object::toString).toList());
    }
}
