package io.valkeysecure.internal.handshake;

import java.nio.ByteBuffer;

/**
 * Finds the extensions of a ClientHello (RFC 8446, 4.1.2) that is read in pieces of any size, and keeps none of it. Not
 * safe for use by several threads.
 */
final class HelloExtensions {
    /** Receives the extensions. */
    interface Listener {
        /**
         * Called for each extension, before its content.
         *
         * @param length of its content in bytes
         */
        void extension(int type, int length);
    }

    /** What comes first: version and random. */
    private static final int FIXED_BYTES = 2 + 32;

    /**
     * The bytes of each number in a ClientHello: the lengths of session id, cipher suites and compression methods, each
     * of which follows; the length of all extensions; and, again and again, the type and the length of one.
     */
    private static final int[] NUMBER_BYTES = {1, 2, 1, 2, 4};

    private static final int ALL_EXTENSIONS = 3;
    private static final int ONE_EXTENSION = 4;

    private final Listener listener;
    private int place;
    private int skipped;
    private int number;
    private int numberBytes;

    HelloExtensions(Listener listener) {
        this.listener = listener;
    }

    /** Begins with a ClientHello. */
    void begin() {
        place = 0;
        skipped = FIXED_BYTES;
        number = 0;
        numberBytes = 0;
    }

    void read(ByteBuffer piece) {
        while (piece.hasRemaining()) {
            if (skipped > 0) {
                int count = Math.min(skipped, piece.remaining());
                piece.position(piece.position() + count);
                skipped -= count;
            } else {
                number = number << 8 | (piece.get() & 0xff);
                numberBytes++;
                if (numberBytes == NUMBER_BYTES[place]) {
                    take();
                    number = 0;
                    numberBytes = 0;
                }
            }
        }
    }

    private void take() {
        if (place == ONE_EXTENSION) {
            skipped = number & 0xffff;
            listener.extension(number >>> 16, skipped);
            return;
        }
        if (place != ALL_EXTENSIONS) {
            skipped = number;
        }
        place++;
    }
}
