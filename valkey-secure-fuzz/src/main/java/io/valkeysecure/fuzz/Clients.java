package io.valkeysecure.fuzz;

import io.valkeysecure.ClientIdentity;
import io.valkeysecure.Endpoint;
import io.valkeysecure.Engine;
import io.valkeysecure.SecureTls;
import io.valkeysecure.ServerIdentity;
import io.valkeysecure.TlsHandshakeException;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.adapter.TlsHandshake;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.regex.Pattern;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLSocket;

/** Makes handshakes as the adapters do, by both engines, with a peer in memory. */
final class Clients {
    /** The ways in which an adapter drives a handshake. */
    enum Way {
        /** As Jedis without a native engine. */
        JDK_SOCKET,
        /** As Jedis with Conscrypt. */
        CONSCRYPT_SOCKET,
        /** As Lettuce without a native engine. */
        JDK_ENGINE,
        /** As Lettuce with BoringSSL. */
        BORINGSSL_ENGINE;

        private static final List<Way> ALL = List.of(values());

        /** One of them, by a number of any size. */
        static Way of(int number) {
            return ALL.get(number % ALL.size());
        }
    }

    private static final Pattern ADDRESS = Pattern.compile("0x[0-9a-f]{9}|ssl=");
    private static final int BUFFER_BYTES = 64 * 1024;
    private static final int MOST_ROUNDS = 1_000;
    private static final int PORTS = 60_000;

    private final SecureTls jdk = tls(Engine.jdk());
    private final SecureTls boringSsl = tls(Engine.boringSsl());
    private int calls;

    private static SecureTls tls(Engine engine) {
        return SecureTls.trusting(TrustAnchors.of(List.of(Pki.ROOT.certificate())))
                .presenting(ClientIdentity.of(Pki.CLIENT.privateKey(), Pki.CLIENT.chain()))
                .serverIdentity(ServerIdentity.host(Pki.HOST))
                .engine(engine)
                .clock(Pki.CLOCK)
                .build();
    }

    /** One that was not dialled for long: sessions are kept by endpoint, and must not carry over to another input. */
    Endpoint freshEndpoint() {
        calls = calls % PORTS + 1;
        return new Endpoint(Pki.HOST, calls);
    }

    /** Shakes hands, and returns whether the peer was accepted; the message of a refusal is fit to be shown. */
    boolean shakeHands(Way way, Endpoint endpoint, MemorySocket.Peer peer) {
        TlsHandshake handshake = switch (way) {
            case JDK_SOCKET -> TlsHandshake.start(jdk, endpoint, ClientLibrary.JEDIS);
            case CONSCRYPT_SOCKET -> TlsHandshake.start(boringSsl, endpoint, ClientLibrary.JEDIS);
            case JDK_ENGINE -> TlsHandshake.start(jdk, endpoint, ClientLibrary.LETTUCE);
            case BORINGSSL_ENGINE -> TlsHandshake.start(boringSsl, endpoint, ClientLibrary.LETTUCE);
        };
        boolean socket = way == Way.JDK_SOCKET || way == Way.CONSCRYPT_SOCKET;
        return socket ? overSocket(handshake, peer) : byEngine(handshake, peer);
    }

    private static boolean overSocket(TlsHandshake handshake, MemorySocket.Peer peer) {
        MemorySocket plain = new MemorySocket(peer);
        try (SSLSocket socket = handshake.overSocket(plain)) {
            return !socket.isClosed();
        } catch (TlsHandshakeException e) {
            requireRefusal(handshake, e);
            if (!plain.isClosed()) {
                throw new PropertyViolation("open after a refusal", String.valueOf(e.getMessage()), e);
            }
            return false;
        } catch (IOException e) {
            throw new PropertyViolation("close fails", e.toString(), e);
        }
    }

    private static void requireRefusal(TlsHandshake handshake, TlsHandshakeException refusal) {
        Properties.requireFit(refusal);
        if (ADDRESS.matcher(String.valueOf(refusal.getMessage())).find()) {
            throw new PropertyViolation(
                    "an address of memory in a message", String.valueOf(refusal.getMessage()), refusal);
        }
        if (handshake.refusal().isEmpty()) {
            throw new PropertyViolation("a refusal that is not kept", String.valueOf(refusal.getMessage()), refusal);
        }
    }

    private static boolean byEngine(TlsHandshake handshake, MemorySocket.Peer peer) {
        SSLEngine engine = handshake.engine();
        try {
            pump(handshake, engine, peer);
            var unused = handshake.verify(engine);
            return true;
        } catch (IOException | RuntimeException e) {
            requireRefusal(handshake, handshake.refuse(e));
            return false;
        } finally {
            engine.closeOutbound();
        }
    }

    private static void pump(TlsHandshake handshake, SSLEngine engine, MemorySocket.Peer peer) throws IOException {
        ByteArrayOutputStream sent = new ByteArrayOutputStream();
        ByteBuffer received = ByteBuffer.allocate(BUFFER_BYTES).flip();
        ByteBuffer application = ByteBuffer.allocate(BUFFER_BYTES);
        boolean shownReceived = true;
        boolean shownSent = true;
        engine.beginHandshake();
        for (int round = 0; round < MOST_ROUNDS; round++) {
            HandshakeStatus status = engine.getHandshakeStatus();
            if (status == HandshakeStatus.NEED_TASK) {
                for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
                    task.run();
                }
            } else if (status == HandshakeStatus.NEED_WRAP) {
                ByteBuffer out = ByteBuffer.allocate(BUFFER_BYTES);
                engine.wrap(ByteBuffer.allocate(0), out);
                shownSent = shownSent && handshake.sent(out.flip().duplicate());
                sent.write(out.array(), 0, out.limit());
            } else if (status == HandshakeStatus.NEED_UNWRAP || status == HandshakeStatus.NEED_UNWRAP_AGAIN) {
                application.clear();
                SSLEngineResult result = engine.unwrap(received, application);
                if (result.getStatus() == SSLEngineResult.Status.CLOSED) {
                    throw new EOFException("closed within the handshake");
                }
                // BoringSSL's may end the handshake by an unwrap of nothing
                if (result.bytesConsumed() == 0
                        && result.getHandshakeStatus() != HandshakeStatus.FINISHED
                        && engine.getHandshakeStatus() == status) {
                    byte[] answer = peer.answer(sent.toByteArray());
                    sent.reset();
                    if (answer == null) {
                        throw new EOFException("the peer has closed");
                    }
                    shownReceived = shownReceived && handshake.received(ByteBuffer.wrap(answer));
                    received = ByteBuffer.wrap(Der.joined(rest(received), answer));
                }
            } else {
                return;
            }
        }
        throw new PropertyViolation("a handshake without end", "after " + MOST_ROUNDS + " rounds");
    }

    private static byte[] rest(ByteBuffer buffer) {
        byte[] rest = new byte[buffer.remaining()];
        buffer.get(rest);
        return rest;
    }
}
