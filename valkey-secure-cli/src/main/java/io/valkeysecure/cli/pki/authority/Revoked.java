package io.valkeysecure.cli.pki.authority;

import java.math.BigInteger;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Locale;

/**
 * A certificate that was taken back. As text, one line: serial number in hexadecimal, time, reason.
 *
 * @param serial its serial number
 * @param when since when
 * @param reason why
 */
public record Revoked(BigInteger serial, Instant when, Reason reason) {

    /** Why a certificate is taken back; RFC 5280, 5.3.1. */
    public enum Reason {
        /** No reason is told. */
        UNSPECIFIED(0),
        /** Somebody else has, or may have, the key. */
        KEY_COMPROMISE(1),
        /** What the certificate says of its subject is no longer so. */
        AFFILIATION_CHANGED(3),
        /** Another one has taken its place. */
        SUPERSEDED(4),
        /** It is not needed any more. */
        CESSATION_OF_OPERATION(5);

        private final int code;

        Reason(int code) {
            this.code = code;
        }

        int code() {
            return code;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    static Revoked parse(String line) {
        String[] parts = line.strip().split(" ", -1);
        try {
            if (parts.length == 3) {
                return new Revoked(
                        new BigInteger(parts[0], 16),
                        Instant.parse(parts[1]),
                        Reason.valueOf(parts[2].toUpperCase(Locale.ROOT).replace('-', '_')));
            }
        } catch (DateTimeParseException | IllegalArgumentException e) {
            // said below
        }
        throw new IllegalArgumentException("expected SERIAL TIME REASON");
    }

    @Override
    public String toString() {
        return serial.toString(16) + " " + when + " " + reason;
    }
}
