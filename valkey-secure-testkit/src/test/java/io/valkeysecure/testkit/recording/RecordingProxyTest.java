package io.valkeysecure.testkit.recording;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valkeysecure.testkit.TlsClient;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.hostile.HostilePeer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RecordingProxyTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final byte[] SECRET = "a-secret-value".getBytes(StandardCharsets.US_ASCII);

    private final TestCertificate root = TestCertificate.root().build();
    private final TestCertificate leaf = root.issue().dnsName("localhost").build();
    private final SSLContext client = root.issue().build().tlsContext(root);

    @Test
    void plaintext_bothDirections_areRecordedPerConnection() throws Exception {
        try (HostilePeer peer = HostilePeer.plaintextValkey();
                RecordingProxy proxy = RecordingProxy.to("localhost", peer.port())) {
            for (int i = 0; i < 2; i++) {
                try (Socket socket = new Socket("localhost", proxy.port())) {
                    send(socket, "PING " + i + "\r\n");
                    assertThat(socket.getInputStream().readNBytes(7)).asString().startsWith("$1\r\n" + i);
                }
            }
            assertThat(proxy.awaitEnd(LIMIT)).isTrue();
            assertThat(proxy.recordings()).hasSize(2).allMatch(Recording::hasEnded);
            Recording second = proxy.recordings().get(1);
            assertThat(second.clientToServer()).asString().isEqualTo("PING 1\r\n");
            assertThat(second.serverToClient()).asString().isEqualTo("$1\r\n1\r\n");
            assertThat(second.clientTranscript().isAllTls()).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void tls_ofAClientThatTrusts_isAllTlsAndMayCarryACommand(String version) throws Exception {
        try (HostilePeer peer = HostilePeer.tls(leaf);
                RecordingProxy proxy = RecordingProxy.to("localhost", peer.port())) {
            try (TlsClient connection = TlsClient.connect(client, proxy.port(), version)) {
                assertThat(connection.command("PING a-secret-value")).isEqualTo("$14");
            }
            assertThat(proxy.awaitEnd(LIMIT)).isTrue();
            Recording recording = proxy.recordings().get(0);
            assertThat(recording.clientTranscript().isAllTls()).isTrue();
            assertThat(recording.serverTranscript().isAllTls()).isTrue();
            assertThat(recording.clientTranscript().mayCarryCommand()).isTrue();
            assertThat(recording.clientTranscript().contains(SECRET)).isFalse();
            assertThat(peer.applicationBytes()).asString().isEqualTo("PING a-secret-value\r\n");
            assertThatThrownBy(() -> proxy.assertNoCommandSent(LIMIT)).hasMessageContaining("expected TLS without");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void tls_ofAClientThatRefuses_carriesNoCommand(String version) throws Exception {
        try (HostilePeer peer =
                        HostilePeer.tls(root.issue().dnsName("other.test").build());
                RecordingProxy proxy = RecordingProxy.to("localhost", peer.port())) {
            assertThatThrownBy(() -> TlsClient.connect(client, proxy.port(), version))
                    .isInstanceOf(SSLException.class);
            proxy.assertNoCommandSent(LIMIT);
            TlsTranscript transcript = proxy.recordings().get(0).clientTranscript();
            assertThat(transcript.isAllTls()).isTrue();
            assertThat(transcript.mayCarryCommand()).as(transcript.toString()).isFalse();
            if (version.equals("TLSv1.3")) {
                // an alert of two bytes, its type, the tag and the JDK's sixteen bytes of padding
                assertThat(transcript.largestApplicationData()).isEqualTo(2 + 1 + 16 + 16);
            }
        }
    }

    @Test
    void pauseAtServerRecord_ofAConnectionThatIsOpen_isOfNoConcernToIt() throws Exception {
        try (HostilePeer peer = HostilePeer.tls(leaf);
                RecordingProxy proxy = RecordingProxy.to("localhost", peer.port());
                TlsClient open = TlsClient.connect(client, proxy.port(), "TLSv1.3")) {
            assertThat(open.command("PING before")).isEqualTo("$6");
            proxy.pauseAtServerRecord(sent -> true);

            assertThat(open.command("PING later")).isNotEmpty();

            assertThat(proxy.isPaused()).isFalse();
            FutureTask<String> later = new FutureTask<>(() -> {
                try (TlsClient next = TlsClient.connect(client, proxy.port(), "TLSv1.3")) {
                    return next.command("PING later");
                }
            });
            new Thread(later).start();
            Awaitility.await().atMost(LIMIT).until(proxy::isPaused);
            proxy.resume();
            assertThat(later.get(LIMIT.toSeconds(), TimeUnit.SECONDS)).isEqualTo("$5");
        }
    }

    @Test
    void assertNoCommandSent_withoutAConnectionOrWithPlaintextOrAnOpenOne_fails() throws Exception {
        try (HostilePeer peer = HostilePeer.closesAtOnce();
                RecordingProxy proxy = RecordingProxy.to("localhost", peer.port())) {
            assertThatThrownBy(() -> proxy.assertNoCommandSent(LIMIT)).hasMessageContaining("no connection came");
            try (Socket socket = new Socket("localhost", proxy.port())) {
                send(socket, "PING\r\n");
                Awaitility.await().atMost(LIMIT).until(() -> proxy.recordings().size() == 1);
            }
            assertThatThrownBy(() -> proxy.assertNoCommandSent(LIMIT)).hasMessageContaining("then no TLS");
        }
        try (HostilePeer peer = HostilePeer.staysSilent();
                RecordingProxy proxy = RecordingProxy.to("localhost", peer.port());
                Socket socket = new Socket("localhost", proxy.port())) {
            send(socket, "x");
            Awaitility.await().atMost(LIMIT).until(() -> proxy.recordings().size() == 1);
            assertThatThrownBy(() -> proxy.assertNoCommandSent(Duration.ZERO)).hasMessageContaining("still open");
        }
    }

    @Test
    void halfClose_isPassedOn() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                RecordingProxy proxy = RecordingProxy.to("localhost", server.getLocalPort());
                Socket socket = new Socket("localhost", proxy.port());
                Socket accepted = server.accept()) {
            send(socket, "question");
            socket.shutdownOutput();

            assertThat(accepted.getInputStream().readAllBytes()).asString().isEqualTo("question");
            send(accepted, "answer");
            accepted.shutdownOutput();
            assertThat(socket.getInputStream().readAllBytes()).asString().isEqualTo("answer");
            assertThat(proxy.awaitEnd(LIMIT)).isTrue();
        }
    }

    @Test
    void awaitEnd_whileAConnectionIsOpen_isFalse() throws Exception {
        try (HostilePeer peer = HostilePeer.staysSilent();
                RecordingProxy proxy = RecordingProxy.to("localhost", peer.port());
                Socket socket = new Socket("localhost", proxy.port())) {
            send(socket, "x");
            Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> proxy.recordings().size() == 1);

            assertThat(proxy.awaitEnd(Duration.ofMillis(50))).isFalse();
        }
    }

    @Test
    void dropConnections_endsOpenOnesAndAcceptsNewOnes() throws Exception {
        try (HostilePeer peer = HostilePeer.plaintextValkey();
                RecordingProxy proxy = RecordingProxy.to("localhost", peer.port());
                Socket first = new Socket("localhost", proxy.port())) {
            assertPing(first);

            proxy.dropConnections();

            assertThatThrownBy(() -> assertPing(first)).isInstanceOfAny(IOException.class, AssertionError.class);
            assertThat(proxy.awaitEnd(LIMIT)).isTrue();
            try (Socket second = new Socket("localhost", proxy.port())) {
                assertPing(second);
            }
        }
    }

    @Test
    void refuseConnections_resetsNewOnesAndKeepsOpenOnes() throws Exception {
        try (HostilePeer peer = HostilePeer.plaintextValkey();
                RecordingProxy proxy = RecordingProxy.to("localhost", peer.port());
                Socket first = new Socket("localhost", proxy.port())) {
            assertPing(first);

            proxy.refuseConnections(true);

            try (Socket second = new Socket("localhost", proxy.port())) {
                assertThatThrownBy(() -> assertPing(second)).isInstanceOfAny(IOException.class, AssertionError.class);
            }
            assertPing(first);
            proxy.refuseConnections(false);
            try (Socket third = new Socket("localhost", proxy.port())) {
                assertPing(third);
            }
        }
    }

    @Test
    void pause_holdsBytesBackUntilResume() throws Exception {
        try (HostilePeer peer = HostilePeer.plaintextValkey();
                RecordingProxy proxy = RecordingProxy.to("localhost", peer.port());
                Socket socket = new Socket("localhost", proxy.port())) {
            assertPing(socket);
            proxy.pause();
            send(socket, "PING\r\n");
            Recording recording = proxy.recordings().get(0);
            Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> recording.clientToServer().length == 12);
            assertThat(peer.applicationBytes()).hasSize(6);

            proxy.resume();

            assertThat(socket.getInputStream().readNBytes(7)).asString().isEqualTo("+PONG\r\n");
        }
    }

    @Test
    void target_absent_endsTheConnection() throws Exception {
        int unused;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            unused = socket.getLocalPort();
        }
        try (RecordingProxy proxy = RecordingProxy.to("localhost", unused);
                Socket socket = new Socket("localhost", proxy.port())) {
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
            assertThat(proxy.awaitEnd(LIMIT)).isTrue();
        }
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static void assertPing(Socket socket) throws IOException {
        send(socket, "PING\r\n");
        InputStream in = socket.getInputStream();
        assertThat(in.readNBytes(7)).asString().isEqualTo("+PONG\r\n");
    }
}
