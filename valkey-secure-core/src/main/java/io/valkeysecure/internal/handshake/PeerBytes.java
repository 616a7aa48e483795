package io.valkeysecure.internal.handshake;

import io.valkeysecure.PeerRejectedException;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.internal.engine.HandshakeSignatures;
import io.valkeysecure.internal.root.RootTypes;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The readable part of the bytes that the peer sends: its first bytes, which show whether it speaks TLS and a new
 * enough version (RFC 8446, 5.1 and 4.1.3), its ServerHello, and under TLS 1.2 the signature of its key exchange and an
 * attempt to start another handshake. Safe for use by many threads.
 */
public final class PeerBytes implements HandshakeReader.Listener {
    /** Record header (5), handshake header (4), legacy_version (2). */
    private static final int VERSION_END = 11;

    private static final int RANDOM_BYTES = 32;
    private static final int EXTENSION_SUPPORTED_VERSIONS = 43;
    private static final int EXTENSION_KEY_SHARE = 51;
    private static final int NAMED_CURVE = 3;

    /** The random of a ServerHello that asks for another ClientHello (RFC 8446, 4.1.3). */
    private static final byte[] HELLO_RETRY_REQUEST =
            HexFormat.of().parseHex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c");

    /**
     * The groups that this JVM or a native engine offers, by their number in the IANA registry "TLS Supported Groups".
     */
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

    private static final int SERVER_HELLO = 2;
    private static final int SERVER_KEY_EXCHANGE = 12;
    private static final int OLDEST_ACCEPTED = 0x0303;
    private static final int TLS_1_2 = 0x0303;

    /** The suites of TLS 1.2 with ChaCha20-Poly1305 (RFC 7905), whose records are shorter than those with AES-GCM. */
    private static final Set<Integer> CHACHA20_SUITES = Set.of(0xcca8, 0xcca9);

    /** A Finished message (16) and the tag (16); with AES-GCM also the explicit part of the nonce (8) (RFC 5288, 3). */
    private static final int FINISHED_CHACHA20_BYTES = 32;

    private static final int FINISHED_GCM_BYTES = 40;

    /** An alert record that is not encrypted: header (5), level, description. */
    static final int CLEAR_ALERT_BYTES = 7;

    /**
     * A ServerHello, except a HelloRetryRequest.
     *
     * @param version the chosen version
     * @param suite the chosen suite
     * @param group the group of its key share; null under TLS 1.2
     * @param resumed whether it accepts a session of TLS 1.3
     */
    private record ServerHello(
            int version, int suite, @Nullable String group, boolean resumed) {}

    private static final Set<Integer> WHOLE = Set.of(SERVER_HELLO, SERVER_KEY_EXCHANGE);
    private static final byte[] NONE = {};

    private final HandshakeReader reader = new HandshakeReader(WHOLE, this);
    private byte[] first = NONE;
    private Runnable whenFirstReceived = () -> {};
    private @Nullable ServerHello hello;
    private @Nullable Integer keyExchangeSignature;
    private boolean cipherChanged;
    private boolean finished;
    private @Nullable PeerAlert lastAlert;

    /** Sets a task to run when the first bytes arrive. */
    public void whenFirstReceived(Runnable task) {
        whenFirstReceived = task;
    }

    /**
     * Inspects received bytes before the engine gets them.
     *
     * @throws PeerRejectedException if the peer signed its key exchange with less than SHA-256, or starts another
     *     handshake; the engine must not get these bytes
     */
    public synchronized void add(ByteBuffer bytes) throws PeerRejectedException {
        if (first.length == 0 && bytes.hasRemaining()) {
            whenFirstReceived.run();
        }
        int missing = Math.min(VERSION_END - first.length, bytes.remaining());
        if (missing > 0) {
            byte[] joined = Arrays.copyOf(first, first.length + missing);
            bytes.duplicate().get(joined, first.length, missing);
            first = joined;
        }
        reader.read(bytes);
    }

    /** {@return whether more bytes have to be inspected: under TLS 1.2, as long as the connection is open} */
    public synchronized boolean isMoreWanted() {
        return !reader.isEnded();
    }

    @Override
    public void record(int type, int length) throws PeerRejectedException {
        ServerHello chosen = hello;
        if (chosen == null) {
            return;
        }
        if (type == HandshakeReader.RECORD_CHANGE_CIPHER_SPEC) {
            cipherChanged = true;
            reader.encrypted();
        } else if (type == HandshakeReader.RECORD_HANDSHAKE && cipherChanged) {
            int one = CHACHA20_SUITES.contains(chosen.suite()) ? FINISHED_CHACHA20_BYTES : FINISHED_GCM_BYTES;
            if (finished || length > one) {
                reader.end();
                throw RootTypes.peerRejected(
                        RefusalReason.RENEGOTIATION,
                        "expected no handshake after the first, the server began another (TLS 1.2 renegotiation); Valkey"
                                + " never does that; is another program ending TLS there?",
                        null);
            }
            finished = true;
        }
    }

    @Override
    public void message(int type, ByteBuffer body) throws PeerRejectedException {
        if (type == SERVER_HELLO && hello == null) {
            hello = parse(body);
            if (hello != null && hello.version() > TLS_1_2) {
                reader.end(); // the rest is encrypted
            }
        } else if (type == SERVER_KEY_EXCHANGE) {
            readKeyExchange(body);
        }
    }

    /** Refused after a ServerHello: an engine may accept a header that this reader does not, and read on unseen. */
    @Override
    public void noRecord() throws PeerRejectedException {
        if (hello != null) {
            throw RootTypes.peerRejected(
                    RefusalReason.MALFORMED_HANDSHAKE,
                    "expected a TLS record, the server sent something else; is something in between that changes the bytes?",
                    null);
        }
    }

    private static @Nullable ServerHello parse(ByteBuffer body) {
        try {
            int version = body.getShort() & 0xffff;
            byte[] random = new byte[RANDOM_BYTES];
            body.get(random);
            if (Arrays.equals(random, HELLO_RETRY_REQUEST)) {
                return null;
            }
            skip(body, body.get() & 0xff); // session id
            int suite = body.getShort() & 0xffff;
            skip(body, 1); // compression method
            String group = null;
            boolean resumed = false;
            if (body.hasRemaining()) {
                skip(body, 2); // length of the extensions
            }
            while (body.hasRemaining()) {
                int extension = body.getShort() & 0xffff;
                int length = body.getShort() & 0xffff;
                int next = body.position() + length;
                if (extension == EXTENSION_SUPPORTED_VERSIONS) {
                    version = body.getShort() & 0xffff;
                } else if (extension == EXTENSION_KEY_SHARE) {
                    group = GROUPS.getOrDefault(body.getShort() & 0xffff, "other");
                } else if (extension == HandshakeReader.EXTENSION_PRE_SHARED_KEY) {
                    resumed = true;
                }
                body.position(next);
            }
            return new ServerHello(version, suite, group, resumed && version > TLS_1_2);
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            return null; // the engine refuses it; without a ServerHello nothing is verified
        }
    }

    /** Reads ServerECDHParams and their signature (RFC 8422, 5.4). */
    private void readKeyExchange(ByteBuffer body) throws PeerRejectedException {
        int scheme;
        try {
            if (body.get() != NAMED_CURVE) {
                return; // not offered: the engine refuses it; without a signature nothing is verified
            }
            skip(body, 2); // group
            skip(body, body.get() & 0xff); // point
            scheme = body.getShort() & 0xffff;
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            return; // likewise
        }
        if (!HandshakeSignatures.isStrong(scheme)) {
            reader.end();
            throw RootTypes.peerRejected(
                    RefusalReason.WEAK_SIGNATURE,
                    "expected a key exchange signed with SHA-256 or better, the server signed it with "
                            + HandshakeSignatures.name(scheme)
                            + "; look at SignatureAlgorithms and the security level in its openssl.cnf, or let it speak TLS 1.3",
                    null);
        }
        keyExchangeSignature = scheme;
    }

    /** {@return whether a TLS 1.2 handshake was seen from its ServerHello to its end} */
    public synchronized boolean isTls12Complete() {
        return hello != null && hello.version() == TLS_1_2 && finished;
    }

    /**
     * {@return whether the peer signed its key exchange strongly enough; in TLS 1.2 it does, unless it resumes a
     * session}
     */
    public synchronized boolean isKeyExchangeSigned() {
        return keyExchangeSignature != null;
    }

    /** Inspects the last bytes that the peer sent before it closed. */
    public synchronized void lastWords(byte[] bytes) {
        if (bytes.length == CLEAR_ALERT_BYTES && bytes[0] == HandshakeReader.RECORD_ALERT && bytes[1] == 3) {
            lastAlert = PeerAlert.of(bytes[6] & 0xff);
        }
    }

    /** {@return the alert in the last bytes; null if there is none} */
    public synchronized @Nullable PeerAlert lastAlert() {
        return lastAlert;
    }

    public synchronized boolean nothingReceived() {
        return first.length == 0;
    }

    /** {@return whether the first bytes cannot begin a TLS record} */
    public synchronized boolean isPlaintext() {
        if (first.length == 0) {
            return false;
        }
        boolean recordType = first[0] == HandshakeReader.RECORD_HANDSHAKE || first[0] == HandshakeReader.RECORD_ALERT;
        return !recordType || (first.length > 1 && first[1] != 3);
    }

    public synchronized boolean serverHelloSeen() {
        return first.length > 5 && first[0] == HandshakeReader.RECORD_HANDSHAKE && first[5] == SERVER_HELLO;
    }

    /** {@return the version of a ServerHello that is older than any policy allows, for people; null otherwise} */
    public synchronized @Nullable String tooOldVersion() {
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
     * {@return the group of the key share in the ServerHello (RFC 8446, 4.2.8), which the JDK does not expose; empty
     * under TLS 1.2}
     */
    public synchronized Optional<String> keyExchangeGroup() {
        return Optional.ofNullable(hello).map(ServerHello::group);
    }

    /**
     * {@return whether the ServerHello resumes a session of TLS 1.3 (RFC 8446, 4.2.11), so that no certificate and no
     * signature follows}
     */
    public synchronized boolean isSessionResumed() {
        return hello != null && hello.resumed();
    }

    private static void skip(ByteBuffer bytes, int count) {
        bytes.position(bytes.position() + count);
    }

    /** Returns the first bytes in hexadecimal, and as text if they are printable. */
    @Override
    public synchronized String toString() {
        String text = new String(first, StandardCharsets.US_ASCII).trim();
        boolean printable = !text.isEmpty() && text.chars().allMatch(c -> c >= ' ' && c < 0x7f);
        return HexFormat.ofDelimiter(" ").formatHex(first) + (printable ? " (\"" + text + "\")" : "");
    }
}
