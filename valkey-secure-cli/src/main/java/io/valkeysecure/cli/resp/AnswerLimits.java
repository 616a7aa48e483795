package io.valkeysecure.cli.resp;

/**
 * The limits of what a server may answer: a hostile one must not use up the memory.
 *
 * @param answerBytes the most bytes of one answer
 * @param answerElements the most elements of one answer, on all levels together
 * @param totalBytes the most bytes of all answers of a connection
 * @param totalElements the most elements of all answers of a connection
 */
public record AnswerLimits(long answerBytes, long answerElements, long totalBytes, long totalElements) {
    /** Valkey's proto-max-bulk-len. */
    private static final long LARGEST_VALUE = 512L * 1024 * 1024;

    /**
     * Returns limits for people who ask for values of any size.
     *
     * @return a quarter of the memory or the largest value of Valkey, and a million elements, for each answer
     */
    public static AnswerLimits ofValues() {
        long bytes = Math.min(LARGEST_VALUE, Runtime.getRuntime().maxMemory() / 4);
        return new AnswerLimits(bytes, 1_000_000, Long.MAX_VALUE, Long.MAX_VALUE);
    }

    /**
     * Returns limits for settings, users and nodes, which are small.
     *
     * @return 8 MiB and 100,000 elements for each answer, four times as much for a connection
     */
    public static AnswerLimits ofSettings() {
        long bytes = 8L * 1024 * 1024;
        long elements = 100_000;
        return new AnswerLimits(bytes, elements, 4 * bytes, 4 * elements);
    }
}
