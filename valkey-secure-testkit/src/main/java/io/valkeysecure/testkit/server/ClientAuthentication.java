package io.valkeysecure.testkit.server;

import java.util.Locale;

/** Whether a server wants a certificate of its clients: Valkey's {@code tls-auth-clients}. */
public enum ClientAuthentication {
    /** No client is asked for a certificate. */
    NONE,
    /** A client may come without a certificate, but not with one that does not verify. */
    OPTIONAL,
    /** A client without a certificate that verifies is refused: mTLS. */
    REQUIRED;

    String configValue() {
        return switch (this) {
            case NONE -> "no";
            case OPTIONAL -> "optional";
            case REQUIRED -> "yes";
        };
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
