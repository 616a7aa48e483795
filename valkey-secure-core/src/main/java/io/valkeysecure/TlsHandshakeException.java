package io.valkeysecure;

import io.valkeysecure.internal.text.Printable;
import io.valkeysecure.internal.text.QuotedException;
import java.util.Objects;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/**
 * A connection was refused, either by this library, because the server could not be verified, or by the server. It is
 * an {@link java.io.IOException}, which client libraries wrap in their own exceptions; {@link Refusal#of(Throwable)}
 * finds it.
 */
public final class TlsHandshakeException extends SSLHandshakeException {
    private static final long serialVersionUID = 1L;

    private final RefusalReason reason;
    private final transient Endpoint endpoint;

    TlsHandshakeException(RefusalReason reason, Endpoint endpoint, String message, @Nullable Throwable cause) {
        super(endpoint + " refused (" + reason.tag() + "): " + Printable.message(message) + reason.seeAlso());
        this.reason = Objects.requireNonNull(reason, "reason");
        this.endpoint = Objects.requireNonNull(endpoint, "endpoint");
        Throwable printable = QuotedException.of(cause);
        if (printable != null) {
            initCause(printable);
        }
    }

    /** {@return why the connection was refused} */
    public RefusalReason reason() {
        return reason;
    }

    /** {@return the server as it was dialled} */
    public Endpoint endpoint() {
        return endpoint;
    }
}
