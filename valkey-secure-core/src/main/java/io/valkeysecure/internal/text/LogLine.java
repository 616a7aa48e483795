package io.valkeysecure.internal.text;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A line of the log: an event, then facts as {@code key=value}. Text is quoted and printable, so that it can begin
 * neither a line nor another fact. Not safe for use by many threads.
 */
public final class LogLine {
    private static final Pattern BACKSLASHES = Pattern.compile("\\\\+(?=\"|$)");

    private final StringBuilder line;

    private LogLine(String event) {
        line = new StringBuilder(event).append(':');
    }

    /** Starts a line. */
    public static LogLine of(String event) {
        return new LogLine(event);
    }

    /** Appends a value that needs no quotes, such as a number or a tag. */
    public LogLine fact(String key, Object value) {
        line.append(' ').append(key).append('=').append(value);
        return this;
    }

    /** Appends quoted text. */
    public LogLine text(String key, @Nullable Object value) {
        String escaped = BACKSLASHES.matcher(Printable.message(value)).replaceAll("$0$0");
        return fact(key, '"' + escaped.replace("\"", "\\\"") + '"');
    }

    @Override
    public String toString() {
        return line.toString();
    }
}
