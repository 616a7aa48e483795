package io.valkeysecure.tests;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Stands between a client and a server of TLS 1.2, and passes on what the server says in the clear in other records, or
 * with another signature scheme in its ServerKeyExchange.
 */
final class RecordRelay implements AutoCloseable {
    private static final int CHANGE_CIPHER_SPEC = 20;
    private static final int HANDSHAKE = 22;
    private static final int SERVER_KEY_EXCHANGE = 12;
    private static final int CERTIFICATE_REQUEST = 13;
    private static final int CERTIFICATE_VERIFY = 15;

    private final ServerSocket listener;
    private final int target;
    private final int fragmentBytes;
    private final @Nullable Integer scheme;
    private final @Nullable Integer asked;
    private final List<Integer> schemesOfClients = new CopyOnWriteArrayList<>();

    /**
     * Starts.
     *
     * @param target the server's port
     * @param fragmentBytes how much of the handshake there is in a record
     * @param scheme what the ServerKeyExchange is said to be signed with; null to leave it as it is
     */
    RecordRelay(int target, int fragmentBytes, @Nullable Integer scheme) throws IOException {
        this(target, fragmentBytes, scheme, null);
    }

    /**
     * Starts.
     *
     * @param asked what the CertificateRequest asks to be signed with; null to leave it as it is
     */
    RecordRelay(int target, int fragmentBytes, @Nullable Integer scheme, @Nullable Integer asked) throws IOException {
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        this.target = target;
        this.fragmentBytes = fragmentBytes;
        this.scheme = scheme;
        this.asked = asked;
        start(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work, "record-relay");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
                start(() -> relay(client, server, () -> ask(client.getInputStream(), server.getOutputStream())));
                start(() -> relay(client, server, () -> answer(server.getInputStream(), client.getOutputStream())));
            } catch (IOException e) {
                // closed
            }
        }
    }

    private interface Direction {
        void run() throws IOException;
    }

    private static void relay(Socket client, Socket server, Direction direction) {
        try (client;
                server) {
            direction.run();
        } catch (IOException e) {
            // one of them is gone
        }
    }

    private void answer(InputStream server, OutputStream client) throws IOException {
        DataInputStream in = new DataInputStream(server);
        boolean isClear = true;
        for (int type = in.read(); type >= 0; type = in.read()) {
            int version = in.readUnsignedShort();
            byte[] content = in.readNBytes(in.readUnsignedShort());
            isClear &= type != CHANGE_CIPHER_SPEC;
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            if (isClear && type == HANDSHAKE) {
                sign(content);
                for (int from = 0; from < content.length; from += fragmentBytes) {
                    write(out, type, version, content, from, Math.min(fragmentBytes, content.length - from));
                }
            } else {
                write(out, type, version, content, 0, content.length);
            }
            client.write(out.toByteArray());
        }
    }

    private void ask(InputStream client, OutputStream server) throws IOException {
        DataInputStream in = new DataInputStream(client);
        boolean isClear = true;
        for (int type = in.read(); type >= 0; type = in.read()) {
            int version = in.readUnsignedShort();
            byte[] content = in.readNBytes(in.readUnsignedShort());
            isClear &= type != CHANGE_CIPHER_SPEC;
            if (isClear && type == HANDSHAKE) {
                note(content);
            }
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            write(out, type, version, content, 0, content.length);
            server.write(out.toByteArray());
        }
    }

    private void note(byte[] messages) {
        for (int at = 0; at < messages.length; at += 4 + length(messages, at)) {
            if (messages[at] == CERTIFICATE_VERIFY) {
                schemesOfClients.add((messages[at + 4] & 0xff) << 8 | (messages[at + 5] & 0xff));
            }
        }
    }

    List<Integer> schemesOfClients() {
        return List.copyOf(schemesOfClients);
    }

    private static int length(byte[] messages, int at) {
        return (messages[at + 1] & 0xff) << 16 | (messages[at + 2] & 0xff) << 8 | (messages[at + 3] & 0xff);
    }

    private static void write(OutputStream out, int type, int version, byte[] bytes, int from, int length)
            throws IOException {
        out.write(new byte[] {(byte) type, (byte) (version >> 8), (byte) version, (byte) (length >> 8), (byte) length});
        out.write(bytes, from, length);
    }

    /** The messages of the JDK's server begin and end in one record. */
    private void sign(byte[] messages) {
        for (int at = 0; at < messages.length; at += 4 + length(messages, at)) {
            if (messages[at] == SERVER_KEY_EXCHANGE && scheme != null) {
                put(messages, at + 4 + 4 + (messages[at + 4 + 3] & 0xff), scheme);
            } else if (messages[at] == CERTIFICATE_REQUEST && asked != null) {
                int list = at + 4 + 1 + (messages[at + 4] & 0xff);
                int bytes = (messages[list] & 0xff) << 8 | (messages[list + 1] & 0xff);
                for (int place = list + 2; place < list + 2 + bytes; place += 2) {
                    put(messages, place, asked);
                }
            }
        }
    }

    private static void put(byte[] messages, int place, int scheme) {
        messages[place] = (byte) (scheme >> 8);
        messages[place + 1] = (byte) scheme;
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
