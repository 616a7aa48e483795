package io.valkeysecure.internal.handshake;

import io.valkeysecure.PeerRejectedException;
import java.nio.ByteBuffer;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Parses one direction of a TLS connection from pieces of any size: the header of each record (RFC 5246, 6.2.1) and,
 * until encryption starts, the handshake messages in them (7.4), which may span records or share one. It buffers only
 * the start of one message at a time. Not safe for use by several threads.
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
         * Called for each handshake message of a wanted type.
         *
         * @param body to read before this method returns: without its header, and only the first
         *     {@value HandshakeReader#KEPT_BYTES} bytes of a longer one
         */
        void message(int type, ByteBuffer body) throws PeerRejectedException;

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

    private final Set<Integer> interesting;
    private final Listener listener;
    private final ByteBuffer recordHeader = ByteBuffer.allocate(RECORD_HEADER_BYTES);
    private final ByteBuffer messageHeader = ByteBuffer.allocate(MESSAGE_HEADER_BYTES);
    private int recordType;
    private int recordLeft;
    private int messageLeft;
    private @Nullable ByteBuffer message;
    private boolean encrypted;
    private boolean ended;

    /** @param interesting the types of handshake messages to pass to the listener */
    HandshakeReader(Set<Integer> interesting, Listener listener) {
        this.interesting = interesting;
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
            if (recordHeader.hasRemaining()) {
                recordHeader.put(bytes.get());
                if (!recordHeader.hasRemaining()) {
                    beginRecord();
                }
            } else {
                int count = Math.min(bytes.remaining(), recordLeft);
                int end = bytes.position() + count;
                if (!encrypted && recordType == RECORD_HANDSHAKE) {
                    readMessages(bytes.duplicate().limit(end));
                }
                bytes.position(end);
                recordLeft -= count;
            }
            if (!recordHeader.hasRemaining() && recordLeft == 0) {
                recordHeader.clear();
            }
        }
    }

    private void beginRecord() throws PeerRejectedException {
        recordType = recordHeader.get(0) & 0xff;
        if (recordType < RECORD_CHANGE_CIPHER_SPEC
                || recordType > RECORD_APPLICATION_DATA
                || recordHeader.get(1) != 3) {
            end();
            listener.noRecord();
            return;
        }
        recordLeft = recordHeader.getShort(3) & 0xffff;
        listener.record(recordType, recordLeft);
    }

    private void readMessages(ByteBuffer fragment) throws PeerRejectedException {
        while (fragment.hasRemaining() && !ended) {
            if (messageHeader.hasRemaining()) {
                messageHeader.put(fragment.get());
                if (!messageHeader.hasRemaining()) {
                    beginMessage(fragment);
                }
            } else {
                int count = Math.min(fragment.remaining(), messageLeft);
                if (message != null && message.hasRemaining()) {
                    int kept = Math.min(count, message.remaining());
                    message.put(fragment.slice(fragment.position(), kept));
                }
                fragment.position(fragment.position() + count);
                messageLeft -= count;
            }
            if (!messageHeader.hasRemaining() && messageLeft == 0) {
                messageHeader.clear();
                ByteBuffer whole = message;
                message = null;
                if (whole != null) {
                    listener.message(messageHeader.get(0), whole.flip());
                }
            }
        }
    }

    /** A message that is there as a whole, as most are, is not copied. */
    private void beginMessage(ByteBuffer fragment) {
        messageLeft = messageHeader.getInt(0) & 0xffffff;
        int kept = Math.min(messageLeft, KEPT_BYTES);
        if (!interesting.contains((int) messageHeader.get(0))) {
            message = null;
        } else if (fragment.remaining() >= messageLeft) {
            message = fragment.slice(fragment.position(), kept).position(kept);
        } else {
            message = ByteBuffer.allocate(kept);
        }
    }
}
