package io.valkeysecure.internal.handshake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.valkeysecure.Endpoint;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsHandshakeException;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.internal.root.RootTypes;
import io.valkeysecure.testkit.certificate.TestCertificate;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.time.Duration;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What passes between JSSE and the TCP connection during a handshake. */
class DeadlineSocketTest {
    private static final Duration LONG = Duration.ofMinutes(10);

    private final SecureTls tls = SecureTls.trusting(
                    TrustAnchors.of(TestCertificate.root().build().certificate()))
            .withoutClientIdentity()
            .build();
    private final HandshakeDriver driver =
            ((Connector) RootTypes.internals(tls)).handshake(new Endpoint("localhost", 6379), ClientLibrary.OTHER);
    private final Wire wire = new Wire();

    @AfterEach
    void close() {
        tls.close();
    }

    /** A connection in memory: it says yes to every question, and remembers. */
    private static final class Wire extends Socket {
        final ByteArrayOutputStream sent = new ByteArrayOutputStream();
        byte[] toReceive = {};
        int timeout = 1234;
        boolean yes = true;
        boolean oob;
        boolean inputShutdown;
        boolean closed;
        boolean isBroken;
        boolean isUnreadable;

        @Override
        public InputStream getInputStream() throws IOException {
            if (isUnreadable) {
                throw new IOException("cannot be read");
            }
            return new ByteArrayInputStream(toReceive);
        }

        @Override
        public OutputStream getOutputStream() {
            return new OutputStream() {
                @Override
                public void write(int value) throws IOException {
                    throw new IOException("one byte at a time");
                }

                @Override
                public void write(byte[] bytes, int offset, int length) throws IOException {
                    if (isBroken) {
                        throw new IOException("broken pipe");
                    }
                    sent.write(bytes, offset, length);
                }
            };
        }

        @Override
        public synchronized void setSoTimeout(int millis) {
            timeout = millis;
        }

        @Override
        public synchronized int getSoTimeout() {
            return timeout;
        }

        @Override
        public boolean isBound() {
            return yes;
        }

        @Override
        public boolean isConnected() {
            return yes;
        }

        @Override
        public boolean isClosed() {
            return closed;
        }

        @Override
        public boolean isInputShutdown() {
            return yes;
        }

        @Override
        public boolean isOutputShutdown() {
            return yes;
        }

        @Override
        public void setOOBInline(boolean on) {
            oob = on;
        }

        @Override
        public boolean getOOBInline() {
            return oob;
        }

        @Override
        public <T> Socket setOption(SocketOption<T> name, T value) {
            return this;
        }

        @Override
        public void shutdownInput() {
            inputShutdown = true;
        }

        @Override
        public synchronized void close() {
            closed = true;
        }
    }

    private DeadlineSocket within(Duration time) throws IOException {
        return new DeadlineSocket(wire, driver, System.nanoTime() + time.toNanos());
    }

    @Test
    void questions_areTheConnections() throws IOException {
        try (DeadlineSocket socket = within(LONG)) {
            for (boolean yes : new boolean[] {true, false}) {
                wire.yes = yes;
                assertThat(socket.isBound()).isEqualTo(yes);
                assertThat(socket.isConnected()).isEqualTo(yes);
                assertThat(socket.isInputShutdown()).isEqualTo(yes);
                assertThat(socket.isOutputShutdown()).isEqualTo(yes);
                socket.setOOBInline(yes);
                assertThat(wire.oob).isEqualTo(yes).isEqualTo(socket.getOOBInline());
            }
            assertThat(socket.setOption(StandardSocketOptions.TCP_NODELAY, true))
                    .isSameAs(socket);
            assertThat(socket.isClosed()).isFalse();
            socket.shutdownInput();
            assertThat(wire.inputShutdown).isTrue();
        }
        assertThat(wire.closed).isTrue();
        try (DeadlineSocket socket = within(LONG)) {
            assertThat(socket.isClosed()).isTrue();
        }
    }

    @Test
    void flight_isSentAtOnceBeforeTheNextRead() throws IOException {
        DeadlineSocket socket = within(LONG);
        wire.toReceive = new byte[] {22, 3, 3};
        OutputStream out = socket.getOutputStream();
        InputStream in = socket.getInputStream();
        out.write(new byte[] {0, 22, 3}, 1, 2);
        out.write(1);
        assertThat(wire.sent.size()).isZero();

        assertThat(in.read()).isEqualTo(22);

        assertThat(wire.sent.toByteArray()).containsExactly(22, 3, 1);
        assertThat(wire.timeout).isGreaterThan(1234);
        assertThat(in.read(new byte[2])).isEqualTo(2);
        assertThat(in.read()).isEqualTo(-1);
    }

    @Test
    void read_aByteAbove127_isNoEnd() throws IOException {
        DeadlineSocket socket = within(LONG);
        wire.toReceive = new byte[] {(byte) 0xff, 0};
        InputStream in = socket.getInputStream();

        assertThat(in.read()).isEqualTo(255);
        assertThat(in.read()).isZero();
        assertThat(in.read()).isEqualTo(-1);
    }

    @Test
    void read_whenTheTimeIsUp_timesOut() throws IOException {
        DeadlineSocket socket = within(Duration.ZERO);
        InputStream in = socket.getInputStream();

        assertThatThrownBy(() -> in.read()).isInstanceOf(SocketTimeoutException.class);
    }

    @Test
    void close_duringTheHandshake_sendsWhatJsseWroteLast() throws IOException {
        DeadlineSocket socket = within(LONG);
        socket.getOutputStream().write(new byte[] {21, 3, 3, 0, 2, 2, 80});

        socket.close();

        assertThat(wire.sent.toByteArray()).containsExactly(21, 3, 3, 0, 2, 2, 80);
        assertThat(wire.closed).isTrue();
    }

    @Test
    void close_ofAClosedConnection_sendsNothing() throws IOException {
        DeadlineSocket socket = within(LONG);
        socket.getOutputStream().write(new byte[] {21, 3, 3, 0, 2, 2, 80});
        wire.closed = true;

        socket.close();

        assertThat(wire.sent.size()).isZero();
    }

    @Test
    void handshakeEnded_whatIsWrittenGoesOutAndTheTimeoutIsTheCallers() throws IOException {
        DeadlineSocket socket = within(LONG);
        OutputStream out = socket.getOutputStream();
        out.write(new byte[] {1});

        socket.handshakeEnded();
        out.write(new byte[] {2});
        out.write(3);

        assertThat(wire.sent.toByteArray()).containsExactly(1, 2, 3);
        assertThat(wire.timeout).isEqualTo(1234);
        assertThat(socket.getInputStream().read()).isEqualTo(-1);
        assertThat(wire.timeout).isEqualTo(1234);
    }

    /** A TLS 1.2 server that refuses our certificate closes while we write; its alert is there to be read. */
    @Test
    void write_fails_whatThePeerSaidBeforeIsKept() throws IOException {
        DeadlineSocket socket = within(LONG);
        wire.toReceive = HexFormat.of().parseHex("1503030002022a"); // bad_certificate
        wire.isBroken = true;
        socket.getOutputStream().write(new byte[] {1});

        Throwable failed = catchThrowable(() -> socket.getInputStream().read());

        assertThat(failed).hasMessage("broken pipe");
        assertThat(wire.timeout).isEqualTo(100);
        assertThat(driver.refuse(failed)).hasMessageContaining("bad_certificate");
    }

    @Test
    void write_failsAndReadingDoesToo_keepsBothFailures() throws IOException {
        DeadlineSocket socket = within(LONG);
        wire.isBroken = true;
        wire.isUnreadable = true;
        socket.getOutputStream().write(new byte[] {1});

        Throwable failed = catchThrowable(socket::handshakeEnded);

        assertThat(failed).hasMessage("broken pipe");
        assertThat(failed.getSuppressed()).extracting(Throwable::getMessage).containsExactly("cannot be read");
    }

    /** Bytes that the engine must not see. */
    @Test
    void read_whatIsRefused_closesAndIsSaid() throws IOException {
        DeadlineSocket socket = within(LONG);
        String hello = "02000026" + "0303" + "00".repeat(32) + "00" + "c02b" + "00";
        wire.toReceive =
                HexFormat.of().parseHex(String.format("160303%04x", hello.length() / 2) + hello + "474554202f");

        Throwable refused = catchThrowable(() -> socket.getInputStream().read(new byte[1000]));

        assertThat(refused).isInstanceOf(TlsHandshakeException.class);
        assertThat(RefusalReason.of(refused)).contains(RefusalReason.MALFORMED_HANDSHAKE);
        assertThat(wire.closed).isTrue();
        assertThat(driver.refusal()).contains((TlsHandshakeException) refused);
    }
}
