package io.valkeysecure.cli.resp;

import java.util.List;

/** An answer in RESP2 or RESP3. */
public sealed interface Reply {

    /**
     * Text of the server's own, such as {@code OK}.
     *
     * @param text the text
     */
    record Status(String text) implements Reply {}

    /**
     * An error, such as {@code NOAUTH Authentication required.}
     *
     * @param text the text
     */
    record Failed(String text) implements Reply {}

    /**
     * A number, of any type, as it was written; or a boolean.
     *
     * @param type what kind it is: {@code integer}, {@code double}, {@code big number}
     * @param text the digits
     */
    record Numeric(String type, String text) implements Reply {}

    /**
     * A boolean of RESP3.
     *
     * @param value the value
     */
    record Truth(boolean value) implements Reply {}

    /** A string of the user's. */
    final class Bulk implements Reply {
        private final byte[] bytes;

        Bulk(byte[] bytes) {
            this.bytes = bytes;
        }

        /** {@return the bytes as they came} */
        public byte[] bytes() {
            return bytes;
        }
    }

    /**
     * A text with a format, such as what INFO answers under RESP3.
     *
     * @param text the text
     */
    record Verbatim(String text) implements Reply {}

    /**
     * Several answers.
     *
     * @param kind array, set, map or push
     * @param elements the answers; of a map the keys and values by turns
     */
    record Several(Kind kind, List<Reply> elements) implements Reply {
        /** What the answers are. */
        public enum Kind {
            /** In an order that means something. */
            ARRAY,
            /** In no order. */
            SET,
            /** Keys and values. */
            MAP,
            /** Not asked for, such as a message of a channel. */
            PUSH
        }
    }

    /** Nothing. */
    record Nil() implements Reply {}
}
