package io.valkeysecure;

import io.valkeysecure.internal.text.Printable;
import io.valkeysecure.internal.text.QuotedException;
import java.security.cert.CertificateException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A peer's certificate chain was refused. JSSE carries it unchanged as a cause of its own exceptions, so the reason
 * survives; applications see it as the cause of a {@link TlsHandshakeException}.
 */
public final class PeerRejectedException extends CertificateException {
    private static final long serialVersionUID = 1L;

    private final RefusalReason reason;

    PeerRejectedException(RefusalReason reason, String message, @Nullable Throwable cause) {
        super(Printable.message(message), QuotedException.of(cause));
        this.reason = Objects.requireNonNull(reason, "reason");
    }

    /**
     * Returns why the chain was refused.
     *
     * @return the reason
     */
    public RefusalReason reason() {
        return reason;
    }
}
