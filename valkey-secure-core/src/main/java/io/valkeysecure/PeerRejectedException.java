package io.valkeysecure;

import io.valkeysecure.internal.text.Printable;
import io.valkeysecure.internal.text.QuotedException;
import java.security.cert.CertificateException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A certificate chain was refused. {@link ChainVerifier} throws it; on a connection it is the cause of a
 * {@link TlsHandshakeException}.
 */
public final class PeerRejectedException extends CertificateException {
    private static final long serialVersionUID = 1L;

    private final RefusalReason reason;

    PeerRejectedException(RefusalReason reason, String message, @Nullable Throwable cause) {
        super(Printable.message(message), QuotedException.of(cause));
        this.reason = Objects.requireNonNull(reason, "reason");
    }

    /** {@return why the chain was refused} */
    public RefusalReason reason() {
        return reason;
    }
}
