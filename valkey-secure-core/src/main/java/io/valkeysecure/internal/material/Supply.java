package io.valkeysecure.internal.material;

import java.util.concurrent.Callable;

/**
 * Asks a source of the user's for material. A source is code of somebody else: what it throws is its failure, and what it
 * gives is copied at once.
 *
 * @param <T> what it gives
 */
public final class Supply<T> {
    private final Object source;
    private final Callable<? extends T> pull;

    /**
     * Makes a supply.
     *
     * @param source the source, which names itself by {@code toString}
     * @param pull asks it, and copies what it gives
     */
    public Supply(Object source, Callable<? extends T> pull) {
        this.source = source;
        this.pull = pull;
    }

    T pull() throws Exception {
        return pull.call();
    }

    /** Returns what the source calls itself. */
    @Override
    public String toString() {
        return String.valueOf(source);
    }
}
