package io.valkeysecure;

import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.internal.root.RootTypes;
import java.security.cert.X509Certificate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Gives internal packages access to the constructors of this package's exceptions and proofs. */
final class RootConstructors extends RootTypes {
    @Override
    protected PeerRejectedException newPeerRejected(RefusalReason reason, String message, @Nullable Throwable cause) {
        return new PeerRejectedException(reason, message, cause);
    }

    @Override
    protected TlsHandshakeException newHandshakeRefused(
            RefusalReason reason, Endpoint endpoint, String message, @Nullable Throwable cause) {
        return new TlsHandshakeException(reason, endpoint, message, cause);
    }

    @Override
    protected TlsConfigurationException newConfigurationRefused(
            RefusalReason reason, String message, @Nullable Throwable cause) {
        return new TlsConfigurationException(reason, message, cause);
    }

    @Override
    protected ValidatedPath newValidatedPath(List<X509Certificate> certificates, X509Certificate anchor) {
        return new ValidatedPath(certificates, anchor);
    }

    @Override
    protected VerifiedHandshake newVerifiedHandshake(
            Endpoint endpoint, ClientLibrary client, Negotiated negotiated, ValidatedPath path, long generation) {
        return new VerifiedHandshake(endpoint, client, negotiated, path, generation);
    }

    @Override
    protected Object internalsOf(SecureTls tls) {
        return tls.connector();
    }
}
