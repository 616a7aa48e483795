package io.valkeysecure.internal.x509;

/**
 * The work that a presented chain may cause. A chain that needs more is refused. The limits are far above the needs of
 * honest chains, and keep the most expensive verification below 100 ms of CPU.
 */
public final class VerificationBudget {
    /** Certificates that are presented, without duplicates. */
    public static final int CERTIFICATES = 20;
    /** Bytes of one certificate. */
    public static final int CERTIFICATE_BYTES = 64 * 1024;
    /** Certificates of a path, the leaf included and the anchor not. */
    public static final int PATH_LENGTH = 10;
    /** Pairs of certificate and issuer that path building tries. */
    public static final int PATH_STEPS = 1_000;
    /** Signatures that path building verifies. */
    public static final int SIGNATURES = 40;
    /** Signatures by issuers that a key identifier rules out, verified only to explain why there is no path. */
    public static final int RULED_OUT_ISSUERS = 2;
    /** Paths that are given to the JDK's validator, after they passed all rules before. */
    public static final int VALIDATIONS = 4;
    /** Extensions of one certificate. */
    public static final int EXTENSIONS = 64;
    /** Names of a SAN. */
    public static final int ENTRIES = 1_024;
    /**
     * Subtrees of a list of name constraints; the JDK intersects those of several CAs, in time that is their product.
     */
    public static final int SUBTREES = 256;
    /** Policies of one certificate. */
    public static final int POLICIES = 64;
    /** Ways in which the policies of a path are mapped: for each CA, the policies that it maps one to, multiplied. */
    public static final int POLICY_GROWTH = 8;
    /** Comparisons of names with constraints, over all paths that are tried. */
    public static final int COMPARISONS = 20_000;
    /** Bits of an RSA modulus. */
    public static final int RSA_BITS = 8_192;

    private int steps;
    private int signatures;
    private int validations;
    private int comparisons;

    public void step() {
        steps = count(steps, PATH_STEPS, "path-building steps");
    }

    public void signature() {
        signatures = count(signatures, SIGNATURES, "signature checks");
    }

    public void validation() {
        validations = count(validations, VALIDATIONS, "path validations");
    }

    public void comparison() {
        comparisons = count(comparisons, COMPARISONS, "comparisons of names with constraints");
    }

    private static int count(int sofar, int limit, String what) {
        if (sofar >= limit) {
            throw new Exceeded("expected at most " + limit + " " + what + ", the chain needs more");
        }
        return sofar + 1;
    }

    /** A limit was reached; ends the verification. */
    public static final class Exceeded extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final String violation;

        public Exceeded(String violation) {
            super(violation, null, false, false);
            this.violation = violation;
        }

        public String violation() {
            return violation;
        }
    }
}
