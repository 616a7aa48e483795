package io.valkeysecure.internal.engine;

import io.valkeysecure.RefusalReason;
import org.jspecify.annotations.Nullable;

/** An engine is not available on this JVM, or not with these settings. */
public final class EngineUnavailableException extends Exception {
    private static final long serialVersionUID = 1L;

    private final RefusalReason reason;

    /**
     * Creates an exception.
     *
     * @param reason the reason of the refusal if there is no other engine
     * @param message what is missing, and what to do
     * @param cause what was caught, or null
     */
    public EngineUnavailableException(RefusalReason reason, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /** {@return the reason of the refusal if there is no other engine} */
    public RefusalReason reason() {
        return reason;
    }
}
