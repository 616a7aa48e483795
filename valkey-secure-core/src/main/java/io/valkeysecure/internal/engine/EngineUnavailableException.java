package io.valkeysecure.internal.engine;

import io.valkeysecure.RefusalReason;
import org.jspecify.annotations.Nullable;

/** An engine cannot be had here, or not with these settings. */
public final class EngineUnavailableException extends Exception {
    private static final long serialVersionUID = 1L;

    private final RefusalReason reason;

    /**
     * Makes an exception.
     *
     * @param reason what its absence means where there is no other engine
     * @param message what is missing, and what to do
     * @param cause what was caught, or null
     */
    public EngineUnavailableException(RefusalReason reason, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /**
     * Returns what its absence means where there is no other engine.
     *
     * @return the reason
     */
    public RefusalReason reason() {
        return reason;
    }
}
