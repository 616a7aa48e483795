package io.valkeysecure.spring;

import io.valkeysecure.Refusal;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A connection factory could not make a connection at start. Carries the refusal even if Spring lost it. */
final class StartupVerificationException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient @Nullable Refusal refusal;

    StartupVerificationException(String message, @Nullable Refusal refusal, Throwable cause) {
        super(message, cause);
        this.refusal = refusal;
    }

    Optional<Refusal> refusal() {
        return Optional.ofNullable(refusal);
    }

    /** Finds the outermost of its kind among an exception and its causes. */
    static Optional<StartupVerificationException> in(Throwable failure) {
        for (Throwable each = failure; each != null; each = each.getCause()) {
            if (each instanceof StartupVerificationException verification) {
                return Optional.of(verification);
            }
        }
        return Optional.empty();
    }
}
