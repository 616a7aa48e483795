package io.valkeysecure.cli.doctor.probe;

import io.valkeysecure.Endpoint;
import io.valkeysecure.fuzz.FuzzTarget;
import io.valkeysecure.fuzz.Properties;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;

/** What answers the doctor's own ClientHello. */
public final class ServerHelloTarget implements FuzzTarget {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final ServerSocket listener;
    private final Endpoint endpoint;

    /**
     * Listens on the loopback interface.
     *
     * @throws IOException if that fails
     */
    public ServerHelloTarget() throws IOException {
        listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        endpoint = new Endpoint("127.0.0.1", listener.getLocalPort());
    }

    @Override
    public String name() {
        return "doctor-server-hello";
    }

    @Override
    public List<byte[]> seeds() {
        String random = "00".repeat(32);
        return List.of(
                HexFormat.of().parseHex("160303002c020000280303" + random + "00c02f000000"),
                HexFormat.of()
                        .parseHex("160303003c020000380303" + random + "001301000010002b00020304003300060"
                                + "01d00020000"),
                HexFormat.of().parseHex("15030300020228"),
                HexFormat.of().parseHex("2d455252"),
                new byte[] {0});
    }

    @Override
    public void run(byte[] input) throws IOException {
        try (Wire wire = Wire.open(endpoint, LIMIT)) {
            // a server that says little enough for the buffers between: one thread plays both sides
            try (Socket server = listener.accept()) {
                server.getOutputStream().write(input);
            }
            ServerHello.read(wire).ifPresent(hello -> Properties.requireShowable(hello.toString(), "ServerHello"));
        } catch (ServerHello.NoTlsException e) {
            Properties.requireFit(e);
        }
    }
}
