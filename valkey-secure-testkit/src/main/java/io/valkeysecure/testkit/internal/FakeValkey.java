package io.valkeysecure.testkit.internal;

import io.valkeysecure.testkit.internal.server.Resp;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Says yes to everything that a client of Valkey may ask, so that a client that trusts the wrong peer goes on and shows
 * its secrets.
 */
public final class FakeValkey {
    private static final int TLS_HANDSHAKE_RECORD = 22;
    private static final int MAXIMUM_PARTS = 1_000_000;

    private final InputStream in;
    private final OutputStream out;
    private final Map<String, String> data = new HashMap<>();
    private boolean resp3;

    public FakeValkey(InputStream in, OutputStream out) {
        this.in = new BufferedInputStream(in);
        this.out = out;
    }

    /** Answers until the client goes away. */
    public void serve() throws IOException {
        while (true) {
            in.mark(1);
            int first = in.read();
            if (first < 0) {
                return;
            }
            in.reset();
            if (first == TLS_HANDSHAKE_RECORD) {
                // a Valkey without TLS takes a ClientHello for an inline command
                write("-ERR unknown command\r\n");
                in.transferTo(OutputStream.nullOutputStream());
                return;
            }
            answer(readCommand());
        }
    }

    private List<String> readCommand() throws IOException {
        String line = Resp.readLine(in);
        if (!line.startsWith("*")) {
            return List.of(line.trim().split("\\s+"));
        }
        int parts = length(line);
        List<String> command = new ArrayList<>();
        for (int i = 0; i < parts; i++) {
            int length = length(Resp.readLine(in));
            byte[] content = in.readNBytes(length + 2);
            if (content.length < length + 2) {
                throw new EOFException("the connection ended within a command");
            }
            command.add(new String(content, 0, length, StandardCharsets.UTF_8));
        }
        return command;
    }

    private static int length(String line) throws IOException {
        try {
            int length = Integer.parseInt(line.substring(1));
            if (length >= 0 && length <= MAXIMUM_PARTS) {
                return length;
            }
        } catch (NumberFormatException | StringIndexOutOfBoundsException e) {
            throw new IOException("not a length of RESP: " + line, e);
        }
        throw new IOException("not a length of RESP: " + line);
    }

    private void answer(List<String> command) throws IOException {
        if (command.isEmpty()) {
            return;
        }
        switch (command.get(0).toUpperCase(Locale.ROOT)) {
            case "HELLO" -> hello(command);
            case "PING" -> write(command.size() > 1 ? bulk(command.get(1)) : "+PONG\r\n");
            case "GET" -> {
                String value = command.size() > 1 ? data.get(command.get(1)) : null;
                write(value != null ? bulk(value) : resp3 ? "_\r\n" : "$-1\r\n");
            }
            case "SET" -> {
                if (command.size() > 2) {
                    data.put(command.get(1), command.get(2));
                }
                write("+OK\r\n");
            }
            case "INFO" -> write(bulk("# Server\r\nserver_name:valkey\r\nvalkey_version:8.0.1\r\n"));
            case "COMMAND" -> write("*0\r\n");
            default -> write("+OK\r\n");
        }
    }

    private void hello(List<String> command) throws IOException {
        resp3 = command.size() > 1 && command.get(1).equals("3");
        String[] fields = {"server", "redis", "version", "7.2.4", "mode", "standalone", "role", "master"};
        StringBuilder text = new StringBuilder(resp3 ? "%6\r\n" : "*12\r\n");
        for (String field : fields) {
            text.append(bulk(field));
        }
        text.append(bulk("proto")).append(resp3 ? ":3\r\n" : ":2\r\n");
        text.append(bulk("id")).append(":1\r\n");
        write(text.toString());
    }

    private static String bulk(String text) {
        return "$" + text.getBytes(StandardCharsets.UTF_8).length + "\r\n" + text + "\r\n";
    }

    private void write(String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }
}
