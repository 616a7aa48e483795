package io.valkeysecure.lettuce;

import io.valkeysecure.testkit.certificate.TestCertificate;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLServerSocket;

/** A server that can announce that it moves, as Valkey does not yet. It takes any login, and answers PING and HELLO. */
final class MovingServer implements AutoCloseable {
    private final SSLServerSocket socket;
    private final String target;
    private final CopyOnWriteArrayList<Socket> clients = new CopyOnWriteArrayList<>();

    MovingServer(TestCertificate identity, String target) {
        this.target = target;
        try {
            socket = (SSLServerSocket) identity.tlsContext()
                    .getServerSocketFactory()
                    .createServerSocket(0, 5, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        start(this::accept);
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task, "moving-server");
        thread.setDaemon(true);
        thread.start();
    }

    int port() {
        return socket.getLocalPort();
    }

    /** Pushes MOVING with a sequence number, the seconds that are left, and the new address. */
    void announce() {
        for (Socket client : clients) {
            write(client, ">4\r\n+MOVING\r\n:1\r\n:30\r\n$" + target.length() + "\r\n" + target + "\r\n");
        }
    }

    private void accept() {
        while (!socket.isClosed()) {
            try {
                Socket client = socket.accept();
                start(() -> serve(client));
            } catch (IOException e) {
                // this was closed
            }
        }
    }

    private void serve(Socket client) {
        try {
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.ISO_8859_1));
            for (String head = in.readLine(); head != null; head = in.readLine()) {
                int words = Integer.parseInt(head.substring(1));
                String name = "";
                for (int i = 0; i < words; i++) {
                    String length = in.readLine();
                    String word = in.readLine();
                    name = i == 0 && length != null && word != null ? word.toUpperCase(Locale.ROOT) : name;
                }
                if (name.equals("PING")) {
                    clients.addIfAbsent(
                            client); // its greeting is over; known before it hears so, and may have us announce
                }
                write(client, answer(name));
            }
        } catch (IOException | UncheckedIOException e) {
            // the client went, or was refused
        }
    }

    private static String answer(String name) {
        return switch (name) {
            case "HELLO" ->
                "%5\r\n+server\r\n+redis\r\n+version\r\n+8.0.0\r\n+proto\r\n:3\r\n+id\r\n:1\r\n+mode\r\n+standalone\r\n";
            case "PING" -> "+PONG\r\n";
            default -> "+OK\r\n";
        };
    }

    private static void write(Socket client, String text) {
        try {
            OutputStream out = client.getOutputStream();
            synchronized (client) {
                out.write(text.getBytes(StandardCharsets.ISO_8859_1));
                out.flush();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
            for (Socket client : clients) {
                client.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
