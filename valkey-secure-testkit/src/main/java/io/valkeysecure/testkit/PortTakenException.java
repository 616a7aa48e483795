package io.valkeysecure.testkit;

import org.jspecify.annotations.Nullable;

/** A port that was free a moment ago is in use. */
final class PortTakenException extends Exception {
    private static final long serialVersionUID = 1L;

    PortTakenException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
