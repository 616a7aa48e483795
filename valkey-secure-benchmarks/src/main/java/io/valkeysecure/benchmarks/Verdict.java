package io.valkeysecure.benchmarks;

/** How a figure compares with its floor and its goal. */
enum Verdict {
    AT_GOAL("at goal"),
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
