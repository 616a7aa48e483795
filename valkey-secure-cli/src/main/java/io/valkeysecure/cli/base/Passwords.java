package io.valkeysecure.cli.base;

import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** Judges passwords, and never repeats them. */
public final class Passwords {
    /** NIST SP 800-63B-4 section 3.1.1: where a password is all that is asked for. */
    private static final int LEAST_LENGTH = 15;

    private static final int LEAST_CHARACTERS = 5;

    /** What documentation, tutorials and container images show, and what is tried first. */
    private static final List<String> COMMON = List.of(
            "",
            "password",
            "passw0rd",
            "Password1",
            "password123",
            "foobared",
            "redis",
            "redis123",
            "valkey",
            "valkey123",
            "mypassword",
            "my-password",
            "yourpassword",
            "yourpasswordhere",
            "your_strong_password",
            "strongpassword",
            "somepassword",
            "secret",
            "secretpassword",
            "supersecret",
            "changeme",
            "admin",
            "admin123",
            "administrator",
            "root",
            "toor",
            "test",
            "test123",
            "testing",
            "guest",
            "default",
            "demo",
            "example",
            "12345",
            "123456",
            "1234567",
            "12345678",
            "123456789",
            "1234567890",
            "qwerty",
            "qwerty123",
            "abc123",
            "letmein",
            "welcome",
            "iloveyou",
            "monkey",
            "dragon",
            "111111",
            "000000",
            "p1pp0",
            "hunter2",
            "master",
            "cache",
            "sentinel",
            "replica");

    private Passwords() {}

    /** {@return what is wrong with a password that is in the clear} */
    public static Optional<String> weakness(String password) {
        if (COMMON.contains(password.toLowerCase(Locale.ROOT))) {
            return Optional.of("is a common password");
        } else if (password.length() < LEAST_LENGTH) {
            return Optional.of("has " + password.length() + " characters, expected " + LEAST_LENGTH + " or more");
        } else if (password.chars().distinct().count() < LEAST_CHARACTERS) {
            return Optional.of("has fewer than " + LEAST_CHARACTERS + " different characters");
        }
        return Optional.empty();
    }

    /** {@return whether a digest is that of a common password, or of one made of the user's name} */
    public static boolean isCommon(String digest, String user) {
        return Stream.concat(COMMON.stream(), Stream.of(user, user + "1", user + "123", user + "-password"))
                .anyMatch(password -> digest(password.toCharArray()).equalsIgnoreCase(digest));
    }

    /** {@return the SHA-256 digest of a password in hexadecimal, as ACL files have it} */
    public static String digest(char[] password) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(StandardCharsets.UTF_8.encode(CharBuffer.wrap(password)));
            return HexFormat.of().formatHex(digest.digest());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
