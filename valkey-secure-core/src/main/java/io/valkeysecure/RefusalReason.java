package io.valkeysecure;

import io.valkeysecure.internal.root.RootTypes;
import io.valkeysecure.internal.text.DocumentationLinks;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Why a connection, or a configuration, was refused. A closed set: the exceptions of this library carry one, and
 * it is the {@code reason} tag of its metrics. {@code docs/reasons.md} has a section for each with causes and cure.
 *
 * <p>Lettuce and Jedis wrap exceptions in their own; {@link #of(Throwable)} finds the reason in whatever they throw:
 *
 * <pre>{@code
 * try {
 *     pool.getResource();
 * } catch (JedisException e) {
 *     RefusalReason.of(e).ifPresent(reason -> alert(reason.tag()));
 *     throw e;
 * }
 * }</pre>
 */
public enum RefusalReason {
    /** The configuration asks for a connection, or a part of one, without TLS. Nothing was sent. */
    PLAINTEXT_REQUESTED,
    /** The peer answered the ClientHello with something that is not TLS. */
    PLAINTEXT_PEER,
    /** The peer speaks no TLS version that the policy allows. */
    PROTOCOL_VERSION,
    /** The peer accepts no cipher suite that the policy allows. */
    CIPHER_SUITE,
    /** The peer has no group of key exchange that is allowed, or the engine none that is required. */
    KEY_EXCHANGE,
    /** No path leads from the peer's leaf to a trust anchor. */
    UNTRUSTED_ISSUER,
    /** The leaf's SAN does not hold the server identity. */
    NAME_MISMATCH,
    /** A certificate, a trust anchor or the own identity is past its not-after. */
    EXPIRED,
    /** A certificate, a trust anchor or the own identity is before its not-before. */
    NOT_YET_VALID,
    /** No SPKI pin matches a key of the validated path. */
    PIN_MISMATCH,
    /** A certificate of the path is revoked. */
    REVOKED,
    /** It could not be proved that no certificate of the path is revoked. */
    REVOCATION_UNKNOWN,
    /** A public key of the path is below the policy's floor. */
    WEAK_KEY,
    /** A signature of the path, or of the handshake itself, uses an algorithm below the policy's floor. */
    WEAK_SIGNATURE,
    /** Key usage or extended key usage does not allow what the certificate is used for. */
    KEY_USAGE,
    /** A constraint of RFC 5280 is violated: basic, name, path length, policy, or an unknown critical extension. */
    CONSTRAINT_VIOLATED,
    /** A certificate, a CRL or one of their extensions cannot be parsed, or not in one way only. */
    MALFORMED_CERTIFICATE,
    /** A file or store with anchors, an identity or CRLs is missing, unreadable, empty, or not what it should be. */
    MATERIAL_UNREADABLE,
    /** The private key does not belong to the leaf of the client identity. */
    KEY_MISMATCH,
    /** The server demands a client certificate and there is none to present. */
    CLIENT_IDENTITY_REQUIRED,
    /** The server refused the client certificate that was presented. */
    CLIENT_IDENTITY_REJECTED,
    /** The handshake did not end within the policy's handshake timeout. */
    HANDSHAKE_TIMEOUT,
    /** The peer closed or reset the connection before the handshake ended. */
    PEER_CLOSED,
    /** The peer ended the handshake with an alert that has no more special reason here. */
    PEER_ALERT,
    /** The server began another handshake on a connection that had one, which TLS 1.2 allows. */
    RENEGOTIATION,
    /** The peer's handshake breaks the TLS protocol: what it sent cannot be parsed, is out of order, or does not verify. */
    MALFORMED_HANDSHAKE,
    /** The connection was made under a client identity that was replaced, and the drain window is over. */
    DRAINED,
    /** A setting contradicts what this library guarantees, or cannot be met here. Nothing was sent. */
    UNSUPPORTED_SETTING,
    /** None of the others; the cause tells. */
    UNCLASSIFIED;

    static {
        RootTypes.install(new RootConstructors());
    }

    /**
     * Returns the name as it appears in messages, metrics and logs.
     *
     * @return the constant's name in lower case, such as {@code name_mismatch}
     */
    public String tag() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Finds the reason in an exception of Lettuce, Jedis or a pool. {@link Refusal#of} finds the message, too.
     *
     * @param thrown what was thrown; null is answered with empty
     * @return the first reason found, or empty if no refusal is in it
     */
    public static Optional<RefusalReason> of(@Nullable Throwable thrown) {
        return Refusal.of(thrown).map(Refusal::reason);
    }

    /** The end of every message: where cause and cure are written down. */
    String seeAlso() {
        return "; see " + DocumentationLinks.reason(tag());
    }
}
