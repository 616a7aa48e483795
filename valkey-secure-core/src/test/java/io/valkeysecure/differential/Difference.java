package io.valkeysecure.differential;

import io.valkeysecure.RefusalReason;
import java.util.EnumSet;
import java.util.HashSet;
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
 * @param openSsl what OpenSSL says; if it refuses what we accept, what it says of the path that we found alone
 */
record Difference(
        List<String> notes, String host, @Nullable RefusalReason refusal, String message, OpenSsl.Verdict openSsl) {
    boolean weRefuse() {
        return refusal != null;
    }

    /** Whether OpenSSL accepts what we do, once it is shown nothing but the path that we found. */
    boolean ourPathSatisfiesOpenSsl() {
        return !weRefuse() && openSsl.accepted();
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

    /** The classes that explain all of it; empty where something is left. */
    Set<DifferenceClass> explanation() {
        Set<DifferenceClass> classes = EnumSet.noneOf(DifferenceClass.class);
        for (DifferenceClass known : DifferenceClass.values()) {
            if (known.applies(this)) {
                classes.add(known);
            }
        }
        if (weRefuse() || openSsl.accepted()) {
            return classes;
        }
        Set<Integer> left = new HashSet<>(openSsl.errors());
        classes.forEach(known -> left.removeAll(known.errors()));
        return left.isEmpty() && !openSsl.errors().isEmpty() ? classes : Set.of();
    }
}
