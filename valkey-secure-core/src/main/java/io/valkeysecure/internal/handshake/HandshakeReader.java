package io.valkeysecure.internal.handshake;

import io.valkeysecure.PeerRejectedException;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Parses one direction of a TLS connection from pieces of any size: the header of each record (RFC 5246, 6.2.1) and,
 * until encryption starts, the handshake messages in them (7.4), which may span records or share one. It buffers one
 * message at a time, if it is wanted whole and does not come in one piece. Not safe for use by several threads.
 */
public final class HandshakeReader {
    /** Receives records and messages. */
    interface Listener {
        /**
         * Called for each record, before its content.
         *
         * @param length of its content in bytes
         */
        void record(int type, int length) throws PeerRejectedException;

        /**
         * Called for each handshake message of a type that is wanted whole.
         *
         * @param body to read before this method returns: without its header, and only the first
         *     {@value HandshakeReader#KEPT_BYTES} bytes of a longer one
         */
        void message(int type, ByteBuffer body) throws PeerRejectedException;

        /**
         * Called for each piece of a handshake message of another type.
         *
         * @param isFirst whether it begins the message
         * @param piece to read before this method returns: without the header
         */
        default void piece(int type, boolean isFirst, ByteBuffer piece) {}

        /** Called when the bytes are no TLS record; nothing is read afterwards. */
        void noRecord() throws PeerRejectedException;
    }

    static final int RECORD_CHANGE_CIPHER_SPEC = 20;
    static final int RECORD_ALERT = 21;
    static final int RECORD_HANDSHAKE = 22;

    /** In either hello (RFC 8446, 4.2.11). */
    static final int EXTENSION_PRE_SHARED_KEY = 41;

    private static final int RECORD_APPLICATION_DATA = 23;

    private static final int RECORD_HEADER_BYTES = 5;
    private static final int MESSAGE_HEADER_BYTES = 4;
    private static final int KEPT_BYTES = 16 * 1024;

    private final Set<Integer> whole;
    private final Listener listener;

    /** How many bytes of the header were read. */
    private int recordHeader;

    private int recordType;
    private int recordVersion;
    private int recordLeft;

    /** How many bytes of the header were read. */
    private int messageHeader;

    private int messageType;
    private int messageLeft;
    private boolean messageBegins;

    /** The message that is wanted whole and comes in several pieces; null if there is none. */
    private @Nullable ByteBuffer message;

    private boolean encrypted;
    private boolean ended;

    /** @param whole the types of handshake messages that the listener wants whole */
    HandshakeReader(Set<Integer> whole, Listener listener) {
        this.whole = whole;
        this.listener = listener;
    }

    /** From now on only the headers of records can be read. */
    void encrypted() {
        encrypted = true;
        message = null;
    }

    /** From now on nothing is read. */
    void end() {
        ended = true;
        message = null;
    }

    /** {@return whether nothing more is read: {@link #end} was called, or the bytes were not TLS} */
    boolean isEnded() {
        return ended;
    }

    void read(ByteBuffer bytes) throws PeerRejectedException {
        while (bytes.hasRemaining() && !ended) {
            if (recordHeader < RECORD_HEADER_BYTES) {
                readRecordHeader(bytes.get() & 0xff);
            } else {
                int count = Math.min(bytes.remaining(), recordLeft);
                int end = bytes.position() + count;
                if (!encrypted && recordType == RECORD_HANDSHAKE) {
                    readMessages(bytes.duplicate().limit(end));
                }
                bytes.position(end);
                recordLeft -= count;
            }
            if (recordHeader == RECORD_HEADER_BYTES && recordLeft == 0) {
                recordHeader = 0;
            }
        }
    }

    private void readRecordHeader(int octet) throws PeerRejectedException {
        switch (recordHeader++) {
            case 0 -> recordType = octet;
            case 1 -> recordVersion = octet;
            case 2 -> {
                // the minor version, which TLS 1.3 does not use
            }
            case 3 -> recordLeft = octet;
            default -> {
                recordLeft = recordLeft << 8 | octet;
                beginRecord();
            }
        }
    }

    private void beginRecord() throws PeerRejectedException {
        if (recordType < RECORD_CHANGE_CIPHER_SPEC || recordType > RECORD_APPLICATION_DATA || recordVersion != 3) {
            end();
            listener.noRecord();
            return;
        }
        listener.record(recordType, recordLeft);
    }

    private void readMessages(ByteBuffer fragment) throws PeerRejectedException {
        while (fragment.hasRemaining() && !ended) {
            if (messageHeader < MESSAGE_HEADER_BYTES) {
                readMessageHeader(fragment.get() & 0xff);
            }
            if (messageHeader == MESSAGE_HEADER_BYTES) {
                readBody(fragment);
            }
        }
    }

    private void readMessageHeader(int octet) {
        if (messageHeader++ == 0) {
            messageType = octet;
            messageLeft = 0;
            messageBegins = true;
        } else {
            messageLeft = messageLeft << 8 | octet;
        }
    }

    private void readBody(ByteBuffer fragment) throws PeerRejectedException {
        int count = Math.min(fragment.remaining(), messageLeft);
        ByteBuffer piece = fragment.slice(fragment.position(), count);
        fragment.position(fragment.position() + count);
        messageLeft -= count;
        if (whole.contains(messageType)) {
            collect(piece);
        } else {
            listener.piece(messageType, messageBegins, piece);
        }
        messageBegins = false;
        if (messageLeft == 0) {
            messageHeader = 0;
        }
    }

    /** A message that comes in one piece, as most do, is not copied. */
    private void collect(ByteBuffer piece) throws PeerRejectedException {
        if (messageBegins && messageLeft == 0) {
            listener.message(messageType, piece.limit(Math.min(piece.limit(), KEPT_BYTES)));
            return;
        }
        if (messageBegins) {
            message = ByteBuffer.allocate(Math.min(piece.remaining() + messageLeft, KEPT_BYTES));
        }
        ByteBuffer all = Objects.requireNonNull(message, "message");
        all.put(piece.limit(Math.min(piece.limit(), all.remaining())));
        if (messageLeft == 0) {
            message = null;
            listener.message(messageType, all.flip());
        }
    }
}
