package io.valkeysecure.testkit.recording;

import io.valkeysecure.testkit.internal.TlsRecord;
import java.util.List;

/**
 * The bytes of one direction of a connection, read as TLS records.
 *
 * <p>It answers what a test of a TLS client asks of a recording without having the keys: did a byte travel in the clear
 * ({@link #isAllTls()}), and may a command have left before the peer was verified ({@link #mayCarryCommand()})?
 *
 * <p><b>Why the kind and length of records prove that no command left.</b> A client may send application data only
 * after its {@code Finished} message, and it sends that only after it has accepted the server's certificate. (Early
 * data of TLS 1.3 is the exception; neither JSSE nor the Valkey clients have it.)
 *
 * <ul>
 *   <li>In TLS 1.2 the type of every record is in the clear: without a record of type {@code application_data} there
 *       was none.
 *   <li>TLS 1.3 calls everything encrypted {@code application_data}, alerts and {@code Finished} too (RFC 8446 section
 *       5.2), so that a client which refuses the server sends one such record. Its length tells what it is: the
 *       content, one byte for the true type, 16 for the tag of the AEAD, and padding, of which JSSE adds 16 bytes and
 *       OpenSSL and BoringSSL none. An alert has 2 bytes of content, so its record is 19 or 35 bytes long. A {@code
 *       Finished} has 4 bytes of header and a hash of 32 or 48: at least {@value #SHORTEST_FINISHED}. Without a record
 *       of that length there was no {@code Finished}, and without it no command.
 * </ul>
 *
 * <p>This class is immutable and thread-safe.
 */
public final class TlsTranscript {
    /** The length of the shortest record that can hold a {@code Finished} message in TLS 1.3, in bytes. */
    public static final int SHORTEST_FINISHED = 4 + 32 + 1 + 16;

    private final byte[] bytes;
    private final List<TlsRecord> records;
    private final boolean finishedOfTls12;
    private final int parsed;
    private final boolean cutOff;

    private TlsTranscript(byte[] bytes, List<TlsRecord> records, int parsed, boolean cutOff) {
        this.bytes = bytes;
        this.records = List.copyOf(records);
        this.finishedOfTls12 = hasEncryptedHandshake(bytes, records);
        this.parsed = parsed;
        this.cutOff = cutOff;
    }

    /**
     * Reads the bytes of one direction, from the first byte of the connection.
     *
     * @param direction the bytes that one side sent
     * @return the records of that direction
     */
    public static TlsTranscript of(byte[] direction) {
        byte[] bytes = direction.clone();
        List<TlsRecord> records = TlsRecord.allOf(bytes);
        int parsed = records.stream()
                .mapToInt(found -> TlsRecord.HEADER_LENGTH + found.length())
                .sum();
        return new TlsTranscript(bytes, records, parsed, TlsRecord.startsAt(bytes, parsed));
    }

    List<TlsRecord> records() {
        return records;
    }

    int largestApplicationData() {
        return records.stream()
                .filter(TlsRecord::isApplicationData)
                .mapToInt(TlsRecord::length)
                .max()
                .orElse(0);
    }

    /**
     * {@return whether a client may have sent a command, or anything else of the application, in these bytes}
     *
     * <p>False proves that it did not; see above for the reason. True does not prove that it did: a client that has
     * accepted the server's certificate and is then refused itself sends its own certificate in records of that length.
     */
    public boolean mayCarryCommand() {
        if (!isAllTls()) {
            return true;
        }
        return finishedOfTls12
                ? records.stream().anyMatch(TlsRecord::isApplicationData)
                : largestApplicationData() >= SHORTEST_FINISHED;
    }

    /** Tells whether a handshake message follows a change of cipher in its own record type, as only TLS 1.2 has it. */
    private static boolean hasEncryptedHandshake(byte[] bytes, List<TlsRecord> records) {
        boolean cipherChanged = false;
        int position = 0;
        for (TlsRecord found : records) {
            if (cipherChanged && found.type() == TlsRecord.HANDSHAKE && !isClientHello(bytes, position, found)) {
                return true;
            }
            cipherChanged |= found.type() == TlsRecord.CHANGE_CIPHER_SPEC;
            position += TlsRecord.HEADER_LENGTH + found.length();
        }
        return false;
    }

    /** In TLS 1.3 a second ClientHello, after a HelloRetryRequest, may follow a change of cipher in the clear. */
    private static boolean isClientHello(byte[] bytes, int position, TlsRecord found) {
        int start = position + TlsRecord.HEADER_LENGTH;
        return found.length() >= 4
                && bytes[start] == 1
                && bytes[start + 1] == 0
                && (((bytes[start + 2] & 0xff) << 8) | (bytes[start + 3] & 0xff)) == found.length() - 4;
    }

    /**
     * {@return whether every byte belongs to a TLS record; the last record may be cut off, as by a closed connection}
     * True for no bytes at all.
     */
    public boolean isAllTls() {
        return parsed == bytes.length || cutOff;
    }

    /** {@return the bytes from the first one that belongs to no TLS record; empty if {@link #isAllTls()}} */
    public byte[] plaintext() {
        return isAllTls() ? new byte[0] : java.util.Arrays.copyOfRange(bytes, parsed, bytes.length);
    }

    /**
     * {@return whether the given bytes, for instance a password, occur anywhere in this direction as they are}
     *
     * @param secret the bytes to look for, at least one
     */
    public boolean contains(byte[] secret) {
        if (secret.length == 0) {
            throw new IllegalArgumentException("the bytes to look for must not be empty");
        }
        for (int i = 0; i <= bytes.length - secret.length; i++) {
            if (java.util.Arrays.equals(bytes, i, i + secret.length, secret, 0, secret.length)) {
                return true;
            }
        }
        return false;
    }

    /** Returns the records in short, for the messages of failed tests; no content. */
    @Override
    public String toString() {
        return "TlsTranscript[" + bytes.length + " bytes, " + records + (isAllTls() ? "" : ", then no TLS") + "]";
    }
}
