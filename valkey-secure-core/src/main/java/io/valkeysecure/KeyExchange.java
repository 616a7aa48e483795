package io.valkeysecure;

/**
 * How keys are agreed on. A hybrid group such as {@code X25519MLKEM768} joins a classical and a post-quantum key exchange
 * (draft-ietf-tls-ecdhe-mlkem): what is recorded today stays secret from a quantum computer of tomorrow. Immutable.
 */
public final class KeyExchange {
    private static final KeyExchange PREFER_HYBRID = new KeyExchange(false);
    private static final KeyExchange REQUIRE_HYBRID = new KeyExchange(true);

    private final boolean hybridRequired;

    private KeyExchange(boolean hybridRequired) {
        this.hybridRequired = hybridRequired;
    }

    /**
     * Uses a hybrid group wherever engine and server have one, else an ephemeral classical one. The default.
     *
     * @return the choice
     */
    public static KeyExchange preferHybrid() {
        return PREFER_HYBRID;
    }

    /**
     * Demands a hybrid group: an engine that has none is refused when it is built, a server that has none in its handshake.
     *
     * @return the choice
     */
    public static KeyExchange requireHybrid() {
        return REQUIRE_HYBRID;
    }

    boolean isHybridRequired() {
        return hybridRequired;
    }

    /** Returns the choice in words. */
    @Override
    public String toString() {
        return hybridRequired ? "hybrid required" : "hybrid preferred";
    }
}
