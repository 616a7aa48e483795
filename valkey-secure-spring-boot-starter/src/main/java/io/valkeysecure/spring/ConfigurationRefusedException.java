package io.valkeysecure.spring;

/** The application is configured in a way that cannot be guarded. Carries what the failure analysis shows. */
final class ConfigurationRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String action;

    /**
     * Makes the exception.
     *
     * @param description what was expected and what was seen
     * @param action what to write instead
     */
    ConfigurationRefusedException(String description, String action) {
        super(description);
        this.action = action;
    }

    String action() {
        return action;
    }
}
