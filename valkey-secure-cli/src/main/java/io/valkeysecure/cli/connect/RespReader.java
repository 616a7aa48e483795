package io.valkeysecure.cli.connect;

import io.valkeysecure.internal.text.Printable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Reads answers in RESP2 and RESP3, of a server that may say anything: lengths and depth are bounded. */
final class RespReader {
    private static final int LINE_LIMIT = 64 * 1024;
    private static final int BULK_LIMIT = 512 * 1024 * 1024; // Valkey's proto-max-bulk-len
    private static final int ELEMENTS_LIMIT = 10_000_000;
    private static final int DEPTH_LIMIT = 32;

    /** The peer speaks something else. */
    static final class NoRespException extends IOException {
        private static final long serialVersionUID = 1L;

        NoRespException(String message) {
            super(message);
        }
    }

    private final InputStream in;

    RespReader(InputStream in) {
        this.in = in;
    }

    Reply read() throws IOException {
        return read(0);
    }

    private Reply read(int depth) throws IOException {
        if (depth > DEPTH_LIMIT) {
            throw new NoRespException("an answer of more than " + DEPTH_LIMIT + " levels");
        }
        String line = line();
        if (line.isEmpty()) {
            throw new NoRespException("expected an answer in RESP, was an empty line");
        }
        String rest = line.substring(1);
        return switch (line.charAt(0)) {
            case '+' -> new Reply.Status(rest);
            case '-' -> new Reply.Failed(rest);
            case ':' -> new Reply.Numeric("integer", rest);
            case ',' -> new Reply.Numeric("double", rest);
            case '(' -> new Reply.Numeric("big number", rest);
            case '#' -> new Reply.Truth(rest.equals("t"));
            case '_' -> new Reply.Nil();
            case '$' -> bulk(rest);
            case '!' -> new Reply.Failed(text(rest));
            case '=' -> verbatim(text(rest));
            case '*' -> several(Reply.Several.Kind.ARRAY, rest, 1, depth);
            case '~' -> several(Reply.Several.Kind.SET, rest, 1, depth);
            case '>' -> several(Reply.Several.Kind.PUSH, rest, 1, depth);
            case '%' -> several(Reply.Several.Kind.MAP, rest, 2, depth);
            case '|' -> {
                Reply unused = several(Reply.Several.Kind.MAP, rest, 2, depth); // attributes: not asked for
                yield read(depth);
            }
            default -> throw new NoRespException("expected an answer in RESP, began with: " + excerpt(line));
        };
    }

    private Reply bulk(String length) throws IOException {
        return length.equals("-1") ? new Reply.Nil() : new Reply.Bulk(bytes(number(length, BULK_LIMIT)));
    }

    private Reply several(Reply.Several.Kind kind, String length, int each, int depth) throws IOException {
        if (length.equals("-1")) {
            return new Reply.Nil();
        }
        int count = each * number(length, ELEMENTS_LIMIT);
        List<Reply> elements = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            elements.add(read(depth + 1));
        }
        return new Reply.Several(kind, elements);
    }

    /** Three letters of a format and a colon stand before the text. */
    private static Reply verbatim(String text) {
        return new Reply.Verbatim(text.length() > 4 ? text.substring(4) : "");
    }

    private String text(String length) throws IOException {
        return new String(bytes(number(length, BULK_LIMIT)), StandardCharsets.UTF_8);
    }

    private static int number(String text, int limit) throws IOException {
        try {
            int number = Integer.parseInt(text);
            if (number >= 0 && number <= limit) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new NoRespException("expected a length of 0 to " + limit + ", was: " + excerpt(text));
    }

    /** A length is only believed as far as the bytes come. */
    private byte[] bytes(int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length || in.read() != '\r' || in.read() != '\n') {
            throw new EOFException("the server ended the connection within an answer");
        }
        return bytes;
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        while (true) {
            int next = in.read();
            if (next < 0) {
                throw new EOFException(
                        line.isEmpty()
                                ? "the server closed the connection"
                                : "the server closed the connection within an answer");
            }
            if (next == '\n' && !line.isEmpty() && line.charAt(line.length() - 1) == '\r') {
                line.setLength(line.length() - 1);
                return new String(line.toString().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
            }
            if (next == '\n' || line.length() > LINE_LIMIT) {
                throw new NoRespException("expected an answer in RESP, began with: " + excerpt(line.toString()));
            }
            line.append((char) next);
        }
    }

    private static String excerpt(String text) {
        return Printable.value(text.length() > 60 ? text.substring(0, 60) + "..." : text);
    }
}
