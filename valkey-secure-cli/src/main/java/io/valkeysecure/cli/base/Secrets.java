package io.valkeysecure.cli.base;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where a password or a passphrase comes from: the first line of a file, else an environment variable, else a prompt on
 * the terminal. Never an argument: every user of the machine can see those.
 *
 * @param what the name of the secret, for messages
 * @param option the option that names the file
 * @param variable the environment variable
 */
public record Secrets(String what, String option, String variable) {

    /**
     * Takes it from the file or the environment.
     *
     * @param file the file, or null if none was given
     * @return empty where neither is there
     * @throws InputException if the file cannot be read or its first line is empty
     */
    public Optional<char[]> given(@Nullable Path file) {
        if (file != null) {
            return Optional.of(firstLine(file));
        }
        return Optional.ofNullable(System.getenv(variable)).map(String::toCharArray);
    }

    /**
     * Takes it from the file, the environment or the terminal.
     *
     * @param file the file, or null if none was given
     * @return the secret
     * @throws InputException if there is none
     */
    public char[] required(@Nullable Path file) {
        return given(file).or(() -> prompt(what + ": ")).orElseThrow(this::missing);
    }

    /**
     * Takes a new one, which on a terminal is typed twice.
     *
     * @param file the file, or null if none was given
     * @return the secret
     * @throws InputException if there is none, or two different ones were typed
     */
    public char[] chosen(@Nullable Path file) {
        return given(file).orElseGet(() -> {
            char[] first = prompt("new " + what + ": ").orElseThrow(this::missing);
            char[] second = prompt("once more: ").orElseThrow(this::missing);
            if (!Arrays.equals(first, second)) {
                throw new InputException("the " + what + " was not the same the second time", "try again");
            }
            return first;
        });
    }

    private InputException missing() {
        return new InputException(
                "the " + what + " is missing, and there is no terminal to ask on",
                "give " + option + " FILE or set " + variable);
    }

    @SuppressWarnings("SystemConsoleNull") // JDK 22 to 24 give one that reads standard input; its end is null, too
    private static Optional<char[]> prompt(String text) {
        java.io.Console terminal = System.console();
        return terminal == null ? Optional.empty() : Optional.ofNullable(terminal.readPassword("%s", text));
    }

    private char[] firstLine(Path file) {
        try {
            CharBuffer text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(InputFiles.read(file)));
            int end = 0;
            while (end < text.length() && text.get(end) != '\n' && text.get(end) != '\r') {
                end++;
            }
            if (end > 0) {
                return Arrays.copyOf(text.array(), end);
            }
        } catch (CharacterCodingException e) {
            throw new InputException(option + " " + file + " is not text in UTF-8", "is it the right file?");
        }
        throw new InputException(option + " " + file + " has no first line", "the " + what + " has to stand in it");
    }
}
