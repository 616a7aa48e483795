package io.valkeysecure.internal.revocation;

/**
 * One source of revocation status proves nothing. Its problem becomes part of a refusal if no other source proves more.
 */
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
