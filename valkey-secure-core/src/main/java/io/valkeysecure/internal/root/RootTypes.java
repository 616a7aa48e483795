package io.valkeysecure.internal.root;

import io.valkeysecure.Endpoint;
import io.valkeysecure.PeerRejectedException;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsConfigurationException;
import io.valkeysecure.TlsHandshakeException;
import io.valkeysecure.TlsVersion;
import io.valkeysecure.ValidatedPath;
import io.valkeysecure.VerifiedHandshake;
import io.valkeysecure.adapter.ClientLibrary;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Creates exceptions and proofs of the root package, whose constructors are not part of the public API. The root
 * package installs the only implementation when {@link RefusalReason} is initialized. Safe for use by many threads.
 */
public abstract class RootTypes {
    private static volatile @Nullable RootTypes installed;

    /** For the only implementation, in the root package. */
    protected RootTypes() {}

    /** Installs the implementation. */
    public static void install(RootTypes implementation) {
        installed = implementation;
    }

    private static RootTypes types() {
        if (installed == null) {
            // initializes the class, which installs the implementation
            var unused = RefusalReason.values();
        }
        return Objects.requireNonNull(installed, "the root package has installed its types");
    }

    /** {@return the refusal of a chain} */
    public static PeerRejectedException peerRejected(
            RefusalReason reason, @Nullable String message, @Nullable Throwable cause) {
        return types().newPeerRejected(reason, String.valueOf(message), cause);
    }

    /** {@return the refusal of a connection} */
    public static TlsHandshakeException handshakeRefused(
            RefusalReason reason, Endpoint endpoint, @Nullable String message, @Nullable Throwable cause) {
        return types().newHandshakeRefused(reason, endpoint, String.valueOf(message), cause);
    }

    /** {@return the refusal of a configuration or its material} */
    public static TlsConfigurationException configurationRefused(RefusalReason reason, @Nullable String message) {
        return configurationRefused(reason, message, null);
    }

    /** {@return the refusal of a configuration or its material} */
    public static TlsConfigurationException configurationRefused(
            RefusalReason reason, @Nullable String message, @Nullable Throwable cause) {
        return types().newConfigurationRefused(reason, String.valueOf(message), cause);
    }

    /** {@return a validated path} */
    public static ValidatedPath validatedPath(List<X509Certificate> certificates, X509Certificate anchor) {
        return types().newValidatedPath(certificates, anchor);
    }

    /** {@return the record of a verified handshake} */
    public static VerifiedHandshake verifiedHandshake(
            Endpoint endpoint, ClientLibrary client, Negotiated negotiated, ValidatedPath path, long generation) {
        return types().newVerifiedHandshake(endpoint, client, negotiated, path, generation);
    }

    /** {@return the implementation of a {@code SecureTls}} */
    public static Object internals(SecureTls tls) {
        return types().internalsOf(tls);
    }

    /**
     * The negotiated parameters of a handshake.
     *
     * @param version the TLS version
     * @param cipherSuite the suite
     * @param group the group of the key exchange; empty under TLS 1.2
     * @param resumed whether a session was resumed
     * @param elapsed how long it took
     */
    public record Negotiated(
            TlsVersion version, String cipherSuite, Optional<String> group, boolean resumed, Duration elapsed) {}

    protected abstract PeerRejectedException newPeerRejected(
            RefusalReason reason, String message, @Nullable Throwable cause);

    protected abstract TlsHandshakeException newHandshakeRefused(
            RefusalReason reason, Endpoint endpoint, String message, @Nullable Throwable cause);

    protected abstract TlsConfigurationException newConfigurationRefused(
            RefusalReason reason, String message, @Nullable Throwable cause);

    protected abstract ValidatedPath newValidatedPath(List<X509Certificate> certificates, X509Certificate anchor);

    protected abstract VerifiedHandshake newVerifiedHandshake(
            Endpoint endpoint, ClientLibrary client, Negotiated negotiated, ValidatedPath path, long generation);

    protected abstract Object internalsOf(SecureTls tls);
}
