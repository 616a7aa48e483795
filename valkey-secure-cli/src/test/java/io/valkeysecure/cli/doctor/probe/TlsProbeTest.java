package io.valkeysecure.cli.doctor.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valkeysecure.Endpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** What OpenSSL 3.0 cannot be made to answer. */
class TlsProbeTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @Test
    void requestForThePostQuantumGroup_isSeen() throws IOException {
        try (Answering server = new Answering(helloRetryRequest("11ec"))) {
            TlsProbe.Accepted accepted = new TlsProbe(server.endpoint(), LIMIT).ask();

            assertThat(accepted.postQuantum()).isTrue();
            assertThat(accepted.versions()).containsExactly("TLSv1.3");
        }
    }

    @Test
    void requestForAnotherGroup_isNoPostQuantum() throws IOException {
        try (Answering server = new Answering(helloRetryRequest("0017"))) {
            assertThat(new TlsProbe(server.endpoint(), LIMIT).ask().postQuantum())
                    .isFalse();
        }
    }

    @Test
    void tls12WithoutRenegotiationInfo_isSeen() throws IOException {
        try (Answering server = new Answering(tls12(""))) {
            assertThat(new TlsProbe(server.endpoint(), LIMIT).ask().secureRenegotiation())
                    .contains(false);
        }
        try (Answering server = new Answering(tls12("0005ff01000100"))) {
            assertThat(new TlsProbe(server.endpoint(), LIMIT).ask().secureRenegotiation())
                    .contains(true);
        }
    }

    @Test
    void compression_thatIsChosen_isSeen() throws IOException {
        try (Answering server = new Answering(serverHello("c02f", "01", ""))) {
            assertThat(new TlsProbe(server.endpoint(), LIMIT).ask().compression())
                    .contains(true);
        }
        try (Answering server = new Answering(tls12(""))) {
            assertThat(new TlsProbe(server.endpoint(), LIMIT).ask().compression())
                    .contains(false);
        }
    }

    /** A suite that no list of the doctor has is not passed over. */
    @Test
    void suite_thatIsUnknown_isNamedByItsNumber() throws IOException {
        try (Answering server = new Answering(serverHello("c0b0", ""))) {
            assertThat(new TlsProbe(server.endpoint(), LIMIT).ask().weak()).contains("0xc0b0");
        }
        try (Answering server = new Answering(tls12(""))) {
            assertThat(new TlsProbe(server.endpoint(), LIMIT).ask().weak()).isEmpty();
        }
    }

    @Test
    void cutAndMalformedHellos_areNoTls() throws IOException {
        for (String broken : new String[] {"16030300050200000100", "1603030004020000ff", "485454502f312e310d0a"}) {
            try (Answering server = new Answering(HexFormat.of().parseHex(broken))) {
                assertThatThrownBy(() -> new TlsProbe(server.endpoint(), LIMIT).ask())
                        .isInstanceOf(ServerHello.NoTlsException.class);
            }
        }
    }

    /** RFC 8446 section 4.1.4: a ServerHello with a fixed random, TLS 1.3 and the wanted group. */
    private static byte[] helloRetryRequest(String group) {
        return serverHello("1301", "000c" + "002b00020304" + "00330002" + group);
    }

    private static byte[] tls12(String extensions) {
        return serverHello("c02f", extensions);
    }

    private static byte[] serverHello(String suite, String extensions) {
        return serverHello(suite, "00", extensions);
    }

    private static byte[] serverHello(String suite, String compression, String extensions) {
        String body = "0303" + "00".repeat(32) + "00" + suite + compression + extensions;
        int length = body.length() / 2;
        return HexFormat.of().parseHex("160303%04x02%06x%s".formatted(length + 4, length, body));
    }

    /** Answers each connection with the same bytes. */
    private static final class Answering implements AutoCloseable {
        private final ServerSocket listener = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        private final byte[] answer;

        Answering(byte[] answer) throws IOException {
            this.answer = answer;
            Thread thread = new Thread(this::serve, "answering");
            thread.setDaemon(true);
            thread.start();
        }

        Endpoint endpoint() {
            return new Endpoint("localhost", listener.getLocalPort());
        }

        private void serve() {
            while (!listener.isClosed()) {
                try (Socket client = listener.accept()) {
                    if (client.getInputStream().read(new byte[2048]) > 0) {
                        client.getOutputStream().write(answer);
                        client.shutdownOutput();
                        while (client.getInputStream().read() >= 0) {
                            // until the other side has read, and closes
                        }
                    }
                } catch (IOException e) {
                    // the client went, or this was closed
                }
            }
        }

        @Override
        public void close() throws IOException {
            listener.close();
        }
    }
}
