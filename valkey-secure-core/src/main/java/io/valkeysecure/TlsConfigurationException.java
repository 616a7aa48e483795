package io.valkeysecure;

import io.valkeysecure.internal.text.Printable;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A configuration or its material cannot make a secure connection: a missing or malformed file, a key that does not
 * match, an expired certificate, a setting that would weaken TLS. It is thrown by a build or a reload, before anything
 * is sent. The message names the file, block or setting, and never shows its content.
 */
public final class TlsConfigurationException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final RefusalReason reason;

    TlsConfigurationException(RefusalReason reason, String message) {
        this(reason, message, null);
    }

    TlsConfigurationException(RefusalReason reason, String message, @Nullable Throwable cause) {
        super(Printable.message(message) + reason.seeAlso(), cause);
        this.reason = Objects.requireNonNull(reason, "reason");
    }

    /** {@return why the configuration was refused} */
    public RefusalReason reason() {
        return reason;
    }
}
