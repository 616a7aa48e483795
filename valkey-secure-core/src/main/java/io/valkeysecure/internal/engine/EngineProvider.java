package io.valkeysecure.internal.engine;

/** A native engine, found by {@link java.util.ServiceLoader}. */
public interface EngineProvider {
    /** What an engine is good for. */
    enum Use {
        /** Clients with an event loop, such as Lettuce. */
        EVENT_LOOP,
        /** Blocking clients, such as Jedis. */
        SOCKET
    }

    /**
     * Returns what this engine is offered for. Its {@link EngineContext#socket} is called only if that is sockets; engines it
     * has to make in any case, by which its identity is tried.
     *
     * @return the use
     */
    Use use();

    /**
     * Makes the engine of a generation.
     *
     * @param settings what it is made of
     * @return the engine
     * @throws EngineUnavailableException if the native library is not there, does not load, or cannot do what is asked
     */
    EngineContext open(EngineSettings settings) throws EngineUnavailableException;
}
