package io.valkeysecure.internal.engine;

/** A native engine, found by {@link java.util.ServiceLoader}. */
public interface EngineProvider {
    /** The kind of client that an engine is for. */
    enum Use {
        /** Clients with an event loop, such as Lettuce. */
        EVENT_LOOP,
        /** Blocking clients, such as Jedis. */
        SOCKET
    }

    /**
     * Returns the kind of client that this engine is for. {@link EngineContext#socket} is called only for sockets;
     * {@link EngineContext#engine} always, to try the identity.
     *
     * @return the use
     */
    Use use();

    /**
     * Creates the engine of a generation.
     *
     * @param settings the settings
     * @return the engine
     * @throws EngineUnavailableException if the native library is missing, does not load, or does not support the
     *     settings
     */
    EngineContext open(EngineSettings settings) throws EngineUnavailableException;
}
