package io.valkeysecure.cli.connect;

import io.valkeysecure.cli.base.InputException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Splits a line into the words of a command, as valkey-cli does: spaces part words; in double quotes {@code \n \r \t \b
 * \a \\ \" \xHH} stand for characters and bytes; in single quotes only {@code \'} does.
 */
public final class Words {
    private static final String HINT = "close every quote, and put a space after it: set key \"two words\"";

    private final String line;
    private int at;

    private Words(String line) {
        this.line = line;
    }

    /**
     * Splits a line.
     *
     * @param line the line
     * @return its words, none if it is blank
     * @throws InputException if a quote is not closed or not followed by a space
     */
    public static List<byte[]> of(String line) {
        Words words = new Words(line);
        List<byte[]> found = new ArrayList<>();
        while (words.skipSpaces()) {
            found.add(words.word());
        }
        return found;
    }

    private boolean skipSpaces() {
        while (at < line.length() && Character.isWhitespace(line.charAt(at))) {
            at++;
        }
        return at < line.length();
    }

    private byte[] word() {
        ByteArrayOutputStream word = new ByteArrayOutputStream();
        while (at < line.length() && !Character.isWhitespace(line.charAt(at))) {
            char next = line.charAt(at);
            if (next == '"' || next == '\'') {
                at++;
                quoted(next, word);
                if (at < line.length() && !Character.isWhitespace(line.charAt(at))) {
                    throw new InputException("a closing quote is followed by something else than a space", HINT);
                }
            } else {
                character(word);
            }
        }
        return word.toByteArray();
    }

    private void quoted(char quote, ByteArrayOutputStream word) {
        while (at < line.length() && line.charAt(at) != quote) {
            if (line.charAt(at) != '\\' || at + 1 == line.length()) {
                character(word);
            } else if (quote == '"') {
                escaped(word);
            } else {
                at += line.charAt(at + 1) == '\'' ? 1 : 0;
                character(word);
            }
        }
        if (at == line.length()) {
            throw new InputException("a quote is not closed", HINT);
        }
        at++;
    }

    private void escaped(ByteArrayOutputStream word) {
        at++;
        char escape = line.charAt(at);
        if (escape == 'x'
                && at + 2 < line.length()
                && Character.digit(line.charAt(at + 1), 16) >= 0
                && Character.digit(line.charAt(at + 2), 16) >= 0) {
            word.write(Integer.parseInt(line.substring(at + 1, at + 3), 16));
            at += 3;
            return;
        }
        int known = "nrtba".indexOf(escape);
        if (known < 0) {
            character(word);
        } else {
            word.write("\n\r\t\b\u0007".charAt(known));
            at++;
        }
    }

    private void character(ByteArrayOutputStream word) {
        int codePoint = line.codePointAt(at);
        word.writeBytes(Character.toString(codePoint).getBytes(StandardCharsets.UTF_8));
        at += Character.charCount(codePoint);
    }
}
