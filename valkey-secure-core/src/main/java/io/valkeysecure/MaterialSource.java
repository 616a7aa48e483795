package io.valkeysecure;

/**
 * A source of trust anchors or a client identity other than files, such as a secret store, the API of a PKI or a SPIFFE
 * workload API.
 *
 * <p>The library calls {@link #current()} when a {@link SecureTls} is built and then at every check interval. A source
 * that has news calls {@link SecureTls#reload()}, which reads at once.
 *
 * <p>{@link #current()} is called on one thread, {@code valkey-secure-reload}, that only reads. The result is proved
 * like a file. If the call throws, or does not return within {@link Rotation.Builder#readTimeout}, the last good
 * generation stays in force, and the source is called again at the next check. On timeout its thread is interrupted;
 * while the call does not return, no other is made.
 *
 * @param <T> the type of the material
 */
@FunctionalInterface
public interface MaterialSource<T> {

    /**
     * Returns the current material. May block; should return from memory if nothing is new.
     *
     * @return the material, complete
     * @throws Exception if no material is available; its message is shown, so it must hold no secret
     */
    T current() throws Exception;
}
