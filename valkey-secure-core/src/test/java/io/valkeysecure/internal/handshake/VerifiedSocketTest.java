package io.valkeysecure.internal.handshake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.valkeysecure.Endpoint;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsHandshakeException;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.adapter.ManagedConnection;
import io.valkeysecure.adapter.TlsHandshake;
import io.valkeysecure.internal.root.RootTypes;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.hostile.HostilePeer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.HandshakeCompletedListener;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A socket whose handshake is done: what is read of it and set on it is the connection's, but for what decides about
 * TLS.
 */
class VerifiedSocketTest {
    private static final TestCertificate ROOT = TestCertificate.root().build();
    private static final TestCertificate SERVER =
            ROOT.issue().dnsName("localhost").build();
    private static final InetSocketAddress ELSEWHERE = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);

    private HostilePeer peer;
    private SecureTls tls;
    private Socket connected;
    private SSLSocket socket;

    @BeforeEach
    void open() throws IOException {
        peer = HostilePeer.tls(SERVER);
        tls = SecureTls.trusting(TrustAnchors.of(ROOT.certificate()))
                .withoutClientIdentity()
                .build();
        connected = new Socket("localhost", peer.port());
        socket = TlsHandshake.start(tls, new Endpoint("localhost", peer.port()), ClientLibrary.OTHER)
                .overSocket(connected);
    }

    @AfterEach
    void close() throws IOException {
        socket.close();
        connected.close();
        tls.close();
        peer.close();
    }

    @Test
    void addresses_areTheConnections() {
        assertThat(socket.getInetAddress()).isNotNull().isEqualTo(connected.getInetAddress());
        assertThat(socket.getLocalAddress()).isNotNull().isEqualTo(connected.getLocalAddress());
        assertThat(socket.getPort()).isPositive().isEqualTo(connected.getPort());
        assertThat(socket.getLocalPort()).isPositive().isEqualTo(connected.getLocalPort());
        assertThat(socket.getRemoteSocketAddress()).isNotNull().isEqualTo(connected.getRemoteSocketAddress());
        assertThat(socket.getLocalSocketAddress()).isNotNull().isEqualTo(connected.getLocalSocketAddress());
        assertThat(socket.isConnected()).isTrue();
        assertThat(socket.isBound()).isTrue();
        assertThat(socket.isClosed()).isFalse();
        assertThat(socket.isInputShutdown()).isFalse();
        assertThat(socket.isOutputShutdown()).isFalse();
    }

    @Test
    void options_areTheConnections() throws IOException {
        for (boolean on : new boolean[] {true, false}) {
            socket.setTcpNoDelay(on);
            assertThat(connected.getTcpNoDelay()).isEqualTo(on).isEqualTo(socket.getTcpNoDelay());
            socket.setKeepAlive(on);
            assertThat(connected.getKeepAlive()).isEqualTo(on).isEqualTo(socket.getKeepAlive());
            socket.setReuseAddress(on);
            assertThat(connected.getReuseAddress()).isEqualTo(on).isEqualTo(socket.getReuseAddress());
            socket.setSoLinger(on, 7);
            assertThat(connected.getSoLinger()).isEqualTo(on ? 7 : -1).isEqualTo(socket.getSoLinger());
            assertThat(socket.setOption(StandardSocketOptions.SO_KEEPALIVE, on)).isSameAs(socket);
            assertThat(connected.getOption(StandardSocketOptions.SO_KEEPALIVE))
                    .isEqualTo(on)
                    .isEqualTo(socket.getOption(StandardSocketOptions.SO_KEEPALIVE));
        }
        assertThat(socket.supportedOptions()).isNotEmpty().isEqualTo(connected.supportedOptions());
        socket.setSoTimeout(1234);
        assertThat(connected.getSoTimeout()).isEqualTo(1234).isEqualTo(socket.getSoTimeout());
        socket.setTrafficClass(0x10);
        assertThat(connected.getTrafficClass()).isEqualTo(0x10).isEqualTo(socket.getTrafficClass());
        int before = connected.getReceiveBufferSize();
        socket.setReceiveBufferSize(before / 2);
        assertThat(connected.getReceiveBufferSize()).isNotEqualTo(before).isEqualTo(socket.getReceiveBufferSize());
        before = connected.getSendBufferSize();
        socket.setSendBufferSize(before / 2);
        assertThat(connected.getSendBufferSize()).isNotEqualTo(before).isEqualTo(socket.getSendBufferSize());
    }

    @Test
    void shutdown_isTheConnections() throws IOException {
        socket.shutdownOutput();
        assertThat(socket.isOutputShutdown()).isTrue();
        assertThatThrownBy(socket::shutdownInput)
                .isInstanceOf(SSLException.class)
                .hasMessageContaining("before receiving peer's close_notify");
    }

    @Test
    void tlsSettings_canBeReadAndNotSet() throws IOException {
        SSLParameters before = socket.getSSLParameters();
        String session = socket.getSession().getCipherSuite();
        SSLParameters none = new SSLParameters(new String[] {session}, new String[] {"TLSv1.2"});
        none.setEndpointIdentificationAlgorithm("");

        socket.setSSLParameters(none);
        socket.setEnabledProtocols(new String[] {"TLSv1.2"});
        socket.setEnabledCipherSuites(new String[] {session});
        socket.setUseClientMode(false);
        socket.setNeedClientAuth(true);
        socket.setWantClientAuth(true);
        socket.setEnableSessionCreation(false);
        socket.startHandshake();

        SSLParameters after = socket.getSSLParameters();
        assertThat(after.getEndpointIdentificationAlgorithm()).isEqualTo("HTTPS");
        assertThat(after.getProtocols()).isEqualTo(before.getProtocols()).isEqualTo(socket.getEnabledProtocols());
        assertThat(after.getCipherSuites())
                .isEqualTo(before.getCipherSuites())
                .isEqualTo(socket.getEnabledCipherSuites());
        assertThat(socket.getSupportedProtocols()).contains("TLSv1.2", "TLSv1.3");
        assertThat(socket.getSupportedCipherSuites()).contains(session);
        assertThat(socket.getUseClientMode()).isTrue();
        assertThat(socket.getNeedClientAuth()).isFalse();
        assertThat(socket.getWantClientAuth()).isFalse();
        assertThat(socket.getEnableSessionCreation()).isTrue();
        assertThat(socket.getHandshakeSession()).isNull();
        assertThat(socket.getApplicationProtocol()).isNotNull().isEmpty();
    }

    @Test
    void handshakeListener_neverAdded_cannotBeRemoved() {
        HandshakeCompletedListener listener = event -> {};
        assertThatThrownBy(() -> socket.removeHandshakeCompletedListener(listener))
                .isInstanceOf(IllegalArgumentException.class);
        socket.addHandshakeCompletedListener(listener);
        socket.removeHandshakeCompletedListener(listener);
    }

    @Test
    void whatALiveConnectionCannotTake_isRefused() {
        assertThatExceptionOfType(SocketException.class)
                .isThrownBy(() -> socket.sendUrgentData(42))
                .withMessageContaining("plaintext");
        assertThatExceptionOfType(SocketException.class).isThrownBy(() -> socket.setOOBInline(true));
        assertThatExceptionOfType(SocketException.class).isThrownBy(socket::getOOBInline);
        for (var connect : List.<org.assertj.core.api.ThrowableAssert.ThrowingCallable>of(
                () -> socket.connect(ELSEWHERE), () -> socket.connect(ELSEWHERE, 10))) {
            assertThatExceptionOfType(SocketException.class)
                    .isThrownBy(connect)
                    .withMessageContaining("connected already");
        }
        assertThatExceptionOfType(SocketException.class)
                .isThrownBy(() -> socket.bind(ELSEWHERE))
                .withMessageContaining("bound already");
    }

    @Test
    void bytes_areReadOneByOneAndTogether() throws IOException {
        InputStream in = socket.getInputStream();
        OutputStream out = socket.getOutputStream();
        out.write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
        out.flush();

        assertThat(in.read()).isEqualTo('+');
        assertThat(new String(in.readNBytes(6), StandardCharsets.US_ASCII)).isEqualTo("PONG\r\n");
        for (byte each : "PING\r\n".getBytes(StandardCharsets.US_ASCII)) {
            out.write(each);
        }
        assertThat(new String(in.readNBytes(7), StandardCharsets.US_ASCII)).isEqualTo("+PONG\r\n");
    }

    @Test
    void read_peerCloses_isTheEnd() throws IOException {
        InputStream in = socket.getInputStream();
        OutputStream out = socket.getOutputStream();
        out.write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
        assertThat(in.readNBytes(7)).hasSize(7);

        peer.close();

        assertThat(catchThrowable(() -> assertThat(in.read()).isEqualTo(-1)))
                .satisfiesAnyOf(
                        thrown -> assertThat(thrown).isNull(),
                        thrown -> assertThat(RefusalReason.of(thrown)).isEmpty());
    }

    @Test
    void read_peerSaysThatItCloses_isTheEnd() throws Exception {
        try (ServerSocket listener =
                        SERVER.tlsContext().getServerSocketFactory().createServerSocket(0);
                Socket plain = new Socket("localhost", listener.getLocalPort())) {
            CompletableFuture<Void> served = CompletableFuture.runAsync(() -> {
                try (Socket accepted = listener.accept()) {
                    accepted.getOutputStream().write('+');
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            try (SSLSocket open = TlsHandshake.start(
                            tls, new Endpoint("localhost", listener.getLocalPort()), ClientLibrary.OTHER)
                    .overSocket(plain)) {
                assertThat(open.getInputStream().readAllBytes()).containsExactly('+');
            }
            served.get(60, TimeUnit.SECONDS);
        }
    }

    @Test
    void closeOfTheLibrary_forgetsOpenConnectionsAndEndsItsThreads() throws IOException {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        SecureTls another = SecureTls.trusting(TrustAnchors.of(ROOT.certificate()))
                .withoutClientIdentity()
                .build();
        try (SSLSocket open = TlsHandshake.start(another, new Endpoint("localhost", peer.port()), ClientLibrary.OTHER)
                .overSocket(new Socket("localhost", peer.port()))) {
            assertThat(another.status().openConnections()).isEqualTo(1);
            Set<Thread> itsOwn = new HashSet<>(Thread.getAllStackTraces().keySet());
            itsOwn.removeAll(before);
            itsOwn.removeIf(thread -> !thread.getName().startsWith("valkey-secure-"));
            assertThat(itsOwn).isNotEmpty();

            another.close();

            assertThat(another.status().openConnections()).isZero();
            await().atMost(Duration.ofSeconds(60)).until(() -> itsOwn.stream().noneMatch(Thread::isAlive));
            assertThat(open.isClosed()).isFalse();
        }
    }

    private final TlsHandshakeException removed = RootTypes.handshakeRefused(
            RefusalReason.UNTRUSTED_ISSUER, new Endpoint("localhost", 1), "CA removed", null);

    /** Jedis would connect anew without logging in, if the socket told it. */
    @Test
    void close_byTheLibrary_isToldToAPoolAndNotToTheClient() throws IOException {
        InputStream in = socket.getInputStream();
        OutputStream out = socket.getOutputStream();
        assertThat(VerifiedSocket.isDraining(() -> !socket.isClosed())).isFalse();

        ((ManagedConnection) socket).close(removed);

        assertThat(connected.isClosed()).isTrue();
        assertThat(VerifiedSocket.isDraining(() -> !socket.isClosed())).isTrue();
        assertThat(socket.isClosed()).isFalse();
        assertThat(socket.isConnected()).isTrue();
        assertThat(socket.isBound()).isTrue();
        assertThat(socket.isInputShutdown()).isFalse();
        assertThat(socket.isOutputShutdown()).isFalse();
        assertThatThrownBy(() -> in.read())
                .satisfies(thrown -> assertThat(RefusalReason.of(thrown)).contains(RefusalReason.UNTRUSTED_ISSUER));
        assertThatThrownBy(() -> out.write(1))
                .satisfies(thrown -> assertThat(RefusalReason.of(thrown)).contains(RefusalReason.UNTRUSTED_ISSUER));
        assertThatThrownBy(() -> out.write(new byte[] {1, 2}))
                .satisfies(thrown -> assertThat(RefusalReason.of(thrown)).contains(RefusalReason.UNTRUSTED_ISSUER));
        out.flush();

        socket.close();
        assertThat(socket.isClosed()).isTrue();
    }

    /** A close_notify, or waiting for one, could block on a peer that does not read. */
    @Test
    void close_byTheLibrary_resetsTheConnectionAndKeepsAFailure() throws IOException {
        AtomicInteger linger = new AtomicInteger(-1);
        AtomicBoolean fails = new AtomicBoolean();
        try (Socket plain = new Socket("localhost", peer.port()) {
            @Override
            public void setSoLinger(boolean on, int seconds) throws SocketException {
                linger.set(on ? seconds : -1);
                super.setSoLinger(on, seconds);
            }

            @Override
            public synchronized void close() throws IOException {
                super.close();
                if (fails.getAndSet(false)) {
                    throw new IOException("closing fails");
                }
            }
        }) {
            SSLSocket open = TlsHandshake.start(tls, new Endpoint("localhost", peer.port()), ClientLibrary.OTHER)
                    .overSocket(plain);
            fails.set(true);

            ((ManagedConnection) open).close(removed);

            assertThat(linger).hasValue(0);
            assertThat(plain.isClosed()).isTrue();
            assertThat(removed.getSuppressed())
                    .extracting(Throwable::getMessage)
                    .containsExactly("closing fails");
            open.close();
        }
    }

    @Test
    void drain_isToldToAPoolAlone() {
        ((ManagedConnection) socket).drain();

        assertThat(VerifiedSocket.isDraining(() -> !socket.isClosed())).isTrue();
        assertThat(socket.isClosed()).isFalse();
        assertThat(connected.isClosed()).isFalse();
    }

    @Test
    void close_byTheClient_closesAndIsForgotten() throws IOException {
        assertThat(tls.status().openConnections()).isEqualTo(1);

        socket.close();

        assertThat(connected.isClosed()).isTrue();
        assertThat(socket.isClosed()).isTrue();
        assertThat(tls.status().openConnections()).isZero();
    }

    /** There is no second handshake, so that what was proved goes on to be true. */
    @Test
    void read_serverAsksForAnotherHandshake_closesAndSaysWhy() throws IOException {
        try (HostilePeer renegotiating = HostilePeer.renegotiates(SERVER);
                Socket plain = new Socket("localhost", renegotiating.port());
                SSLSocket open = TlsHandshake.start(
                                tls, new Endpoint("localhost", renegotiating.port()), ClientLibrary.OTHER)
                        .overSocket(plain)) {
            Throwable thrown = catchThrowable(() -> {
                for (int i = 0; i < 10; i++) {
                    open.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
                    int unused = open.getInputStream().read();
                }
            });
            assertThat(RefusalReason.of(thrown)).contains(RefusalReason.RENEGOTIATION);
            assertThat(plain.isClosed()).isTrue();
        }
    }
}
