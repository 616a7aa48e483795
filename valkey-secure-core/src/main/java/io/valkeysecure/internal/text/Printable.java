package io.valkeysecure.internal.text;

import java.util.Collection;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Makes text of strangers printable: names in certificates, names and answers of servers, and messages of exceptions
 * that quote them.
 *
 * <p>Printable text holds letters, digits, marks, punctuation and symbols of any script, and spaces. Everything else is
 * escaped as <code>&#92;u000a</code>: control characters (C0, DEL, C1), format characters (bidirectional controls,
 * zero-width characters), line and paragraph separators, surrogates without a partner, private and unassigned code
 * points, and invisible letters and marks. So no text can control a terminal, start a new line or reorder a line.
 * Printable text is not changed, so escaping twice does no harm.
 *
 * <p>Safe for use by many threads.
 */
public final class Printable {
    /** The most characters of a value, such as a subject; 253 is the longest DNS name. */
    public static final int VALUE = 256;

    /** The most characters of a message. */
    public static final int MESSAGE = 4096;

    /** The most entries of a list. */
    public static final int ENTRIES = 10;

    private Printable() {}

    /**
     * Makes a value printable: a name, an address, a word of a peer.
     *
     * @param value the value; null is shown as {@code null}
     * @return printable text of at most {@link #VALUE} characters and a note of how many were left out
     */
    public static String value(@Nullable Object value) {
        return cut(String.valueOf(value), VALUE);
    }

    /**
     * Makes a whole message printable.
     *
     * @param message the message; null is shown as {@code null}
     * @return printable text of at most {@link #MESSAGE} characters and a note of how many were left out
     */
    public static String message(@Nullable Object message) {
        return cut(String.valueOf(message), MESSAGE);
    }

    /**
     * Makes a list printable, each entry as a value.
     *
     * @param entries the entries
     * @return the first {@link #ENTRIES}, separated by commas, and a note of how many were left out
     */
    public static String list(Collection<?> entries) {
        String shown = entries.stream().limit(ENTRIES).map(Printable::value).collect(Collectors.joining(", "));
        int more = entries.size() - ENTRIES;
        return more > 0 ? shown + String.format(Locale.ROOT, " and %,d more", more) : shown;
    }

    /**
     * Makes text of any length printable, for output that a user asked to see in full.
     *
     * @param text the text
     * @return printable text
     */
    public static String all(String text) {
        return cut(text, Integer.MAX_VALUE);
    }

    /**
     * Returns whether text is shown unchanged.
     *
     * @param text the text
     * @return true if nothing in it has to be escaped
     */
    public static boolean isPrintable(String text) {
        for (int at = 0; at < text.length(); at += Character.charCount(text.codePointAt(at))) {
            if (!isPrintable(text.codePointAt(at))) {
                return false;
            }
        }
        return true;
    }

    private static String cut(String text, int most) {
        if (text.length() <= most && isPrintable(text)) {
            return text;
        }
        StringBuilder shown = new StringBuilder();
        int at = 0;
        while (at < text.length()) {
            int codePoint = text.codePointAt(at);
            String next = isPrintable(codePoint) ? Character.toString(codePoint) : escaped(codePoint);
            if (next.length() > most - shown.length()) {
                return shown
                        + String.format(
                                Locale.ROOT, "... (%,d characters more)", text.codePointCount(at, text.length()));
            }
            shown.append(next);
            at += Character.charCount(codePoint);
        }
        return shown.toString();
    }

    private static String escaped(int codePoint) {
        return String.format(Locale.ROOT, codePoint > 0xffff ? "\\u{%x}" : "\\u%04x", codePoint);
    }

    private static boolean isPrintable(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> !isInvisible(codePoint);
        };
    }

    /**
     * Letters and marks that are Default_Ignorable_Code_Point (Unicode, DerivedCoreProperties), and the blank of
     * Braille.
     */
    private static boolean isInvisible(int codePoint) {
        return codePoint == 0x034f
                || codePoint == 0x115f
                || codePoint == 0x1160
                || codePoint == 0x17b4
                || codePoint == 0x17b5
                || (codePoint >= 0x180b && codePoint <= 0x180f)
                || codePoint == 0x2800
                || codePoint == 0x3164
                || (codePoint >= 0xfe00 && codePoint <= 0xfe0f)
                || codePoint == 0xffa0
                || (codePoint >= 0xe0100 && codePoint <= 0xe01ef);
    }
}
