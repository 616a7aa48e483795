package io.valkeysecure.testkit.internal;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;

/** A server's real answer to a ClientHello, as bytes to be sent in a way that no server should. */
public final class ServerFlight {
    private static final int BUFFER_LENGTH_BYTES = 32 * 1024;

    private ServerFlight() {}

    /** Reads a ClientHello and returns everything that a server sends before it waits for the client again. */
    public static byte[] answerTo(InputStream client, SSLContext context) throws IOException {
        SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(false);
        engine.beginHandshake();
        ByteBuffer received = ByteBuffer.allocate(BUFFER_LENGTH_BYTES);
        ByteBuffer nothing = ByteBuffer.allocate(0);
        ByteBuffer discarded = ByteBuffer.allocate(BUFFER_LENGTH_BYTES);
        ByteArrayOutputStream flight = new ByteArrayOutputStream();
        while (true) {
            HandshakeStatus status = engine.getHandshakeStatus();
            if (status == HandshakeStatus.NEED_TASK) {
                runTasks(engine);
            } else if (status == HandshakeStatus.NEED_WRAP) {
                ByteBuffer sent = ByteBuffer.allocate(BUFFER_LENGTH_BYTES);
                engine.wrap(nothing, sent);
                flight.write(sent.array(), 0, sent.position());
            } else if (flight.size() > 0) {
                return flight.toByteArray();
            } else {
                received.flip();
                SSLEngineResult result = engine.unwrap(received, discarded);
                received.compact();
                if (result.getStatus() == SSLEngineResult.Status.BUFFER_UNDERFLOW) {
                    read(client, received);
                }
            }
        }
    }

    private static void read(InputStream client, ByteBuffer buffer) throws IOException {
        byte[] bytes = new byte[buffer.remaining()];
        int length = client.read(bytes);
        if (length < 0) {
            throw new EOFException("the client left within its ClientHello");
        }
        buffer.put(bytes, 0, length);
    }

    private static void runTasks(SSLEngine engine) {
        for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
            task.run();
        }
    }
}
