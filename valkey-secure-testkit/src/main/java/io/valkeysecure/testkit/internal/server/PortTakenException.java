package io.valkeysecure.testkit.internal.server;

import org.jspecify.annotations.Nullable;

/** A port that was free a moment ago is in use. */
public final class PortTakenException extends Exception {
    private static final long serialVersionUID = 1L;

    public PortTakenException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
