package io.valkeysecure.internal.revocation;

/** One source of revocation status proves nothing. The message says why and becomes part of a refusal. */
final class UnprovedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String problem;

    UnprovedException(String problem) {
        super(problem);
        this.problem = problem;
    }

    String problem() {
        return problem;
    }
}
