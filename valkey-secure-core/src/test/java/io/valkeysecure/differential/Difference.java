package io.valkeysecure.differential;

import io.valkeysecure.RefusalReason;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A chain on which the two verifiers differ.
 *
 * @param notes what was changed of a good chain
 * @param host who is dialled
 * @param refusals why we refuse each path, the one that came furthest first; empty if we accept
 * @param openSsl what OpenSSL says; if it refuses what we accept, what it says of the path that we found alone
 */
record Difference(List<String> notes, String host, List<Refusal> refusals, OpenSsl.Verdict openSsl) {
    /** Why we refuse a path. */
    record Refusal(RefusalReason reason, String message) {}

    boolean weRefuse() {
        return !refusals.isEmpty();
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

    /** Whether two changes were made for which the two groups of the pattern are the same. */
    boolean changedTwice(String pattern) {
        Pattern compiled = Pattern.compile(pattern);
        Set<String> seen = new HashSet<>();
        return notes.stream()
                .map(compiled::matcher)
                .filter(Matcher::find)
                .anyMatch(found -> !seen.add(found.group(1) + " " + found.group(2)));
    }

    /** Whether we refuse a path for this reason, with such a message: it may be the path that OpenSSL accepts. */
    boolean refusedFor(RefusalReason reason, String pattern) {
        return refusals.stream()
                .anyMatch(refusal -> refusal.reason() == reason
                        && Pattern.compile(pattern).matcher(refusal.message()).find());
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
