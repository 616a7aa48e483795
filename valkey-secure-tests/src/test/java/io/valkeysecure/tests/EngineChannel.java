package io.valkeysecure.tests;

import io.valkeysecure.TlsHandshakeException;
import io.valkeysecure.adapter.ManagedConnection;
import io.valkeysecure.adapter.TlsHandshake;
import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** An SSLEngine over a blocking socket: the least that a framework of its own has to do to use this library. */
final class EngineChannel implements Closeable, ManagedConnection {
    private static final int BUFFER_LENGTH_BYTES = 64 * 1024;

    private final SSLEngine engine;
    private final TlsHandshake handshake;
    private final Socket socket;
    private final ByteBuffer fromPeer = ByteBuffer.allocate(BUFFER_LENGTH_BYTES).limit(0);
    private final AtomicReference<@Nullable TlsHandshakeException> ended = new AtomicReference<>();
    private Runnable whenClosed = () -> {};

    private EngineChannel(SSLEngine engine, TlsHandshake handshake, Socket socket) {
        this.engine = engine;
        this.handshake = handshake;
        this.socket = socket;
    }

    static EngineChannel shakeHands(TlsHandshake handshake, Socket socket) throws IOException {
        try {
            socket.setSoTimeout((int) handshake.timeout().toMillis());
            EngineChannel channel = new EngineChannel(handshake.engine(), handshake, socket);
            channel.shakeHands();
            var unused = handshake.verify(channel.engine);
            channel.whenClosed = handshake.opened(channel);
            return channel;
        } catch (IOException | RuntimeException e) {
            TlsHandshakeException refused = handshake.refuse(e);
            socket.close();
            throw refused;
        }
    }

    private void shakeHands() throws IOException {
        engine.beginHandshake();
        while (engine.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING) {
            switch (engine.getHandshakeStatus()) {
                case NEED_TASK -> engine.getDelegatedTask().run();
                case NEED_WRAP -> wrap(ByteBuffer.allocate(0));
                default -> {
                    byte[] early = unwrap();
                    if (early.length > 0) {
                        throw new IOException("expected the end of the handshake, got " + early.length + " bytes");
                    }
                }
            }
        }
    }

    private void wrap(ByteBuffer source) throws IOException {
        if (ended.get() != null) {
            throw Objects.requireNonNull(ended.get());
        }
        ByteBuffer target = ByteBuffer.allocate(BUFFER_LENGTH_BYTES);
        do {
            SSLEngineResult result = engine.wrap(source, target.clear());
            var unused = handshake.sent(target.duplicate().flip());
            socket.getOutputStream().write(target.array(), 0, target.position());
            if (result.getStatus() == Status.CLOSED) {
                throw new SSLException("the engine is closed");
            }
        } while (source.hasRemaining());
    }

    /** Reads until a record is there, which may hold none of the application's bytes. */
    private byte[] unwrap() throws IOException {
        ByteBuffer target = ByteBuffer.allocate(BUFFER_LENGTH_BYTES);
        SSLEngineResult result = engine.unwrap(fromPeer, target);
        while (result.getStatus() == Status.BUFFER_UNDERFLOW) {
            fromPeer.compact();
            int length = read();
            if (length < 0) {
                throw new EOFException("the peer closed the connection");
            }
            var unused = handshake.received(ByteBuffer.wrap(fromPeer.array(), fromPeer.position(), length));
            fromPeer.position(fromPeer.position() + length).flip();
            result = engine.unwrap(fromPeer, target);
        }
        if (result.getStatus() == Status.CLOSED) {
            throw new EOFException("the peer closed the connection");
        }
        return Arrays.copyOf(target.array(), target.position());
    }

    private int read() throws IOException {
        try {
            return socket.getInputStream().read(fromPeer.array(), fromPeer.position(), fromPeer.remaining());
        } catch (IOException e) {
            throw Objects.requireNonNullElse(ended.get(), e);
        }
    }

    InputStream input() {
        return new InputStream() {
            private InputStream decrypted = new ByteArrayInputStream(new byte[0]);

            @Override
            public int read() throws IOException {
                fill();
                return decrypted.read();
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                fill();
                return decrypted.read(bytes, offset, length);
            }

            private void fill() throws IOException {
                while (decrypted.available() == 0) {
                    decrypted = new ByteArrayInputStream(unwrap());
                    for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
                        task.run();
                    }
                }
            }
        };
    }

    OutputStream output() {
        return new OutputStream() {
            @Override
            public void write(int octet) throws IOException {
                write(new byte[] {(byte) octet}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                wrap(ByteBuffer.wrap(bytes, offset, length));
            }
        };
    }

    @Override
    public void drain() {
        // no test of this transport changes the identity
    }

    @Override
    public void close(TlsHandshakeException reason) {
        ended.set(reason);
        try {
            socket.close();
        } catch (IOException e) {
            reason.addSuppressed(e);
        }
    }

    @Override
    public void close() throws IOException {
        whenClosed.run();
        socket.close();
    }
}
