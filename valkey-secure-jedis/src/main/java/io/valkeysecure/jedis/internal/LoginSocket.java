package io.valkeysecure.jedis.internal;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketOption;
import java.util.Arrays;
import java.util.Set;
import javax.net.ssl.SSLSocket;
import redis.clients.jedis.SSLSocketWrapper;

/** A verified socket that replaces the placeholders that Jedis writes by the credentials of its configuration. */
final class LoginSocket extends SSLSocketWrapper {
    private final SSLSocket verified;
    private final SocketLogin login;

    LoginSocket(SSLSocket verified, Socket connected, SocketLogin login) throws IOException {
        super(verified, connected);
        this.verified = verified;
        this.login = login;
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
        return new FilterOutputStream(verified.getOutputStream()) {
            @Override
            public void write(int value) throws IOException {
                write(new byte[] {(byte) value}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                Placeholders placeholders = login.running();
                if (placeholders == null) {
                    out.write(bytes, offset, length);
                    return;
                }
                byte[] written = placeholders.replacedIn(Arrays.copyOfRange(bytes, offset, offset + length));
                try {
                    out.write(written, 0, written.length);
                } finally {
                    Arrays.fill(written, (byte) 0);
                }
            }
        };
    }

    /**
     * Expects a login: this is the last check that Jedis makes before a login to see whether the connection is open.
     */
    @Override
    public boolean isOutputShutdown() {
        boolean shutdown = super.isOutputShutdown();
        if (!shutdown) {
            login.expect();
        }
        return shutdown;
    }

    @Override
    public synchronized void close() throws IOException {
        login.forget();
        super.close();
    }

    // Jedis' wrapper does not delegate these to the verified socket.

    @Override
    public <T> Socket setOption(SocketOption<T> name, T value) throws IOException {
        verified.setOption(name, value);
        return this;
    }

    @Override
    public <T> T getOption(SocketOption<T> name) throws IOException {
        return verified.getOption(name);
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return verified.supportedOptions();
    }
}
