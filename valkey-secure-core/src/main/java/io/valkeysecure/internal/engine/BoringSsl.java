package io.valkeysecure.internal.engine;

import io.valkeysecure.RefusalReason;
import java.util.Collection;
import java.util.List;

/** The properties of BoringSSL that its bindings share. */
public final class BoringSsl {
    /**
     * The most sessions that a generation keeps, of all servers together. A server gives two to each connection, and
     * each is used once.
     */
    public static final int MOST_SESSIONS = 1000;

    private static final String HYBRID = "X25519MLKEM768";

    /** In order of preference; BoringSSL sends key shares of the first and of the first classical one. */
    private static final List<String> GROUPS = List.of(HYBRID, "X25519", "P-256", "P-384", "P-521");

    private BoringSsl() {}

    /**
     * Requires the classes of a binding, which is an optional dependency.
     *
     * @param type a class of the binding
     * @param loader the loader of the adapter
     * @param artifact what to add to the class path
     * @throws EngineUnavailableException if the class is not there
     */
    public static void requireOnClassPath(String type, ClassLoader loader, String artifact)
            throws EngineUnavailableException {
        try {
            var unused = Class.forName(type, false, loader);
        } catch (ClassNotFoundException e) {
            throw new EngineUnavailableException(
                    RefusalReason.UNSUPPORTED_SETTING, artifact + " is not on the class path", null);
        }
    }

    /**
     * Returns the groups to be offered.
     *
     * @param settings of the engine
     * @return their names, as BoringSSL has them
     */
    public static String[] groups(EngineSettings settings) {
        return settings.hybridRequired() ? new String[] {HYBRID} : GROUPS.toArray(String[]::new);
    }

    /**
     * Requires that the policy allows every suite of TLS 1.3 that the binding has: BoringSSL cannot disable a single
     * one.
     *
     * @param settings of the engine
     * @param suites the suites of the binding
     * @throws EngineUnavailableException if the policy leaves one out
     */
    public static void requireAllOfTls13(EngineSettings settings, Collection<String> suites)
            throws EngineUnavailableException {
        List<String> leftOut = suites.stream()
                .filter(BoringSsl::isOfTls13)
                .filter(suite -> !settings.cipherSuites().contains(suite))
                .toList();
        if (!leftOut.isEmpty()) {
            throw new EngineUnavailableException(
                    RefusalReason.CIPHER_SUITE,
                    "BoringSSL offers all suites of TLS 1.3 or none, and the policy leaves out " + leftOut,
                    null);
        }
    }

    /** The names of TLS 1.3 suites do not contain the key exchange (RFC 8446, B.4). */
    private static boolean isOfTls13(String suite) {
        return suite.startsWith("TLS_") && !suite.contains("_WITH_") && !suite.endsWith("_SCSV");
    }
}
