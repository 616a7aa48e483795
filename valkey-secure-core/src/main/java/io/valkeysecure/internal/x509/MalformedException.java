package io.valkeysecure.internal.x509;

/** Encoded bytes are not what their standard says. Says what is wrong, never what is secret. */
public final class MalformedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String problem;

    /**
     * Makes an exception.
     *
     * @param problem what is wrong, as the end of a sentence that begins with what was read
     */
    public MalformedException(String problem) {
        super(problem);
        this.problem = problem;
    }

    /**
     * {@return what is wrong, as the end of a sentence that begins with what was read}
     */
    public String problem() {
        return problem;
    }
}
