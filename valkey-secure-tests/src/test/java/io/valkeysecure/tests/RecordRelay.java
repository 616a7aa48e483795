package io.valkeysecure.tests;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import org.jspecify.annotations.Nullable;

/**
 * Stands between a client and a server of TLS 1.2, and passes on what the server says in the clear in other records, or with
 * another signature scheme in its ServerKeyExchange.
 */
final class RecordRelay implements AutoCloseable {
    private static final int CHANGE_CIPHER_SPEC = 20;
    private static final int HANDSHAKE = 22;
    private static final int SERVER_KEY_EXCHANGE = 12;

    private final ServerSocket listener;
    private final int target;
    private final int fragmentBytes;
    private final @Nullable Integer scheme;

    /**
     * Starts.
     *
     * @param target the server's port
     * @param fragmentBytes how much of the handshake there is in a record
     * @param scheme what the ServerKeyExchange is said to be signed with; null to leave it as it is
     */
    RecordRelay(int target, int fragmentBytes, @Nullable Integer scheme) throws IOException {
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        this.target = target;
        this.fragmentBytes = fragmentBytes;
        this.scheme = scheme;
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
                start(() -> relay(client, server, () -> client.getInputStream().transferTo(server.getOutputStream())));
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

    private static void write(OutputStream out, int type, int version, byte[] bytes, int from, int length)
            throws IOException {
        out.write(new byte[] {(byte) type, (byte) (version >> 8), (byte) version, (byte) (length >> 8), (byte) length});
        out.write(bytes, from, length);
    }

    /** The messages of the JDK's server begin and end in one record. */
    private void sign(byte[] messages) {
        for (int at = 0; scheme != null && at < messages.length; ) {
            int length = (messages[at + 1] & 0xff) << 16 | (messages[at + 2] & 0xff) << 8 | (messages[at + 3] & 0xff);
            if (messages[at] == SERVER_KEY_EXCHANGE) {
                int point = messages[at + 4 + 3] & 0xff;
                int place = at + 4 + 4 + point;
                messages[place] = (byte) (scheme >> 8);
                messages[place + 1] = scheme.byteValue();
            }
            at += 4 + length;
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
