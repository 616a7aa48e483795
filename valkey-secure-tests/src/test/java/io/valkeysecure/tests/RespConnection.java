package io.valkeysecure.tests;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** As much of a client as two commands need, over any pair of streams. */
final class RespConnection implements TestClient.Connection {
    private final InputStream in;
    private final OutputStream out;
    private final Closeable end;

    RespConnection(InputStream in, OutputStream out, Closeable end) throws IOException {
        this.in = in;
        this.out = out;
        this.end = end;
        execute("AUTH", TestClient.USER, TestClient.PASSWORD);
    }

    @Override
    public void set(String key, String value) {
        unchecked("SET", key, value);
    }

    @Override
    public String get(String key) {
        return unchecked("GET", key);
    }

    private String unchecked(String... command) {
        try {
            return execute(command);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String execute(String... command) throws IOException {
        StringBuilder request = new StringBuilder("*" + command.length + "\r\n");
        for (String word : command) {
            request.append('$')
                    .append(word.length())
                    .append("\r\n")
                    .append(word)
                    .append("\r\n");
        }
        out.write(request.toString().getBytes(StandardCharsets.US_ASCII));
        out.flush();
        String reply = line();
        if (reply.startsWith("$")) {
            return line();
        }
        if (!reply.startsWith("+")) {
            throw new IOException("expected an answer to " + command[0] + ", was " + reply);
        }
        return reply;
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException("the server closed the connection");
            }
            line.append((char) next);
        }
        return line.substring(0, line.length() - 1);
    }

    @Override
    public void close() {
        try {
            end.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
