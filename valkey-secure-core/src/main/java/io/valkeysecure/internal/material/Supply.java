package io.valkeysecure.internal.material;

import java.util.concurrent.Callable;

/**
 * A source of the user. Its exceptions are failures of the source, and its values are copied at once.
 *
 * @param <T> the type of the material
 */
public final class Supply<T> {
    private final Object source;
    private final Callable<? extends T> pull;

    /**
     * Creates a supply.
     *
     * @param source the source, which names itself by {@code toString}
     * @param pull calls the source, and copies its value
     */
    public Supply(Object source, Callable<? extends T> pull) {
        this.source = source;
        this.pull = pull;
    }

    T pull() throws Exception {
        return pull.call();
    }

    /** Returns the name of the source. */
    @Override
    public String toString() {
        return String.valueOf(source);
    }
}
