package io.valkeysecure.internal.handshake;

import io.valkeysecure.PeerRejectedException;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.internal.engine.HandshakeSignatures;
import io.valkeysecure.internal.root.RootTypes;
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

    private static final Set<Integer> WHOLE = Set.of(CERTIFICATE_VERIFY);

    private final HandshakeReader reader = new HandshakeReader(WHOLE, this);
    private final HelloExtensions extensions = new HelloExtensions(this::extension);
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

    /** A ClientHello that resumes a session is large, and comes in pieces; it is not kept. */
    @Override
    public void piece(int type, boolean isFirst, ByteBuffer piece) {
        if (type == CLIENT_HELLO) {
            if (isFirst) {
                extensions.begin();
            }
            extensions.read(piece);
        }
    }

    private void extension(int type, int length) {
        sessionOffered |=
                type == HandshakeReader.EXTENSION_PRE_SHARED_KEY || (type == EXTENSION_SESSION_TICKET && length > 0);
    }

    @Override
    public void noRecord() {
        // engines write TLS records; and without the end of the handshake nothing is verified
    }
}
