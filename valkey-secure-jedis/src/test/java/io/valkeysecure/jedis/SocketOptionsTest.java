package io.valkeysecure.jedis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.valkeysecure.Engine;
import io.valkeysecure.SecureTls;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a user sets on the socket that the factory returned takes effect on the connection, or is refused. */
class SocketOptionsTest {
    private static ValkeyServer server;

    @BeforeAll
    static void start() {
        server = Fixture.server().start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    static List<Engine> engines() {
        return List.of(Engine.jdk(), Engine.boringSsl());
    }

    private interface Check {
        void on(Socket socket, Socket connected) throws IOException;
    }

    @SuppressWarnings("deprecation") // getSslSocketFactory
    private static void check(Engine engine, Check check) throws IOException {
        try (SecureTls tls = Fixture.tls().engine(engine).build();
                Socket connected = new Socket(server.host(), server.port());
                Socket socket = SecureJedis.clientConfig(tls, Fixture.login().build())
                        .getSslSocketFactory()
                        .createSocket(connected, server.host(), server.port(), true)) {
            check.on(socket, connected);
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void setters_takeEffectOnTheConnection(Engine engine) throws IOException {
        check(engine, (socket, connected) -> {
            for (boolean on : new boolean[] {true, false}) {
                socket.setTcpNoDelay(on);
                assertThat(connected.getTcpNoDelay()).isEqualTo(on);
                socket.setKeepAlive(on);
                assertThat(connected.getKeepAlive()).isEqualTo(on);
                socket.setReuseAddress(on);
                assertThat(connected.getReuseAddress()).isEqualTo(on);
                socket.setSoLinger(on, 7);
                assertThat(connected.getSoLinger()).isEqualTo(on ? 7 : -1);
            }
            socket.setSoTimeout(1234);
            assertThat(socket.getSoTimeout()).isEqualTo(1234);
            assertThat(connected.getSoTimeout()).isEqualTo(1234);
            socket.setTrafficClass(0x10);
            assertThat(connected.getTrafficClass()).isEqualTo(0x10);
            int before = connected.getReceiveBufferSize();
            socket.setReceiveBufferSize(before / 2);
            assertThat(connected.getReceiveBufferSize()).isNotEqualTo(before).isEqualTo(socket.getReceiveBufferSize());
            before = connected.getSendBufferSize();
            socket.setSendBufferSize(before / 2);
            assertThat(connected.getSendBufferSize()).isNotEqualTo(before).isEqualTo(socket.getSendBufferSize());
        });
    }

    @ParameterizedTest
    @MethodSource("engines")
    void setOption_takesEffectOnTheConnection(Engine engine) throws IOException {
        check(engine, (socket, connected) -> {
            assertThat(socket.supportedOptions()).isEqualTo(connected.supportedOptions());
            for (boolean on : new boolean[] {true, false}) {
                for (var option : List.of(StandardSocketOptions.SO_KEEPALIVE, StandardSocketOptions.TCP_NODELAY)) {
                    assertThat(socket.setOption(option, on)).isSameAs(socket);
                    assertThat(connected.getOption(option)).isEqualTo(on);
                    assertThat(socket.getOption(option)).isEqualTo(on);
                }
            }
            socket.setOption(StandardSocketOptions.SO_LINGER, 5);
            assertThat(connected.getSoLinger()).isEqualTo(5);
        });
    }

    @ParameterizedTest
    @MethodSource("engines")
    void whatALiveConnectionCannotTake_isRefused(Engine engine) throws IOException {
        InetSocketAddress elsewhere = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
        check(engine, (socket, connected) -> {
            assertThatExceptionOfType(SocketException.class)
                    .isThrownBy(() -> socket.sendUrgentData(42))
                    .withMessageContaining("plaintext");
            assertThatExceptionOfType(SocketException.class).isThrownBy(() -> socket.setOOBInline(true));
            assertThatExceptionOfType(SocketException.class)
                    .isThrownBy(() -> socket.connect(elsewhere))
                    .withMessageContaining("connected already");
            assertThatExceptionOfType(SocketException.class)
                    .isThrownBy(() -> socket.connect(elsewhere, 10))
                    .withMessageContaining("connected already");
            assertThatExceptionOfType(SocketException.class)
                    .isThrownBy(() -> socket.bind(elsewhere))
                    .withMessageContaining("bound already");
            assertThat(socket.isConnected()).isTrue();
        });
    }
}
