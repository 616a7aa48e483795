package io.valkeysecure;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The first bytes that a peer sent, by which it is told apart from one that does not speak TLS, or speaks too old a
 * version (RFC 8446, 5.1 and 4.1.3). Not safe for use by several threads.
 */
final class PeerEvidence {
    /** A ServerHello, as far as the group of its key share, which stands before the key itself. */
    private static final int ENOUGH_BYTES = 256;

    /** Record header (5), handshake header (4), legacy_version (2). */
    private static final int VERSION_END = 11;

    /** And random (32). */
    private static final int SESSION_ID = 43;

    private static final int EXTENSION_KEY_SHARE = 51;

    /** IANA "TLS Supported Groups": those that this JVM or a native engine offers. */
    private static final Map<Integer, String> GROUPS = Map.of(
            0x0017, "secp256r1",
            0x0018, "secp384r1",
            0x0019, "secp521r1",
            0x001d, "x25519",
            0x001e, "x448",
            0x0100, "ffdhe2048",
            0x0101, "ffdhe3072",
            0x11eb, "SecP256r1MLKEM768",
            0x11ec, "X25519MLKEM768",
            0x11ed, "SecP384r1MLKEM1024");

    private static final int RECORD_ALERT = 21;
    private static final int RECORD_HANDSHAKE = 22;
    private static final int HANDSHAKE_SERVER_HELLO = 2;
    private static final int OLDEST_ACCEPTED = 0x0303;

    /** An alert record that is not encrypted: header (5), level, description. */
    static final int CLEAR_ALERT_BYTES = 7;

    private byte[] first = new byte[0];
    private Runnable whenFirstReceived = () -> {};
    private @Nullable PeerAlert lastAlert;

    /** Sets what is run when the peer's first bytes come. */
    void whenFirstReceived(Runnable task) {
        whenFirstReceived = task;
    }

    void add(byte[] bytes, int offset, int length) {
        if (first.length == 0 && length > 0) {
            whenFirstReceived.run();
        }
        int missing = ENOUGH_BYTES - first.length;
        if (missing > 0 && length > 0) {
            int taken = Math.min(missing, length);
            byte[] joined = Arrays.copyOf(first, first.length + taken);
            System.arraycopy(bytes, offset, joined, first.length, taken);
            first = joined;
        }
    }

    /** Forgets what only an unfinished handshake is explained by: the rest is kept for as long as the connection is open. */
    void trim() {
        first = Arrays.copyOf(first, Math.min(first.length, VERSION_END));
    }

    /** Takes what the peer had sent when it closed; it begins with a record. */
    void lastWords(byte[] bytes) {
        if (bytes.length == CLEAR_ALERT_BYTES && bytes[0] == RECORD_ALERT && bytes[1] == 3) {
            lastAlert = PeerAlert.of(bytes[6] & 0xff);
        }
    }

    /** The alert that was found in the last words; null for none. */
    @Nullable
    PeerAlert lastAlert() {
        return lastAlert;
    }

    boolean nothingReceived() {
        return first.length == 0;
    }

    /** Whether the peer sent something that cannot begin a TLS record. */
    boolean isPlaintext() {
        if (first.length == 0) {
            return false;
        }
        boolean recordType = first[0] == RECORD_HANDSHAKE || first[0] == RECORD_ALERT;
        return !recordType || (first.length > 1 && first[1] != 3);
    }

    boolean serverHelloSeen() {
        return first.length > 5 && first[0] == RECORD_HANDSHAKE && first[5] == HANDSHAKE_SERVER_HELLO;
    }

    /** The version of a ServerHello that is below all that a policy can allow, for people; null otherwise. */
    @Nullable
    String tooOldVersion() {
        if (!serverHelloSeen() || first.length < VERSION_END) {
            return null;
        }
        int version = ((first[9] & 0xff) << 8) | (first[10] & 0xff);
        if (version >= OLDEST_ACCEPTED) {
            return null;
        }
        return version == 0x0300 ? "SSLv3" : version > 0x0300 ? "TLSv1." + (version - 0x0301) : "version " + version;
    }

    /**
     * The group of the key exchange, read from the ServerHello's key share (RFC 8446, 4.2.8), since the JDK does not tell it;
     * empty if there is none, as under TLS 1.2, or it is not within the bytes that are kept.
     */
    Optional<String> keyExchangeGroup() {
        if (!serverHelloSeen()) {
            return Optional.empty();
        }
        try {
            ByteBuffer hello = ByteBuffer.wrap(first);
            hello.position(SESSION_ID);
            skip(hello, hello.get() & 0xff);
            skip(hello, 3); // cipher suite, compression method
            skip(hello, 2); // length of the extensions
            while (true) {
                int extension = hello.getShort() & 0xffff;
                int length = hello.getShort() & 0xffff;
                if (extension == EXTENSION_KEY_SHARE) {
                    return Optional.of(GROUPS.getOrDefault(hello.getShort() & 0xffff, "other"));
                }
                skip(hello, length);
            }
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static void skip(ByteBuffer bytes, int count) {
        bytes.position(bytes.position() + count);
    }

    /** The first bytes for people, in hexadecimal, and as text where they are that. */
    @Override
    public String toString() {
        byte[] first = Arrays.copyOf(this.first, Math.min(this.first.length, VERSION_END));
        String text = new String(first, StandardCharsets.US_ASCII).trim();
        boolean printable = !text.isEmpty() && text.chars().allMatch(c -> c >= ' ' && c < 0x7f);
        return HexFormat.ofDelimiter(" ").formatHex(first) + (printable ? " (\"" + text + "\")" : "");
    }
}
