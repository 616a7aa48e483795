package io.valkeysecure.testkit.internal;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import javax.net.ssl.SSLSocket;

/** Asks for another handshake once, before the second read. */
public final class AskingInput extends FilterInputStream {
    private final SSLSocket socket;
    private boolean hasRead;
    private boolean hasAsked;

    public AskingInput(InputStream in, SSLSocket socket) {
        super(in);
        this.socket = socket;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (hasRead && !hasAsked) {
            hasAsked = true;
            socket.startHandshake();
        }
        hasRead = true;
        return in.read(bytes, offset, length);
    }
}
