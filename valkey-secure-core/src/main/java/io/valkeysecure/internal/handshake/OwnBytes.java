package io.valkeysecure.internal.handshake;

import io.valkeysecure.PeerRejectedException;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.internal.engine.HandshakeSignatures;
import io.valkeysecure.internal.root.RootTypes;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Set;

/**
 * The unencrypted part of a handshake that our engine sends: whether it offers to resume a session, and under TLS 1.2
 * the signature that proves our key. Safe for use by many threads.
 */
public final class OwnBytes implements HandshakeReader.Listener {
    private static final int CLIENT_HELLO = 1;
    private static final int CERTIFICATE_VERIFY = 15;
    private static final int EXTENSION_SESSION_TICKET = 35;

    private final HandshakeReader reader = new HandshakeReader(Set.of(CLIENT_HELLO, CERTIFICATE_VERIFY), this);
    private boolean sessionOffered;

    /**
     * Inspects bytes before they are sent.
     *
     * @throws PeerRejectedException if the engine signed with less than SHA-256, as a server can ask it to; these bytes
     *     must not be sent
     */
    public synchronized void add(ByteBuffer bytes) throws PeerRejectedException {
        reader.read(bytes);
    }

    /** {@return whether the whole unencrypted part was seen} */
    public synchronized boolean isComplete() {
        return reader.isEnded();
    }

    /** {@return whether the ClientHello has a session ticket of TLS 1.2 (RFC 5077, 3.2) or 1.3 (RFC 8446, 4.2.11)} */
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
        // engines write TLS records; and without the end of the handshake nothing is verified
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
                if (extension == HandshakeReader.EXTENSION_PRE_SHARED_KEY
                        || (extension == EXTENSION_SESSION_TICKET && length > 0)) {
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
