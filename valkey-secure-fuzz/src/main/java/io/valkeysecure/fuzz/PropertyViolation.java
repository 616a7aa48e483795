package io.valkeysecure.fuzz;

/** A property does not hold for an input. */
public final class PropertyViolation extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String kind;

    /**
     * Makes a violation.
     *
     * @param kind which property, and where: findings of one kind are kept once
     * @param message what was seen
     */
    public PropertyViolation(String kind, String message) {
        this(kind, message, null);
    }

    PropertyViolation(String kind, String message, @org.jspecify.annotations.Nullable Throwable cause) {
        super(kind + ": " + message, cause);
        this.kind = kind;
    }

    String kind() {
        return kind;
    }
}
