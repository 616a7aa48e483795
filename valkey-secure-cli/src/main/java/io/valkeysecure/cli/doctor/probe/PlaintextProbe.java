package io.valkeysecure.cli.doctor.probe;

import io.valkeysecure.Endpoint;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/** Sends one PING in the clear, and nothing else. */
public final class PlaintextProbe {
    private static final byte[] PING = "PING\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final int LONGEST_ANSWER = 200;

    private PlaintextProbe() {}

    /**
     * Asks a port.
     *
     * @return the line that was answered, if it is one of RESP
     * @throws SocketTimeoutException if nothing is answered
     * @throws IOException if nobody listens
     */
    public static Optional<String> ask(Endpoint endpoint, Duration limit) throws IOException {
        try (Wire wire = Wire.open(endpoint, limit)) {
            try {
                wire.send(PING);
                StringBuilder line = new StringBuilder();
                while (line.length() < LONGEST_ANSWER) {
                    char next = (char) (wire.read(1)[0] & 0xff);
                    if (line.length() == 0 && next != '+' && next != '-') {
                        return Optional.empty();
                    }
                    if (next == '\r' || next == '\n') {
                        break;
                    }
                    line.append(next);
                }
                return Optional.of(line.toString());
            } catch (EOFException | SocketException e) {
                return Optional.empty(); // the end, or a reset
            }
        }
    }
}
