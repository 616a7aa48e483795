package io.valkeysecure;

/**
 * Where trust anchors or a client identity come from if not from files: a secret store, a PKI's API, a SPIFFE workload API.
 *
 * <p>It is <em>pulled</em> once when a {@link SecureTls} is built and then at every check interval, on the thread that
 * watches, never on one that connects; and whoever has news <em>pushes</em> by {@link SecureTls#reload()}, which pulls at
 * once. What it returns is proved like a file; if it throws, the last good generation stays.
 *
 * @param <T> what it gives
 */
@FunctionalInterface
public interface MaterialSource<T> {

    /**
     * Returns what is in force now. May block; should answer from memory where nothing is new.
     *
     * @return the material, complete
     * @throws Exception if there is none to be had; the message is shown, so it must hold no secret
     */
    T current() throws Exception;
}
