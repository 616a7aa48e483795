package io.valkeysecure.internal.text;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Lists what an exception leads to. Exceptions of other libraries may lead back to themselves, never end, or throw when
 * they are asked; the lists have each exception once, and {@value #MOST} at most.
 */
public final class Causes {
    private static final int MOST = 10_000;

    private Causes() {}

    /**
     * {@return the exception, its cause, the cause of that, and so on}
     *
     * @param thrown the exception
     */
    public static List<Throwable> of(Throwable thrown) {
        return found(thrown, next -> Stream.ofNullable(causeOf(next)));
    }

    /**
     * {@return the exception, its cause and its suppressed exceptions, then theirs, and so on: nearest first}
     *
     * @param thrown the exception
     */
    public static List<Throwable> withSuppressed(Throwable thrown) {
        return found(
                thrown, next -> Stream.concat(Stream.ofNullable(causeOf(next)), Arrays.stream(next.getSuppressed())));
    }

    private static List<Throwable> found(Throwable thrown, Function<Throwable, Stream<Throwable>> leadsTo) {
        Set<Throwable> met = Collections.newSetFromMap(new IdentityHashMap<>());
        List<Throwable> found = new ArrayList<>();
        Deque<Throwable> open = new ArrayDeque<>(List.of(thrown));
        while (!open.isEmpty() && found.size() < MOST) {
            Throwable next = open.remove();
            if (met.add(next)) {
                found.add(next);
                leadsTo.apply(next).forEach(open::add);
            }
        }
        return found;
    }

    private static @Nullable Throwable causeOf(Throwable thrown) {
        try {
            return thrown.getCause();
        } catch (RuntimeException | StackOverflowError e) {
            return null;
        }
    }
}
