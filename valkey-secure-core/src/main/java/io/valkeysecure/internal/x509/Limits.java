package io.valkeysecure.internal.x509;

/**
 * How much work a presented chain may cause. A chain that needs more is refused, whatever it might have led to: the
 * counts are far above what honest chains need and keep the dearest verification below 100 ms of CPU.
 */
public final class Limits {
    /** Certificates that are presented, without duplicates. */
    static final int CERTIFICATES = 20;
    /** Bytes of one certificate. */
    static final int CERTIFICATE_BYTES = 64 * 1024;
    /** Certificates of a path, the leaf included and the anchor not. */
    static final int PATH_LENGTH = 10;
    /** Edges that path building tries. */
    static final int PATH_STEPS = 1_000;
    /** Signatures that path building verifies. */
    static final int SIGNATURES = 40;
    /** Signatures of issuers that a key identifier rules out, verified only to say why there is no path. */
    static final int RULED_OUT_ISSUERS = 2;
    /** Paths that are given to the JDK's validator, after they passed all rules before. */
    static final int VALIDATIONS = 4;
    /** Extensions of one certificate. */
    static final int EXTENSIONS = 64;
    /** Names of a SAN. */
    static final int ENTRIES = 1_024;
    /** Subtrees of a list of name constraints; the JDK intersects those of several CAs, in time that is their product. */
    static final int SUBTREES = 256;
    /** Policies of one certificate. */
    static final int POLICIES = 64;
    /** Ways in which the policies of a path are mapped: for each CA, the policies that it maps one to, multiplied. */
    static final int POLICY_GROWTH = 8;
    /** Names compared with constraints, over all paths that are tried. */
    static final int COMPARISONS = 20_000;
    /** Bits of an RSA modulus. */
    static final int RSA_BITS = 8_192;

    private int steps;
    private int signatures;
    private int validations;
    private int comparisons;

    void step() {
        steps = count(steps, PATH_STEPS, "path-building steps");
    }

    void signature() {
        signatures = count(signatures, SIGNATURES, "signature checks");
    }

    void validation() {
        validations = count(validations, VALIDATIONS, "path validations");
    }

    void comparison() {
        comparisons = count(comparisons, COMPARISONS, "comparisons of names with constraints");
    }

    private static int count(int sofar, int limit, String what) {
        if (sofar >= limit) {
            throw new Exceeded("expected at most " + limit + " " + what + ", the chain needs more");
        }
        return sofar + 1;
    }

    /** A limit was reached; ends the verification. */
    static final class Exceeded extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final String violation;

        Exceeded(String violation) {
            super(violation, null, false, false);
            this.violation = violation;
        }

        String violation() {
            return violation;
        }
    }
}
