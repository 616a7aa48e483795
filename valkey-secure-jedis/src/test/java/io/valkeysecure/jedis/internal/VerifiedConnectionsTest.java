package io.valkeysecure.jedis.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valkeysecure.RefusalReason;
import io.valkeysecure.SecureTls;
import io.valkeysecure.adapter.TlsHandshake;
import io.valkeysecure.jedis.Fixture;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** For which socket a login is given, on one thread. */
class VerifiedConnectionsTest {
    private static ValkeyServer server;
    private static SecureTls tls;

    private final VerifiedConnections connections =
            new VerifiedConnections(tls, Fixture.login().build(), factory -> {});

    @BeforeAll
    static void start() {
        server = Fixture.server().start();
        tls = Fixture.tls().build();
    }

    @AfterAll
    static void stop() {
        tls.close();
        server.close();
    }

    private Socket connect() throws IOException {
        return connections
                .socketFactory()
                .createSocket(new Socket(server.host(), server.port()), server.host(), server.port(), true);
    }

    private void forget() {
        ((SocketLogin) connections.login()).forget();
    }

    private void assertNoLogin() {
        ThrowingCallable login = () -> connections.login().get();
        assertThatThrownBy(login)
                .satisfies(thrown -> assertThat(RefusalReason.of(thrown)).contains(RefusalReason.PLAINTEXT_REQUESTED));
    }

    @Test
    void login_ofAVerifiedSocket_isGiven() throws IOException {
        try (Socket socket = connect()) {
            assertThat(connections.login().get()).isNotNull();
            assertThat(socket.isClosed()).isFalse();
        }
    }

    /** Jedis asks whether the socket is open before it logs in again. */
    @Test
    void login_againOnAnOpenSocket_isGiven() throws IOException {
        try (Socket socket = connect()) {
            forget();
            assertNoLogin();

            assertThat(socket.isOutputShutdown()).isFalse();
            assertThat(connections.login().get()).isNotNull();
        }
    }

    @Test
    void login_onASocketThatCanSendNoMore_isRefused() throws IOException {
        try (Socket socket = connect()) {
            forget();
            socket.shutdownOutput();

            assertThat(socket.isOutputShutdown()).isTrue();
            assertNoLogin();
        }
    }

    @Test
    void login_socketClosed_isRefused() throws IOException {
        connect().close();

        assertNoLogin();
    }

    /** The next connection begins: what the thread had is for no other socket. */
    @Test
    void login_mapperIsAskedForTheNext_isRefused() throws IOException {
        try (Socket socket = connect()) {
            assertThat(connections.mapper().getHostAndPort(Fixture.localhost(1)))
                    .isNull();

            assertNoLogin();
            assertThat(socket.isClosed()).isFalse();
        }
    }

    @Test
    void login_nextHandshakeFails_isRefused() throws IOException {
        try (Socket socket = connect();
                Socket other = new Socket(server.host(), server.port())) {
            assertThatThrownBy(
                            () -> connections.socketFactory().createSocket(other, "other.example", server.port(), true))
                    .isInstanceOf(IOException.class);

            assertNoLogin();
            assertThat(socket.isClosed()).isFalse();
        }
    }

    @Test
    void write_byteByByte_arrives() throws IOException {
        try (Socket socket = connect()) {
            for (byte each : "PING\r\n".getBytes(StandardCharsets.US_ASCII)) {
                socket.getOutputStream().write(each);
            }
            socket.getOutputStream().flush();

            assertThat(new String(socket.getInputStream().readNBytes(7), StandardCharsets.US_ASCII))
                    .isEqualTo("-NOAUTH");
        }
    }

    @Test
    void handshakes_areShownUntilTheWatcherIsTakenAway() throws IOException {
        List<TlsHandshake> seen = new ArrayList<>();
        Consumer<TlsHandshake> watcher = seen::add;
        connections.watch(watcher);
        connect().close();
        assertThat(seen)
                .singleElement()
                .satisfies(handshake -> assertThat(handshake.endpoint().port()).isEqualTo(server.port()));

        connections.unwatch(watcher);
        connect().close();
        assertThat(seen).hasSize(1);
    }
}
