package io.valkeysecure;

/**
 * The TLS implementation that makes the connections. Every engine gets the same verifier, policy and parameters, so the
 * choice affects speed and post-quantum key exchange, and no decision about a certificate. Immutable.
 *
 * <p>BoringSSL needs an optional dependency: {@code io.netty:netty-tcnative-boringssl-static} for Lettuce, and {@code
 * org.conscrypt:conscrypt-openjdk-uber} for Jedis. {@link SecureTls#describe()} says which engine is in use, and why
 * another is not. {@code docs/performance.md} compares them.
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
     * Chooses for each client library the native engine if it is on the class path and supports the configuration,
     * otherwise the JDK's. This is the default. The choice is logged.
     *
     * @return the choice
     */
    public static Engine auto() {
        return AUTO;
    }

    /**
     * Chooses the JDK's engine.
     *
     * @return the choice
     */
    public static Engine jdk() {
        return JDK;
    }

    /**
     * Chooses BoringSSL. Without any binding of it, {@link SecureTls.Builder#build()} fails; without the binding for
     * one client library, connections of that library fail.
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
