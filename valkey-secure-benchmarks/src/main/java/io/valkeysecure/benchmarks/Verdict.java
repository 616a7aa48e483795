package io.valkeysecure.benchmarks;

/** How a figure compares with its floor and its goal. */
enum Verdict {
    AT_GOAL("at goal"),
    /**
     * Short of the goal, but within a tenth of what the bare client reaches in the same run; below the floor only if the
     * bare client is, too.
     */
    AT_LIMIT("at the limit"),
    ABOVE_FLOOR("above the floor"),
    /** The median misses the floor by less than what the rounds differ by: another run may well say otherwise. */
    AT_FLOOR("at the floor, within noise"),
    BELOW_FLOOR("below the floor");

    private final String words;

    Verdict(String words) {
        this.words = words;
    }

    String words() {
        return words;
    }
}
