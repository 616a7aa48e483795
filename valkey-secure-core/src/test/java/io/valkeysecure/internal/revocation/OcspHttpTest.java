package io.valkeysecure.internal.revocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.valkeysecure.internal.text.Printable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a responder says in HTTP becomes text of ours. The answer itself is the matter of {@link OcspCheckTest}. */
class OcspHttpTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/9.9 \u001b[2J\u0007\u007f\u0085\u009b31m\r\n\r\n",
                "\u001b[31mred\u009b2J\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: \u001b[2J\u009b\r\n\r\n",
                "HTTP/1.1 500 \u001b[2J\u009b\r\nContent-Length: 0\r\n\r\n"
            })
    void post_hostileAnswer_isTurnedDownInPrintableText(String answer) throws Exception {
        try (ServerSocket responder = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Thread thread = new Thread(() -> answer(responder, answer), "responder");
            thread.setDaemon(true);
            thread.start();
            URI uri = URI.create("http://localhost:" + responder.getLocalPort() + "/");

            UnprovedException refused = catchThrowableOfType(
                    UnprovedException.class, () -> OcspHttp.post(uri, new byte[1], Duration.ofSeconds(60)));

            assertThat(refused.problem())
                    .startsWith(uri.toString())
                    .satisfies(text -> assertThat(Printable.isPrintable(text)).isTrue());
            assertThat(refused.problem().length()).isLessThan(1_000);
        }
    }

    private static void answer(ServerSocket responder, String answer) {
        while (!responder.isClosed()) {
            try (Socket client = responder.accept()) {
                if (client.getInputStream().read(new byte[8192]) > 0) {
                    client.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
                }
            } catch (IOException e) {
                // the client went, or this was closed
            }
        }
    }
}
