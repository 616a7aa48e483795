package io.valkeysecure.jedis.internal;

import io.valkeysecure.internal.engine.DelegatingSslSocket;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import javax.net.ssl.SSLSocket;

/** A verified socket that replaces the placeholders that Jedis writes by the credentials of its configuration. */
final class LoginSocket extends DelegatingSslSocket {
    private final SocketLogin login;

    LoginSocket(SSLSocket verified, SocketLogin login) {
        super(verified);
        this.login = login;
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
        return new FilterOutputStream(delegate.getOutputStream()) {
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
}
