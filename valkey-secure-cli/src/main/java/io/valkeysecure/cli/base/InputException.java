package io.valkeysecure.cli.base;

/** What was given cannot be used: an argument, a file, a passphrase. Nothing was written. */
public final class InputException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String hint;

    /**
     * Says what is wrong and what to do.
     *
     * @param message what was given, what was expected and what was seen
     * @param hint what to do
     */
    public InputException(String message, String hint) {
        super(message);
        this.hint = hint;
    }

    /** {@return what to do} */
    public String hint() {
        return hint;
    }
}
