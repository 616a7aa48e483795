package io.valkeysecure.benchmarks;

import io.valkeysecure.Endpoint;
import io.valkeysecure.SecureTls;
import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.adapter.TlsHandshake;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A connection without a client library: handshake, PING, close. */
final class Handshake {
    private static final byte[] PING = "PING\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] PONG = "+PONG\r\n".getBytes(StandardCharsets.US_ASCII);

    private Handshake() {}

    /** The endpoint is what the library is told; the server is where the connection leads. */
    static void ping(SecureTls tls, Endpoint endpoint, ValkeyServer server) throws IOException {
        try (Socket connected = new Socket(server.host(), server.port());
                Socket socket =
                        TlsHandshake.start(tls, endpoint, ClientLibrary.OTHER).overSocket(connected)) {
            socket.getOutputStream().write(PING);
            byte[] answer = socket.getInputStream().readNBytes(PONG.length);
            if (!Arrays.equals(answer, PONG)) {
                throw new IOException("expected PONG, seen " + new String(answer, StandardCharsets.US_ASCII));
            }
        }
    }
}
