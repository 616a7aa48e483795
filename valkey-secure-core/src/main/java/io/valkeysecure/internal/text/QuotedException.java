package io.valkeysecure.internal.text;

import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Replaces a cause of the JDK or a library whose message quotes a peer unescaped: causes are printed in logs, too. Its
 * message is the printable {@code toString} of the original; stack trace, causes and suppressed exceptions are those of
 * the original.
 */
public final class QuotedException extends Exception {
    private static final long serialVersionUID = 1L;

    /** A message of ours, with the endpoint before it and the address of a page after it. */
    private static final int LONGEST = Printable.MESSAGE + 1024;

    private QuotedException(Throwable original, @Nullable Throwable cause) {
        super(Printable.message(original), cause);
        setStackTrace(original.getStackTrace());
    }

    /**
     * Makes a cause printable.
     *
     * @param cause the cause, or null
     * @return the cause itself if every message in its chain is printable and short enough; otherwise a copy of the
     *     chain down to the last one that is not
     */
    public static @Nullable Throwable of(@Nullable Throwable cause) {
        return cause == null || isFit(cause, Collections.newSetFromMap(new IdentityHashMap<>()))
                ? cause
                : copy(cause, new IdentityHashMap<>());
    }

    private static boolean isFit(Throwable thrown, Set<Throwable> seen) {
        if (!seen.add(thrown)) {
            return true;
        }
        return isFit(thrown.getMessage())
                && (thrown.getCause() == null || isFit(thrown.getCause(), seen))
                && Arrays.stream(thrown.getSuppressed()).allMatch(each -> isFit(each, seen));
    }

    private static boolean isFit(@Nullable String message) {
        return message == null || (message.length() <= LONGEST && Printable.isPrintable(message));
    }

    /** Keeps an exception whose whole chain is printable; a cyclic chain ends where it repeats. */
    private static @Nullable Throwable copy(Throwable thrown, Map<Throwable, Throwable> copies) {
        if (copies.containsKey(thrown)) {
            return copies.get(thrown);
        }
        if (isFit(thrown, Collections.newSetFromMap(new IdentityHashMap<>()))) {
            return thrown;
        }
        copies.put(thrown, null);
        QuotedException copy =
                new QuotedException(thrown, thrown.getCause() == null ? null : copy(thrown.getCause(), copies));
        copies.put(thrown, copy);
        for (Throwable each : thrown.getSuppressed()) {
            Throwable fit = copy(each, copies);
            if (fit != null && fit != copy) {
                copy.addSuppressed(fit);
            }
        }
        return copy;
    }
}
