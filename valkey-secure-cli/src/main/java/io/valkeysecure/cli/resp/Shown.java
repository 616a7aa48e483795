package io.valkeysecure.cli.resp;

import io.valkeysecure.internal.text.Printable;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Answers as text, in the two forms that valkey-cli knows. */
public final class Shown {
    private Shown() {}

    /**
     * For people: types are told, strings are quoted, and no byte of a value can drive a terminal.
     *
     * @param reply the answer
     * @return lines, without a line break at the end
     */
    public static String forPeople(Reply reply) {
        return forPeople(reply, "");
    }

    private static String forPeople(Reply reply, String indent) {
        if (reply instanceof Reply.Status status) {
            return Printable.message(status.text());
        } else if (reply instanceof Reply.Failed failed) {
            return "(error) " + Printable.message(failed.text());
        } else if (reply instanceof Reply.Numeric number) {
            return "(" + number.type() + ") " + Printable.message(number.text());
        } else if (reply instanceof Reply.Truth truth) {
            return "(" + truth.value() + ")";
        } else if (reply instanceof Reply.Bulk bulk) {
            return quoted(bulk.bytes());
        } else if (reply instanceof Reply.Verbatim verbatim) {
            return verbatim.text().lines().map(Printable::all).collect(Collectors.joining("\n"));
        } else if (reply instanceof Reply.Several several) {
            return several(several, indent);
        }
        return "(nil)";
    }

    private static String several(Reply.Several several, String indent) {
        List<Reply> elements = several.elements();
        boolean map = several.kind() == Reply.Several.Kind.MAP;
        if (elements.isEmpty()) {
            return "(empty " + several.kind().name().toLowerCase(Locale.ROOT) + ")";
        }
        int count = map ? elements.size() / 2 : elements.size();
        int width = Integer.toString(count).length();
        String mark = switch (several.kind()) {
            case MAP -> "# ";
            case SET -> "~ ";
            case ARRAY, PUSH -> ") ";
        };
        String deeper = indent + " ".repeat(width + mark.length());
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append(i == 0 ? "" : "\n" + indent)
                    .append(String.format(Locale.ROOT, "%" + width + "d", i + 1))
                    .append(mark)
                    .append(forPeople(elements.get(map ? 2 * i : i), deeper));
            if (map) {
                text.append(" => ").append(forPeople(elements.get(2 * i + 1), deeper));
            }
        }
        return text.toString();
    }

    /** Text in UTF-8 stays readable; all else is escaped byte by byte, as the command {@code connect} reads it. */
    private static String quoted(byte[] bytes) {
        String text;
        boolean binary = false;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            text = new String(bytes, StandardCharsets.ISO_8859_1);
            binary = true;
        }
        StringBuilder quoted = new StringBuilder("\"");
        boolean ofBytes = binary;
        text.codePoints().forEach(codePoint -> quoted.append(escaped(codePoint, ofBytes)));
        return quoted.append('"').toString();
    }

    private static String escaped(int codePoint, boolean binary) {
        int known = "\n\r\t\b\u0007\"\\".indexOf(codePoint);
        if (known >= 0) {
            return "\\" + "nrtba\"\\".charAt(known);
        }
        String text = Character.toString(codePoint);
        if (!Printable.isPrintable(text) || (binary && codePoint > 0x7e)) {
            byte[] bytes = text.getBytes(binary ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8);
            return "\\x" + HexFormat.ofDelimiter("\\x").formatHex(bytes);
        }
        return text;
    }

    /**
     * For programs: values as they are, elements on lines of their own.
     *
     * @param reply the answer
     * @return bytes, without a line break at the end
     */
    public static byte[] raw(Reply reply) {
        if (reply instanceof Reply.Bulk bulk) {
            return bulk.bytes();
        } else if (reply instanceof Reply.Several several) {
            ByteArrayOutputStream lines = new ByteArrayOutputStream();
            for (int i = 0; i < several.elements().size(); i++) {
                lines.writeBytes(i == 0 ? new byte[0] : new byte[] {'\n'});
                lines.writeBytes(raw(several.elements().get(i)));
            }
            return lines.toByteArray();
        }
        return rawText(reply).getBytes(StandardCharsets.UTF_8);
    }

    private static String rawText(Reply reply) {
        if (reply instanceof Reply.Failed failed) {
            return Printable.message(failed.text());
        } else if (reply instanceof Reply.Numeric number) {
            return number.text();
        } else if (reply instanceof Reply.Verbatim verbatim) {
            return verbatim.text();
        }
        return reply instanceof Reply.Nil ? "" : forPeople(reply);
    }
}
