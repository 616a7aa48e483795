package io.valkeysecure.internal.text;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
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

    /** The most exceptions of one chain; what is beyond them is left out. */
    private static final int MOST = 256;

    private QuotedException(String message, StackTraceElement[] trace) {
        super(message);
        setStackTrace(trace);
    }

    /**
     * Makes a cause printable. Never throws, whatever the cause does when it is asked.
     *
     * @param cause the cause, or null
     * @return the cause itself if every message in its chain is printable and short enough; otherwise a copy of the
     *     chain
     *     down to the last one that is not. An exception that is met again is left out, and so is what is beyond the
     *     first 256. Null also if the cause cannot be read at all.
     */
    public static @Nullable Throwable of(@Nullable Throwable cause) {
        if (cause == null) {
            return null;
        }
        try {
            return new Chain(cause).printable();
        } catch (RuntimeException | StackOverflowError e) {
            return null;
        }
    }

    /** An exception, and those that it alone leads to. */
    private static final class Link {
        final Throwable thrown;
        final List<Link> suppressed = new ArrayList<>();

        @Nullable
        Link cause;

        boolean copied;

        Link(Throwable thrown) {
            this.thrown = thrown;
        }
    }

    /** All that a cause leads to, found without recursion: a chain may be longer than the stack. */
    private static final class Chain {
        /** Each after the one that leads to it. */
        private final List<Link> links = new ArrayList<>();

        private final IdentityHashMap<Throwable, Link> met = new IdentityHashMap<>();
        private final Deque<Link> open = new ArrayDeque<>();
        private boolean fit = true;

        Chain(Throwable cause) {
            var unused = link(cause);
            while (!open.isEmpty()) {
                follow(open.remove());
            }
        }

        private @Nullable Link link(Throwable thrown) {
            if (met.containsKey(thrown)) {
                return null;
            } else if (met.size() == MOST) {
                fit = false;
                return null;
            }
            Link link = new Link(thrown);
            met.put(thrown, link);
            links.add(link);
            open.add(link);
            return link;
        }

        private void follow(Link link) {
            try {
                link.copied = !isFit(link.thrown.getMessage());
                fit &= !link.copied;
                Throwable next = link.thrown.getCause();
                if (next != null) {
                    link.cause = link(next);
                    link.copied |= link.cause == null;
                }
            } catch (RuntimeException | StackOverflowError e) {
                link.copied = true;
                fit = false;
            }
            for (Throwable each : link.thrown.getSuppressed()) {
                Link next = link(each);
                if (next == null) {
                    link.copied = true;
                } else {
                    link.suppressed.add(next);
                }
            }
        }

        Throwable printable() {
            Link first = links.get(0);
            if (fit) {
                return first.thrown;
            }
            Map<Link, Throwable> made = new HashMap<>();
            for (int i = links.size() - 1; i >= 0; i--) {
                Link link = links.get(i);
                boolean below = (link.cause != null && link.cause.copied)
                        || link.suppressed.stream().anyMatch(each -> each.copied);
                link.copied |= below;
                made.put(link, link.copied ? copy(link, made) : link.thrown);
            }
            return made.getOrDefault(first, first.thrown);
        }

        private static Throwable copy(Link link, Map<Link, Throwable> made) {
            QuotedException copy = new QuotedException(text(link.thrown), trace(link.thrown));
            if (link.cause != null) {
                copy.initCause(made.getOrDefault(link.cause, link.cause.thrown));
            }
            link.suppressed.forEach(each -> copy.addSuppressed(made.getOrDefault(each, each.thrown)));
            return copy;
        }
    }

    private static boolean isFit(@Nullable String message) {
        return message == null
                || (message.length() <= LONGEST
                        && Printable.isPrintable(message)
                        && NativeAddresses.removed(message).length() == message.length());
    }

    private static String text(Throwable thrown) {
        try {
            return Printable.message(NativeAddresses.removed(thrown.toString()));
        } catch (RuntimeException | StackOverflowError e) {
            return thrown.getClass().getName();
        }
    }

    private static StackTraceElement[] trace(Throwable thrown) {
        try {
            StackTraceElement[] trace = thrown.getStackTrace();
            return trace != null && Arrays.stream(trace).allMatch(each -> each != null)
                    ? trace
                    : new StackTraceElement[0];
        } catch (RuntimeException | StackOverflowError e) {
            return new StackTraceElement[0];
        }
    }
}
