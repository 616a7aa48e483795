package io.valkeysecure.fuzz;

import io.valkeysecure.ChainVerifier;
import io.valkeysecure.Endpoint;
import io.valkeysecure.PeerRejectedException;
import io.valkeysecure.ServerIdentity;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.testkit.certificate.TestCertificate;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Whole handshakes, full and resumed, with a server whose flights are changed, and one whose certificate is and is
 * signed again. Who is accepted has a certificate that the verifier accepts.
 */
final class HandshakeTarget implements FuzzTarget {
    private static final int TLS_13 = 4;
    private static final int RESUME = 8;
    private static final int ASK_FOR_CERTIFICATE = 16;
    private static final int CHANGE_CERTIFICATE = 32;

    private final Clients clients = new Clients();
    private final SSLContext good = context(Pki.LEAF.encoded());
    private final ChainVerifier verifier = ChainVerifier.trusting(TrustAnchors.of(List.of(Pki.ROOT.certificate())))
            .clock(Pki.CLOCK)
            .build();

    private static SSLContext context(byte[] leaf) {
        TestCertificate presented = Arrays.equals(leaf, Pki.LEAF.encoded()) ? Pki.LEAF : Pki.LEAF.withEncoding(leaf);
        return presented.tlsContext(Pki.ROOT);
    }

    @Override
    public String name() {
        return "handshakes";
    }

    @Override
    public List<byte[]> seeds() {
        List<byte[]> seeds = new ArrayList<>();
        for (int mode = 0; mode < 64; mode++) {
            seeds.add(new byte[] {(byte) mode});
            for (int change = 0; change < 12; change += 3) {
                seeds.add(
                        new byte[] {(byte) mode, 0, (byte) (mode % 5), (byte) (change + mode % 3), 4, (byte) mode, 1, 7
                        });
            }
        }
        return seeds;
    }

    @Override
    public void run(byte[] input) throws Exception {
        Draw draw = new Draw(input);
        int mode = draw.octet();
        Clients.Way way = Clients.Way.of(mode);
        Endpoint endpoint = clients.freshEndpoint();
        if ((mode & RESUME) != 0) {
            boolean begun = clients.shakeHands(way, endpoint, new Server(good, mode, new Draw(new byte[0])));
            if (!begun) {
                throw new PropertyViolation("a good server is refused", way + ", mode " + mode);
            }
        }
        byte[] leaf = Pki.LEAF.encoded();
        if ((mode & CHANGE_CERTIFICATE) != 0) {
            leaf = Pki.signed(Der.changed(Pki.content(leaf), draw), Pki.CA);
        }
        SSLContext context = (mode & CHANGE_CERTIFICATE) != 0 ? context(leaf) : good;
        Server server = new Server(context, mode, (mode & CHANGE_CERTIFICATE) != 0 ? new Draw(new byte[0]) : draw);
        boolean accepted = clients.shakeHands(way, endpoint, server);
        if (accepted && server.presented) {
            requireVerified(leaf, way);
        } else if (!accepted && input.length <= 1) {
            throw new PropertyViolation("a good server is refused", way + ", mode " + mode);
        }
    }

    private void requireVerified(byte[] leaf, Clients.Way way) {
        try {
            var unused = verifier.verify(
                    ChainVerifier.parse(List.of(leaf, Pki.CA.encoded())), ServerIdentity.host(Pki.HOST));
        } catch (PeerRejectedException e) {
            throw new PropertyViolation(
                    "accepted in a handshake, refused by the verifier", way + ": " + e.getMessage(), e);
        }
    }

    /** A server of the JDK, whose flight of one number is changed on its way. */
    private static final class Server implements MemorySocket.Peer {
        private static final int BUFFER_BYTES = 64 * 1024;
        private static final int MOST_FLIGHTS = 20;

        private final SSLEngine engine;
        private final Draw draw;
        private final int changedFlight;
        private ByteBuffer received = ByteBuffer.allocate(0);
        private int flights;
        private boolean failed;
        boolean presented = true;

        Server(SSLContext context, int mode, Draw draw) throws SSLException {
            this.draw = draw;
            this.changedFlight = draw.isEmpty() ? -1 : draw.below(4) == 3 ? 1 : 0;
            engine = context.createSSLEngine();
            engine.setUseClientMode(false);
            engine.setEnabledProtocols(new String[] {(mode & TLS_13) != 0 ? "TLSv1.3" : "TLSv1.2"});
            engine.setWantClientAuth((mode & ASK_FOR_CERTIFICATE) != 0);
            engine.beginHandshake();
        }

        @Override
        public byte @Nullable [] answer(byte[] sent) {
            byte[] rest = new byte[received.remaining()];
            received.get(rest);
            received = ByteBuffer.wrap(Der.joined(rest, sent));
            ByteArrayOutputStream flight = new ByteArrayOutputStream();
            if (!failed) {
                try {
                    proceed(flight);
                } catch (IOException e) {
                    failed = true;
                }
            }
            if (flight.size() == 0 || flights == MOST_FLIGHTS) {
                return null;
            }
            byte[] bytes = flight.toByteArray();
            return flights++ == changedFlight ? Flight.changed(bytes, draw) : bytes;
        }

        private void proceed(ByteArrayOutputStream flight) throws SSLException {
            ByteBuffer application = ByteBuffer.allocate(BUFFER_BYTES);
            while (true) {
                HandshakeStatus status = engine.getHandshakeStatus();
                if (status == HandshakeStatus.NEED_TASK) {
                    for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
                        task.run();
                    }
                } else if (status == HandshakeStatus.NEED_WRAP) {
                    ByteBuffer out = ByteBuffer.allocate(BUFFER_BYTES);
                    SSLEngineResult result = engine.wrap(ByteBuffer.allocate(0), out);
                    flight.write(out.array(), 0, out.position());
                    if (result.getStatus() == SSLEngineResult.Status.CLOSED) {
                        return;
                    }
                } else if (received.hasRemaining()) {
                    application.clear();
                    SSLEngineResult result = engine.unwrap(received, application);
                    if (result.bytesConsumed() == 0 && engine.getHandshakeStatus() == status) {
                        return;
                    }
                } else {
                    return;
                }
            }
        }
    }
}
