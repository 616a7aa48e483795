package io.valkeysecure;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The checks that the builders share. */
final class Options {
    private Options() {}

    /** Refuses a second call of a setter; no setting overrides an earlier one. */
    static void requireUnset(String option, @Nullable Object value) {
        if (value != null) {
            throw new IllegalStateException(option + " was already set to " + value);
        }
    }

    static Set<SpkiPin> pins(SpkiPin... pins) {
        Set<SpkiPin> distinct = new LinkedHashSet<>(Arrays.asList(pins));
        if (distinct.size() < 2) {
            throw new IllegalArgumentException("pins must be at least two, the second a backup whose key is kept"
                    + " elsewhere, were " + distinct);
        }
        return Collections.unmodifiableSet(distinct);
    }

    static Set<Integer> ports(int... ports) {
        Set<Integer> distinct = new LinkedHashSet<>();
        for (int port : ports) {
            distinct.add(new Endpoint("localhost", port).port()); // checks it
        }
        return Collections.unmodifiableSet(distinct);
    }
}
