package io.valkeysecure.testkit.internal.server;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.StringJoiner;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** A connection of the test kit's own to its server: a few lines of RESP2 over TLS. */
public final class AdminConnection implements Closeable {
    private static final int TIMEOUT_MILLIS = 10_000;

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    private AdminConnection(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream());
        this.out = socket.getOutputStream();
    }

    public static AdminConnection open(SSLContext context, String host, int port, String user, String password)
            throws IOException {
        Socket plain = new Socket();
        try {
            plain.connect(new InetSocketAddress(host, port), TIMEOUT_MILLIS);
            plain.setSoTimeout(TIMEOUT_MILLIS);
            SSLSocket tls = (SSLSocket) context.getSocketFactory().createSocket(plain, host, port, true);
            tls.startHandshake();
            AdminConnection connection = new AdminConnection(tls);
            connection.execute("AUTH", user, password);
            return connection;
        } catch (IOException | IllegalStateException e) {
            plain.close();
            throw e;
        }
    }

    public String execute(String... command) throws IOException {
        out.write(Resp.command(command));
        out.flush();
        return readAnswer();
    }

    private String readAnswer() throws IOException {
        String line = Resp.readLine(in);
        if (line.isEmpty()) {
            throw new IOException("an answer of RESP must not begin with an empty line");
        }
        String rest = line.substring(1);
        return switch (line.charAt(0)) {
            case '+', ':' -> rest;
            case '-' -> throw new IllegalStateException("the server answered: " + rest);
            case '$' -> readBulk(Integer.parseInt(rest));
            case '*' -> readArray(Integer.parseInt(rest));
            default -> throw new IOException("not an answer of RESP2: " + line);
        };
    }

    private String readBulk(int length) throws IOException {
        if (length < 0) {
            return "";
        }
        byte[] content = in.readNBytes(length + 2);
        if (content.length < length + 2) {
            throw new EOFException("the connection ended within an answer");
        }
        return new String(content, 0, length, StandardCharsets.UTF_8);
    }

    private String readArray(int length) throws IOException {
        StringJoiner elements = new StringJoiner("\n");
        for (int i = 0; i < length; i++) {
            elements.add(readAnswer());
        }
        return elements.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
