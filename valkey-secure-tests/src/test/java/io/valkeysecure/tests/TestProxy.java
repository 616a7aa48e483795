package io.valkeysecure.tests;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A proxy that leads to servers on the loopback address by the names that it is asked for. */
final class TestProxy implements AutoCloseable {
    /** How it is told which server is meant. */
    enum Kind {
        /** RFC 1928, without a login; names are resolved by the proxy. */
        SOCKS5,
        /** HTTP CONNECT (RFC 9110, 9.3.6). */
        CONNECT,
        /** By the server name indication of the ClientHello, which is passed on. */
        SNI
    }

    private final Kind kind;
    private final Map<String, Integer> ports;
    private final ServerSocket listener;
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    /**
     * Starts.
     *
     * @param ports by name, where the servers listen; nothing else is connected to
     */
    TestProxy(Kind kind, Map<String, Integer> ports) {
        this.kind = kind;
        this.ports = ports;
        try {
            listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        start(() -> {
            while (true) {
                Socket client = listener.accept();
                open.add(client);
                start(() -> serve(client));
            }
        });
    }

    int port() {
        return listener.getLocalPort();
    }

    InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port());
    }

    /** The names that it was asked for. */
    List<String> asked() {
        return asked;
    }

    private void serve(Socket client) throws IOException {
        try (client) {
            DataInputStream in = new DataInputStream(client.getInputStream());
            OutputStream out = client.getOutputStream();
            byte[] hello = kind == Kind.SNI ? record(in) : new byte[0];
            String name = switch (kind) {
                case SOCKS5 -> socks(in, out);
                case CONNECT -> connect(in);
                case SNI -> indicated(hello);
            };
            asked.add(name);
            Integer port = ports.get(name);
            answer(out, port != null);
            if (port != null) {
                try (Socket server = new Socket(InetAddress.getLoopbackAddress(), port)) {
                    open.add(server);
                    server.getOutputStream().write(hello);
                    start(() -> pass(server.getInputStream(), out, client));
                    pass(in, server.getOutputStream(), server);
                }
            }
        }
    }

    private static String socks(DataInputStream in, OutputStream out) throws IOException {
        in.readByte(); // version
        in.skipNBytes(in.readUnsignedByte()); // kinds of login
        out.write(new byte[] {5, 0});
        in.skipNBytes(3); // version, command, reserved
        int type = in.readUnsignedByte();
        byte[] address = new byte[type == 3 ? in.readUnsignedByte() : type == 1 ? 4 : 16];
        in.readFully(address);
        in.readUnsignedShort(); // the port
        return type == 3
                ? new String(address, StandardCharsets.US_ASCII)
                : InetAddress.getByAddress(address).getHostAddress();
    }

    private static String connect(DataInputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) in.readUnsignedByte());
        }
        return head.substring("CONNECT ".length(), head.indexOf(":"));
    }

    private static byte[] record(DataInputStream in) throws IOException {
        byte[] head = in.readNBytes(5);
        byte[] record = new byte[5 + (((head[3] & 0xff) << 8) | (head[4] & 0xff))];
        System.arraycopy(head, 0, record, 0, 5);
        in.readFully(record, 5, record.length - 5);
        return record;
    }

    private String indicated(byte[] hello) {
        String text = new String(hello, StandardCharsets.ISO_8859_1);
        return ports.keySet().stream().filter(text::contains).findFirst().orElse("none");
    }

    private void answer(OutputStream out, boolean connected) throws IOException {
        switch (kind) {
            case SOCKS5 -> out.write(new byte[] {5, (byte) (connected ? 0 : 2), 0, 1, 0, 0, 0, 0, 0, 0});
            case CONNECT ->
                out.write(
                        (connected ? "HTTP/1.1 200 OK\r\n\r\n" : "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
            case SNI -> {
                // says nothing of its own
            }
        }
    }

    private static void pass(InputStream from, OutputStream to, Socket end) throws IOException {
        try {
            from.transferTo(to);
        } finally {
            end.close();
        }
    }

    /** Work that ends with its socket. */
    private interface Step {
        void run() throws IOException;
    }

    private static void start(Step step) {
        Thread thread = new Thread(() -> {
            try {
                step.run();
            } catch (IOException e) {
                // one of both has ended
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() {
        try {
            listener.close();
            for (Socket socket : open) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
