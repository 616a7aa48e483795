package io.valkeysecure.internal.handshake;

import io.valkeysecure.PeerRejectedException;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.internal.engine.HandshakeSignatures;
import io.valkeysecure.internal.root.RootTypes;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Set;

/**
 * What our own engine said in the part of a handshake that is not encrypted: whether it offered to resume a session, and under
 * TLS 1.2 what it proved our key with. Safe for use by many threads.
 */
public final class OwnBytes implements HandshakeReader.Listener {
    private static final int CLIENT_HELLO = 1;
    private static final int CERTIFICATE_VERIFY = 15;
    private static final int EXTENSION_SESSION_TICKET = 35;
    private static final int EXTENSION_PRE_SHARED_KEY = 41;

    private final HandshakeReader reader = new HandshakeReader(Set.of(CLIENT_HELLO, CERTIFICATE_VERIFY), this);
    private boolean sessionOffered;

    /**
     * Takes what is about to be sent.
     *
     * @throws PeerRejectedException if the engine signed with less than SHA-256, as servers can ask it to; nothing of this may
     *     be sent
     */
    public synchronized void add(ByteBuffer bytes) throws PeerRejectedException {
        reader.read(bytes);
    }

    /** Whether the clear part of the handshake was seen in full. */
    public synchronized boolean isComplete() {
        return reader.isEnded();
    }

    /** Whether the ClientHello brought a session ticket, of TLS 1.2 (RFC 5077, 3.2) or 1.3 (RFC 8446, 4.2.11). */
    public synchronized boolean isSessionOffered() {
        return sessionOffered;
    }

    @Override
    public void record(int type, int length) {
        if (type == HandshakeReader.RECORD_CHANGE_CIPHER_SPEC) {
            reader.end();
        }
    }

    @Override
    public void message(int type, ByteBuffer body) throws PeerRejectedException {
        if (type == CLIENT_HELLO) {
            sessionOffered |= offersSession(body);
            return;
        }
        int scheme = body.getShort() & 0xffff;
        if (!HandshakeSignatures.isStrong(scheme)) {
            reader.end();
            throw RootTypes.peerRejected(
                    RefusalReason.WEAK_SIGNATURE,
                    "expected to prove the own key with SHA-256 or better, the server asked for "
                            + HandshakeSignatures.name(scheme)
                            + "; let it accept SHA-256 (ClientSignatureAlgorithms in its"
                            + " openssl.cnf), nothing was sent that is signed so",
                    null);
        }
    }

    @Override
    public void noRecord() {
        // no engine does so, and nothing is verified without the end of the handshake
    }

    private static boolean offersSession(ByteBuffer hello) {
        try {
            skip(hello, 2 + 32); // version, random
            skip(hello, hello.get() & 0xff); // session id
            skip(hello, hello.getShort() & 0xffff); // cipher suites
            skip(hello, hello.get() & 0xff); // compression methods
            skip(hello, 2); // length of the extensions
            while (hello.hasRemaining()) {
                int extension = hello.getShort() & 0xffff;
                int length = hello.getShort() & 0xffff;
                if (extension == EXTENSION_PRE_SHARED_KEY || (extension == EXTENSION_SESSION_TICKET && length > 0)) {
                    return true;
                }
                skip(hello, length);
            }
            return false;
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            return false;
        }
    }

    private static void skip(ByteBuffer bytes, int count) {
        bytes.position(bytes.position() + count);
    }
}
