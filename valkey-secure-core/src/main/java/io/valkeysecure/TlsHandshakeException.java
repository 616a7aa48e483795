package io.valkeysecure;

import io.valkeysecure.internal.text.Printable;
import io.valkeysecure.internal.text.QuotedException;
import java.util.Objects;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/**
 * A connection was refused: by us, because the peer could not be proved to be the right one, or by the peer. It is an
 * {@link java.io.IOException}, so client libraries wrap it as they wrap any I/O failure;
 * {@link RefusalReason#of(Throwable)} finds it again.
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

    /**
     * Returns why the connection was refused.
     *
     * @return the reason
     */
    public RefusalReason reason() {
        return reason;
    }

    /**
     * Returns the server as it was dialled.
     *
     * @return the endpoint
     */
    public Endpoint endpoint() {
        return endpoint;
    }
}
