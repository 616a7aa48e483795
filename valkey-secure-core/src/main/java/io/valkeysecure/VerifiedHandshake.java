package io.valkeysecure;

import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.adapter.TlsHandshake;
import io.valkeysecure.internal.root.RootTypes;
import io.valkeysecure.internal.text.Printable;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Optional;

/**
 * The record of one verified handshake: the server, what was negotiated, and the path that was validated. Only a
 * {@link TlsHandshake} creates it, after path, server identity and negotiated parameters have been checked.
 *
 * <p>A {@link io.valkeysecure.observe.TlsListener} receives it for every connection. Immutable.
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

    /** {@return the server as it was dialled} */
    public Endpoint endpoint() {
        return endpoint;
    }

    /** {@return the client library that the connection is for} */
    public ClientLibrary client() {
        return client;
    }

    /** {@return the TLS version that was negotiated} */
    public TlsVersion version() {
        return negotiated.version();
    }

    /** {@return the IANA name of the cipher suite that was negotiated, such as {@code TLS_AES_256_GCM_SHA384}} */
    public String cipherSuite() {
        return negotiated.cipherSuite();
    }

    /**
     * {@return the IANA name of the key-exchange group, such as {@code x25519}; {@code other} for an unknown group;
     * empty under TLS 1.2}
     */
    public Optional<String> keyExchangeGroup() {
        return negotiated.group();
    }

    /**
     * Returns the path that was validated, by the material in force when the connection was accepted. That material may
     * be newer than the {@link #generation()} under which the connection was made.
     *
     * @return the path, leaf first, and its trust anchor
     */
    public ValidatedPath path() {
        return path;
    }

    /** {@return the leaf that the server presented} */
    public X509Certificate leaf() {
        return path.certificates().get(0);
    }

    /** {@return the number of the generation under which the connection was made, counted from 1} */
    public long generation() {
        return generation;
    }

    /**
     * Returns whether a session was resumed. The path was then validated when the session was created; dates, names,
     * pins and revocation were checked again for this connection.
     *
     * @return true if resumed, false after a full handshake
     */
    public boolean resumed() {
        return negotiated.resumed();
    }

    /**
     * {@return how long the handshake took, verification included}
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
