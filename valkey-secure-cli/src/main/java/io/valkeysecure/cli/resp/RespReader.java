package io.valkeysecure.cli.resp;

import io.valkeysecure.internal.text.Printable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Reads answers in RESP2 and RESP3, of a server that may say anything: lengths and depth are bounded. */
public final class RespReader {
    private static final int LINE_LIMIT = 64 * 1024;
    private static final int DEPTH_LIMIT = 32;

    /** The peer speaks something else. */
    static final class NoRespException extends IOException {
        private static final long serialVersionUID = 1L;

        NoRespException(String message) {
            super(message);
        }
    }

    private final InputStream in;
    private final AnswerLimits limits;
    private long totalBytesLeft;
    private long totalElementsLeft;
    private long bytesLeft;
    private long elementsLeft;

    RespReader(InputStream in, AnswerLimits limits) {
        this.in = in;
        this.limits = limits;
        this.totalBytesLeft = limits.totalBytes();
        this.totalElementsLeft = limits.totalElements();
    }

    Reply read() throws IOException {
        bytesLeft = Math.min(limits.answerBytes(), totalBytesLeft);
        elementsLeft = Math.min(limits.answerElements(), totalElementsLeft);
        long bytes = bytesLeft;
        long elements = elementsLeft;
        try {
            return read(0);
        } finally {
            totalBytesLeft -= bytes - bytesLeft;
            totalElementsLeft -= elements - elementsLeft;
        }
    }

    private void spendBytes(long count) throws IOException {
        if (count > bytesLeft) {
            throw new AnswerLimitException("an answer is larger than " + limits.answerBytes()
                    + " bytes, or all answers are" + " larger than " + limits.totalBytes());
        }
        bytesLeft -= count;
    }

    private void spendElement() throws IOException {
        if (elementsLeft == 0) {
            throw new AnswerLimitException("an answer has more than " + limits.answerElements()
                    + " elements, or all answers have more than " + limits.totalElements());
        }
        elementsLeft--;
    }

    private Reply read(int depth) throws IOException {
        if (depth > DEPTH_LIMIT) {
            throw new AnswerLimitException("an answer has more than " + DEPTH_LIMIT + " levels");
        }
        spendElement();
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
                yield read(depth + 1);
            }
            default -> throw new NoRespException("expected an answer in RESP, began with: " + excerpt(line));
        };
    }

    private Reply bulk(String length) throws IOException {
        return length.equals("-1") ? new Reply.Nil() : new Reply.Bulk(bytes(number(length)));
    }

    private Reply several(Reply.Several.Kind kind, String length, int each, int depth) throws IOException {
        if (length.equals("-1")) {
            return new Reply.Nil();
        }
        long count = (long) each * number(length);
        List<Reply> elements = new ArrayList<>();
        for (long i = 0; i < count; i++) {
            elements.add(read(depth + 1));
        }
        return new Reply.Several(kind, elements);
    }

    /** Three letters of a format and a colon stand before the text. */
    private static Reply verbatim(String text) {
        return new Reply.Verbatim(text.length() > 4 ? text.substring(4) : "");
    }

    private String text(String length) throws IOException {
        return new String(bytes(number(length)), StandardCharsets.UTF_8);
    }

    private static int number(String text) throws IOException {
        try {
            int number = Integer.parseInt(text);
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new NoRespException("expected a length, was: " + excerpt(text));
    }

    /** A length is only believed as far as the bytes come. */
    private byte[] bytes(int length) throws IOException {
        spendBytes(length);
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
            spendBytes(1);
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
