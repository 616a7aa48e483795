package io.valkeysecure.fuzz;

import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What holds for every input of every target. */
public final class Properties {
    /** A thousand times what an ordinary input takes. */
    private static final long MOST_CPU_NANOS = 5_000_000_000L;

    private static final long MOST_ALLOCATED_BYTES = 256L * 1024 * 1024;
    private static final int LONGEST_MESSAGE = 8 * 1024;

    private static final com.sun.management.ThreadMXBean THREADS =
            (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

    private Properties() {}

    /**
     * Runs an input within its limits of time and memory, both of the thread, so that the load of the machine does not
     * count.
     *
     * @param target runs it
     * @param input the input
     * @throws Exception if a property does not hold
     */
    static void check(FuzzTarget target, byte[] input) throws Exception {
        long thread = Thread.currentThread().getId();
        long cpu = THREADS.getCurrentThreadCpuTime();
        long allocated = THREADS.getThreadAllocatedBytes(thread);
        target.run(input);
        cpu = THREADS.getCurrentThreadCpuTime() - cpu;
        allocated = THREADS.getThreadAllocatedBytes(thread) - allocated;
        if (cpu > MOST_CPU_NANOS) {
            throw new PropertyViolation("takes too long", cpu / 1_000_000 + " ms of CPU time, at most 5000");
        }
        if (allocated > MOST_ALLOCATED_BYTES) {
            throw new PropertyViolation("allocates too much", allocated + " bytes, at most " + MOST_ALLOCATED_BYTES);
        }
    }

    /**
     * Checks a documented exception: no secret in it or its causes, and its own text can be shown to people.
     *
     * @param thrown the exception
     * @param secrets what no message may hold
     */
    public static void requireFit(Throwable thrown, String... secrets) {
        for (Throwable next = thrown; next != null; next = next.getCause()) {
            String message = String.valueOf(next.getMessage());
            requireNoSecret(message, next, secrets);
            if (next.getClass().getName().startsWith("io.valkeysecure")) {
                requireShowable(message, site(next));
            }
            for (Throwable suppressed : next.getSuppressed()) {
                requireNoSecret(String.valueOf(suppressed.getMessage()), suppressed, secrets);
            }
        }
    }

    private static void requireNoSecret(String message, Throwable thrown, String... secrets) {
        for (String secret : secrets) {
            if (message.contains(secret)) {
                throw new PropertyViolation("secret in a message of " + site(thrown), message, thrown);
            }
        }
    }

    /**
     * Checks that text cannot drive a terminal, break a line of a log or change the direction of what is read, and is
     * not endless.
     *
     * @param text the text
     * @param where whose it is
     */
    public static void requireShowable(String text, String where) {
        if (text.length() > LONGEST_MESSAGE) {
            throw new PropertyViolation("endless message of " + where, text.length() + " characters");
        }
        text.codePoints().filter(Properties::isUnshowable).findFirst().ifPresent(c -> {
            throw new PropertyViolation(
                    "raw control character in a message of " + where,
                    String.format(Locale.ROOT, "U+%04X in %s", c, text));
        });
    }

    private static boolean isUnshowable(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE -> true;
            default -> false;
        };
    }

    /**
     * Returns where something was thrown.
     *
     * @param thrown what was thrown
     * @return the first frame that is of this library, or the first at all
     */
    static String site(Throwable thrown) {
        StackTraceElement[] stack = thrown.getStackTrace();
        @Nullable
        StackTraceElement own = Arrays.stream(stack)
                .filter(frame -> frame.getClassName().startsWith("io.valkeysecure.")
                        && !frame.getClassName().startsWith("io.valkeysecure.fuzz.")
                        && !frame.getMethodName().startsWith("lambda$"))
                .findFirst()
                .orElse(stack.length == 0 ? null : stack[0]);
        return own == null
                ? thrown.getClass().getSimpleName()
                : own.getClassName().replaceFirst(".*\\.", "") + "." + own.getMethodName();
    }
}
