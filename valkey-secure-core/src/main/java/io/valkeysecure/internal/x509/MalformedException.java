package io.valkeysecure.internal.x509;

/** Bytes that were read are malformed or unusable. The problem never holds a secret. */
public final class MalformedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String problem;

    /**
     * Makes an exception.
     *
     * @param problem the end of a sentence whose subject is what was read
     */
    public MalformedException(String problem) {
        super(problem);
        this.problem = problem;
    }

    /** {@return the end of a sentence whose subject is what was read} */
    public String problem() {
        return problem;
    }
}
