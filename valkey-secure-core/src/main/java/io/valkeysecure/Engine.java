package io.valkeysecure;

/**
 * Which implementation of TLS makes the connections. All of them are given the same verifier, policy and parameters: the
 * choice is one of speed and of post-quantum key exchange, and decides about no certificate. Immutable.
 *
 * <p>BoringSSL is bound by {@code io.netty:netty-tcnative-boringssl-static} for Lettuce and by
 * {@code org.conscrypt:conscrypt-openjdk-uber} for Jedis, optional dependencies of the two adapters.
 * {@link SecureTls#describe()} says which engine is in use, and why not another. {@code docs/performance.md} has what they
 * save.
 */
public final class Engine {
    private static final Engine AUTO = new Engine("auto");
    private static final Engine JDK = new Engine("jdk");
    private static final Engine BORING_SSL = new Engine("boringssl");

    private final String name;

    private Engine(String name) {
        this.name = name;
    }

    /**
     * Takes for each client library the native engine if it is on the class path and able to do what is configured, else
     * the JDK's. The default. What was taken is logged.
     *
     * @return the choice
     */
    public static Engine auto() {
        return AUTO;
    }

    /**
     * Takes the JDK's engine, always.
     *
     * @return the choice
     */
    public static Engine jdk() {
        return JDK;
    }

    /**
     * Takes BoringSSL, always. If no binding of it is there, {@link SecureTls.Builder#build()} fails; if the one that a
     * client library needs is not there, that library's connections do.
     *
     * @return the choice
     */
    public static Engine boringSsl() {
        return BORING_SSL;
    }

    /** Returns the name of the choice. */
    @Override
    public String toString() {
        return name;
    }
}
