package io.valkeysecure;

import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.adapter.TlsHandshake;
import io.valkeysecure.internal.generation.Generation;
import io.valkeysecure.internal.generation.Verdict;
import io.valkeysecure.internal.text.Printable;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The record of one handshake that was verified in full: only {@link TlsHandshake} makes it, after the path, the
 * server identity and what was negotiated have been checked. Immutable.
 */
public final class VerifiedHandshake {
    private final Endpoint endpoint;
    private final ClientLibrary client;
    private final TlsVersion version;
    private final String cipherSuite;
    private final Optional<String> keyExchangeGroup;
    private final Verdict verdict;
    private final Generation generation;
    private final List<X509Certificate> presented;
    private final List<byte[]> staples;
    private final boolean resumed;
    private final Duration elapsed;

    VerifiedHandshake(
            Endpoint endpoint,
            ClientLibrary client,
            TlsVersion version,
            String cipherSuite,
            Optional<String> keyExchangeGroup,
            Verdict verdict,
            Generation generation,
            List<X509Certificate> presented,
            List<byte[]> staples,
            boolean resumed,
            Duration elapsed) {
        this.endpoint = endpoint;
        this.client = client;
        this.version = version;
        this.cipherSuite = cipherSuite;
        this.keyExchangeGroup = keyExchangeGroup;
        this.verdict = verdict;
        this.generation = generation;
        this.presented = List.copyOf(presented);
        this.staples = List.copyOf(staples);
        this.resumed = resumed;
        this.elapsed = elapsed;
    }

    /**
     * Returns the server as it was dialled.
     *
     * @return the endpoint
     */
    public Endpoint endpoint() {
        return endpoint;
    }

    /**
     * Returns the client library that the connection is for.
     *
     * @return the client library
     */
    public ClientLibrary client() {
        return client;
    }

    /**
     * Returns the TLS version that was negotiated.
     *
     * @return the version
     */
    public TlsVersion version() {
        return version;
    }

    /**
     * Returns the cipher suite that was negotiated.
     *
     * @return the IANA name, such as {@code TLS_AES_256_GCM_SHA384}
     */
    public String cipherSuite() {
        return cipherSuite;
    }

    /**
     * Returns the group of the key exchange, as the server named it.
     *
     * @return the IANA name, such as {@code x25519}, {@code other} for one that is not known here; empty under TLS 1.2
     */
    public Optional<String> keyExchangeGroup() {
        return keyExchangeGroup;
    }

    /**
     * Returns the path that was validated, by the material that was in force when the connection was accepted. That may
     * be newer than the {@link #generation()} under which it was made.
     *
     * @return the path, leaf first, and its trust anchor
     */
    public ValidatedPath path() {
        return verdict.path();
    }

    /**
     * Returns the leaf that the server presented.
     *
     * @return the leaf
     */
    public X509Certificate leaf() {
        return certificates().get(0);
    }

    /**
     * Returns the number of the generation under which the connection was made.
     *
     * @return the generation, counted from 1
     */
    public long generation() {
        return generation.number();
    }

    Generation madeUnder() {
        return generation;
    }

    /**
     * Returns this proof with the path that the generation in force accepts.
     *
     * @param current returns the generation in force
     * @throws PeerRejectedException if the generation in force rejects the chain, or cannot find out
     */
    VerifiedHandshake judgedBy(Supplier<Generation> current) throws PeerRejectedException {
        return with(Verdict.inForce(current, verdict, presented, endpoint.host(), staples));
    }

    Verdict verdict() {
        return verdict;
    }

    VerifiedHandshake with(Verdict now) {
        return now.equals(verdict)
                ? this
                : new VerifiedHandshake(
                        endpoint,
                        client,
                        version,
                        cipherSuite,
                        keyExchangeGroup,
                        now,
                        generation,
                        presented,
                        staples,
                        resumed,
                        elapsed);
    }

    /** The chain as it was presented, from which another generation may make another path. */
    List<X509Certificate> presented() {
        return presented;
    }

    /** The OCSP responses that came with it. */
    List<byte[]> staples() {
        return staples;
    }

    /**
     * Returns whether a session was resumed. The path was then validated when the session was made, and its dates,
     * names, pins and revocation again now.
     *
     * @return true if resumed, false after a full handshake
     */
    public boolean resumed() {
        return resumed;
    }

    /**
     * Returns how long the handshake took, verification included.
     *
     * @return the time from the start of the handshake to the verdict
     */
    public Duration elapsed() {
        return elapsed;
    }

    private List<X509Certificate> certificates() {
        return path().certificates();
    }

    /** Returns one readable line without secrets. */
    @Override
    public String toString() {
        return endpoint + " " + version.protocol() + " " + cipherSuite + (resumed ? " resumed" : " full")
                + " generation " + generation() + " leaf " + Printable.value(leaf().getSubjectX500Principal()) + " in "
                + elapsed.toMillis() + " ms";
    }
}
