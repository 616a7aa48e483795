package io.valkeysecure;

/**
 * Where trust anchors or a client identity come from if not from files: a secret store, a PKI's API, a SPIFFE workload API.
 *
 * <p>It is <em>pulled</em> once when a {@link SecureTls} is built and then at every check interval; and whoever has news
 * <em>pushes</em> by {@link SecureTls#reload()}, which pulls at once. It is called on one thread, {@code
 * valkey-secure-reload}, that does nothing else but read. What it returns is proved like a file; if it throws whatever, or
 * has not answered within {@link Rotation.Builder#readTimeout}, the last good generation stays, and it is asked again at the
 * next check. When that time is over, the thread is interrupted; while the source does not return it is not asked again.
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
