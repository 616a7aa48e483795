package io.valkeysecure.differential;

import io.valkeysecure.RefusalReason;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A chain on which the two verifiers differ.
 *
 * @param notes what was changed of a good chain
 * @param host who is dialled
 * @param refusal why we refuse; null if we accept
 * @param message what we say; empty if we accept
 * @param openSsl what OpenSSL says
 */
record Difference(
        List<String> notes, String host, @Nullable RefusalReason refusal, String message, OpenSsl.Verdict openSsl) {
    boolean weRefuse() {
        return refusal != null;
    }

    /** Whether a change of this kind was made. */
    boolean changed(String pattern) {
        Pattern compiled = Pattern.compile(pattern);
        return notes.stream().anyMatch(note -> compiled.matcher(note).find());
    }

    /** Whether we refuse for this reason, with such a message. */
    boolean refusedFor(RefusalReason reason, String pattern) {
        return refusal == reason && Pattern.compile(pattern).matcher(message).find();
    }

    Set<Integer> errors() {
        return openSsl.errors();
    }
}
