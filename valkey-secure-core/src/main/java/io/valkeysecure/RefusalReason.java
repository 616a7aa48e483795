package io.valkeysecure;

import io.valkeysecure.internal.root.RootTypes;
import io.valkeysecure.internal.text.DocumentationLinks;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The reason of a refused connection or configuration. The set is closed: every exception of this library has a reason,
 * and the {@code reason} tag of the metrics holds it. {@code docs/reasons.md} has a section for each, with causes and
 * cures.
 *
 * <p>The reasons are grouped by whose fault they are: the configuration, the server's certificate, the server's TLS,
 * the client identity, and the connection.
 *
 * <p>Lettuce and Jedis wrap exceptions in their own; {@link #of(Throwable)} finds the reason in them:
 *
 * <pre>{@code
 * try (Jedis jedis = pool.getResource()) {
 *     jedis.ping();
 * } catch (JedisException e) {
 *     RefusalReason.of(e).ifPresent(reason -> alert(reason.tag()));
 *     throw e;
 * }
 * }</pre>
 *
 * @see Refusal#of to get the message, too
 */
public enum RefusalReason {
    // the configuration

    /** The configuration asks for a connection, or a part of one, without TLS. Nothing was sent. */
    PLAINTEXT_REQUESTED,
    /** A setting contradicts a guarantee of this library, or cannot be met on this JVM. Nothing was sent. */
    UNSUPPORTED_SETTING,
    /** A file or store with anchors, an identity or CRLs is missing, unreadable, empty or malformed. */
    MATERIAL_UNREADABLE,
    /** The private key does not belong to the leaf of the client identity. */
    KEY_MISMATCH,

    // the server's certificate; some of these also apply to a trust anchor or the client identity

    /** No path leads from the server's leaf to a trust anchor. */
    UNTRUSTED_ISSUER,
    /** The SAN of the leaf does not hold the server identity. */
    NAME_MISMATCH,
    /** A certificate, a trust anchor or the client identity is past its notAfter. */
    EXPIRED,
    /** A certificate, a trust anchor or the client identity is before its notBefore. */
    NOT_YET_VALID,
    /** No pin matches a key of the validated path. */
    PIN_MISMATCH,
    /** A certificate of the path is revoked. */
    REVOKED,
    /** It is not proved that no certificate of the path is revoked. */
    REVOCATION_UNKNOWN,
    /** A public key of the path is weaker than the policy allows. */
    WEAK_KEY,
    /** A signature of the path, or of the handshake itself, uses a weaker algorithm than the policy allows. */
    WEAK_SIGNATURE,
    /** Key usage or extended key usage does not allow the use of a certificate. */
    KEY_USAGE,
    /** A constraint of RFC 5280 is violated: basic, name, path length, policy, or an unknown critical extension. */
    CONSTRAINT_VIOLATED,
    /** A certificate, a CRL or one of their extensions cannot be parsed, or can be parsed in more than one way. */
    MALFORMED_CERTIFICATE,

    // the server's TLS

    /** The server answered the ClientHello with bytes that are not TLS. */
    PLAINTEXT_PEER,
    /** The server speaks no TLS version that the policy allows. */
    PROTOCOL_VERSION,
    /** The server accepts no cipher suite that the policy allows. */
    CIPHER_SUITE,
    /** The server has no key-exchange group that is allowed, or the engine has none that is required. */
    KEY_EXCHANGE,
    /** The server started a second handshake on a connection, which TLS 1.2 allows. */
    RENEGOTIATION,
    /** The server's handshake violates the TLS protocol: a message is malformed, out of order or does not verify. */
    MALFORMED_HANDSHAKE,
    /** The server ended the handshake with an alert that has no more specific reason. */
    PEER_ALERT,

    // the client identity, as the server sees it

    /** The server requires a client certificate, and none can be presented. */
    CLIENT_IDENTITY_REQUIRED,
    /** The server refused the client certificate that was presented. */
    CLIENT_IDENTITY_REJECTED,
    /** The connection was made under a client identity that was replaced, and the drain window is over. */
    DRAINED,

    // the connection

    /** The handshake did not end within the policy's handshake timeout. */
    HANDSHAKE_TIMEOUT,
    /** The server closed or reset the connection before the handshake ended. */
    PEER_CLOSED,
    /** None of the others; the cause of the exception says more. */
    UNCLASSIFIED;

    static {
        RootTypes.install(new RootConstructors());
    }

    /**
     * {@return the name as it appears in messages, metrics and logs; the constant's name in lower case, such as {@code
     * name_mismatch}}
     */
    public String tag() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Finds the reason in an exception of Lettuce, Jedis or a pool. {@link Refusal#of} finds the message, too.
     *
     * @param thrown the exception; null gives an empty result
     * @return the reason; empty if the exception holds no refusal
     */
    public static Optional<RefusalReason> of(@Nullable Throwable thrown) {
        return Refusal.of(thrown).map(Refusal::reason);
    }

    /** The end of every message: a link to causes and cures. */
    String seeAlso() {
        return "; see " + DocumentationLinks.reason(tag());
    }
}
