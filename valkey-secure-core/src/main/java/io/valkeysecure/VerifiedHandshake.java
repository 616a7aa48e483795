package io.valkeysecure;

import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.adapter.TlsHandshake;
import io.valkeysecure.internal.root.RootTypes;
import io.valkeysecure.internal.text.Printable;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Optional;

/**
 * The record of one handshake that was verified in full: only {@link TlsHandshake} makes it, after the path, the
 * server identity and what was negotiated have been checked. Immutable.
 */
public final class VerifiedHandshake {
    private final Endpoint endpoint;
    private final ClientLibrary client;
    private final RootTypes.Negotiated negotiated;
    private final ValidatedPath path;
    private final long generation;

    VerifiedHandshake(
            Endpoint endpoint,
            ClientLibrary client,
            RootTypes.Negotiated negotiated,
            ValidatedPath path,
            long generation) {
        this.endpoint = endpoint;
        this.client = client;
        this.negotiated = negotiated;
        this.path = path;
        this.generation = generation;
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
        return negotiated.version();
    }

    /**
     * Returns the cipher suite that was negotiated.
     *
     * @return the IANA name, such as {@code TLS_AES_256_GCM_SHA384}
     */
    public String cipherSuite() {
        return negotiated.cipherSuite();
    }

    /**
     * Returns the group of the key exchange, as the server named it.
     *
     * @return the IANA name, such as {@code x25519}, {@code other} for one that is not known here; empty under TLS 1.2
     */
    public Optional<String> keyExchangeGroup() {
        return negotiated.group();
    }

    /**
     * Returns the path that was validated, by the material that was in force when the connection was accepted. That may
     * be newer than the {@link #generation()} under which it was made.
     *
     * @return the path, leaf first, and its trust anchor
     */
    public ValidatedPath path() {
        return path;
    }

    /**
     * Returns the leaf that the server presented.
     *
     * @return the leaf
     */
    public X509Certificate leaf() {
        return path.certificates().get(0);
    }

    /**
     * Returns the number of the generation under which the connection was made.
     *
     * @return the generation, counted from 1
     */
    public long generation() {
        return generation;
    }

    /**
     * Returns whether a session was resumed. The path was then validated when the session was made, and its dates,
     * names, pins and revocation again now.
     *
     * @return true if resumed, false after a full handshake
     */
    public boolean resumed() {
        return negotiated.resumed();
    }

    /**
     * Returns how long the handshake took, verification included.
     *
     * @return the time from the start of the handshake to the verdict
     */
    public Duration elapsed() {
        return negotiated.elapsed();
    }

    /** Returns one readable line without secrets. */
    @Override
    public String toString() {
        return endpoint + " " + version().protocol() + " " + cipherSuite() + (resumed() ? " resumed" : " full")
                + " generation " + generation + " leaf " + Printable.value(leaf().getSubjectX500Principal()) + " in "
                + elapsed().toMillis() + " ms";
    }
}
