package io.valkeysecure.benchmarks;

/** What replaces the connections of a client, see {@link Rotating}. */
interface Replacement {
    /** Has all connections replaced within the window. */
    void begin();

    /** How many have been since. */
    long replaced();
}
