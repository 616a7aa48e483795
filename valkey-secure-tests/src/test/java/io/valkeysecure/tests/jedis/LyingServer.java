package io.valkeysecure.tests.jedis;

import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.internal.TlsTerminator;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import redis.clients.jedis.HostAndPort;

/** A node or a sentinel with a good certificate, which is asked for addresses and names whatever it was told to. */
final class LyingServer implements AutoCloseable {
    private static final int LAST_SLOT = 16383;

    private final ServerSocket listener;
    private final TlsTerminator front;
    private final Map<String, String> answers = new ConcurrentHashMap<>();
    private final List<OutputStream> subscribers = new CopyOnWriteArrayList<>();

    private LyingServer(ServerSocket listener, TestCertificate identity) {
        this.listener = listener;
        this.front = TlsTerminator.of(identity, "localhost", listener.getLocalPort());
    }

    static LyingServer start(TestCertificate identity) {
        try {
            LyingServer server = new LyingServer(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), identity);
            daemon(server::accept);
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where it listens with TLS. */
    HostAndPort address() {
        return new HostAndPort("localhost", front.port());
    }

    /** All slots belong to this primary, says CLUSTER SLOTS. */
    LyingServer hasSlotsAt(HostAndPort primary, HostAndPort... replicas) {
        answers.put("CLUSTER", "*1\r\n" + range(0, LAST_SLOT, primary, replicas));
        return this;
    }

    /** Half of the slots belong to either. */
    LyingServer hasSlotsAtBoth(HostAndPort lower, HostAndPort upper) {
        answers.put("CLUSTER", "*2\r\n" + range(0, LAST_SLOT / 2, lower) + range(LAST_SLOT / 2 + 1, LAST_SLOT, upper));
        return this;
    }

    private static String range(int first, int last, HostAndPort primary, HostAndPort... replicas) {
        StringBuilder range = new StringBuilder(
                "*" + (3 + replicas.length) + "\r\n:" + first + "\r\n:" + last + "\r\n" + node(primary));
        for (HostAndPort replica : replicas) {
            range.append(node(replica));
        }
        return range.toString();
    }

    private static String node(HostAndPort address) {
        return "*3\r\n" + bulk(address.getHost()) + ":" + address.getPort() + "\r\n" + bulk("id" + address.getPort());
    }

    /** Answers GET with a redirection: MOVED or ASK. */
    LyingServer redirects(String kind, HostAndPort target) {
        answers.put("GET", "-" + kind + " 1 " + target + "\r\n");
        return this;
    }

    /** Names a primary as sentinels do. */
    LyingServer namesPrimary(HostAndPort primary) {
        answers.put("SENTINEL", "*2\r\n" + bulk(primary.getHost()) + bulk(String.valueOf(primary.getPort())));
        return this;
    }

    boolean hasSubscriber() {
        return !subscribers.isEmpty();
    }

    /** Tells those who listen that the primary is another one. */
    void switchesPrimary(String name, HostAndPort from, HostAndPort to) throws IOException {
        String text = String.join(" ", name, from.getHost(), "" + from.getPort(), to.getHost(), "" + to.getPort());
        for (OutputStream subscriber : subscribers) {
            write(subscriber, "*3\r\n" + bulk("message") + bulk("+switch-master") + bulk(text));
        }
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                daemon(() -> serve(client));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private static void daemon(Runnable work) {
        Thread thread = new Thread(work, "lying-server");
        thread.setDaemon(true);
        thread.start();
    }

    private void serve(Socket client) {
        try (client;
                InputStream in = new BufferedInputStream(client.getInputStream());
                OutputStream out = client.getOutputStream()) {
            for (String line = readLine(in); !line.isEmpty(); line = readLine(in)) {
                List<String> command = new ArrayList<>();
                for (int left = Integer.parseInt(line.substring(1)); left > 0; left--) {
                    int length = Integer.parseInt(readLine(in).substring(1));
                    command.add(new String(in.readNBytes(length + 2), 0, length, StandardCharsets.UTF_8));
                }
                answer(out, command);
            }
        } catch (IOException e) {
            // the client went away
        }
    }

    private void answer(OutputStream out, List<String> command) throws IOException {
        String name = command.get(0).toUpperCase(Locale.ROOT);
        if (name.equals("SUBSCRIBE")) {
            write(out, "*3\r\n" + bulk("subscribe") + bulk(command.get(1)) + ":1\r\n");
            subscribers.add(out);
            return;
        }
        String usual = switch (name) {
            case "HELLO" -> "-ERR unknown command 'HELLO'\r\n"; // then Jedis speaks RESP2
            case "PING" -> "+PONG\r\n";
            case "GET" -> bulk("here");
            default -> "+OK\r\n";
        };
        write(out, answers.getOrDefault(name, usual));
    }

    private static String readLine(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
            line.append((char) b);
        }
        return line.toString().trim();
    }

    private static String bulk(String text) {
        return "$" + text.length() + "\r\n" + text + "\r\n";
    }

    private static void write(OutputStream out, String text) throws IOException {
        synchronized (out) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
            out.flush();
        }
    }

    @Override
    public void close() {
        front.close();
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
