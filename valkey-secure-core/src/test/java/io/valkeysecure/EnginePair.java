package io.valkeysecure;

import static org.assertj.core.api.Assertions.assertThat;

import io.valkeysecure.adapter.TlsHandshake;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** A client's and a server's engine that talk to each other in memory: the path that Lettuce takes, without Netty. */
final class EnginePair {
    private static final int BUFFER_LENGTH_BYTES = 64 * 1024;

    private final SSLEngine client;
    private final SSLEngine server;
    private final @Nullable TlsHandshake handshake;
    private final Consumer<byte[]> between;
    private final ByteBuffer toServer = ByteBuffer.allocate(BUFFER_LENGTH_BYTES);
    private final ByteBuffer toClient = ByteBuffer.allocate(BUFFER_LENGTH_BYTES);
    private final ByteBuffer application = ByteBuffer.allocate(BUFFER_LENGTH_BYTES);

    EnginePair(SSLEngine client, SSLEngine server) {
        this(client, server, null);
    }

    /** With the handshake of the client, which is shown what goes and comes. */
    EnginePair(SSLEngine client, SSLEngine server, @Nullable TlsHandshake handshake) {
        this(client, server, handshake, bytes -> {});
    }

    /** With somebody in between, who may change what the server sends. */
    EnginePair(SSLEngine client, SSLEngine server, @Nullable TlsHandshake handshake, Consumer<byte[]> between) {
        this.client = client;
        this.server = server;
        this.handshake = handshake;
        this.between = between;
        server.setUseClientMode(false);
    }

    /** Shakes hands, and reads the session tickets of TLS 1.3, which follow the handshake. */
    void shakeHands() throws SSLException {
        client.beginHandshake();
        server.beginHandshake();
        for (int quiet = 0; quiet < 3; ) {
            boolean moved = wrapAtClient();
            moved |= unwrap(server, toServer);
            moved |= wrapAtServer();
            moved |= unwrap(client, toClient);
            quiet = moved ? 0 : quiet + 1;
        }
    }

    /** Carries one byte each way, so that an alert of the server comes out. */
    void exchange() throws SSLException {
        send(client, toServer);
        assertThat(unwrap(server, toServer)).isTrue();
        send(server, toClient);
        assertThat(unwrap(client, toClient)).isTrue();
    }

    private static void send(SSLEngine engine, ByteBuffer target) throws SSLException {
        SSLEngineResult result = engine.wrap(ByteBuffer.wrap(new byte[] {1}), target);
        assertThat(result.bytesConsumed()).isEqualTo(1);
    }

    private static boolean wrap(SSLEngine engine, ByteBuffer target) throws SSLException {
        tasks(engine);
        if (engine.getHandshakeStatus() != HandshakeStatus.NEED_WRAP) {
            return false;
        }
        return engine.wrap(ByteBuffer.allocate(0), target).bytesProduced() > 0;
    }

    private boolean wrapAtClient() throws SSLException {
        int before = toServer.position();
        boolean moved = wrap(client, toServer);
        if (handshake != null && moved) {
            var unused = handshake.sent(toServer.duplicate().flip().position(before));
        }
        return moved;
    }

    private boolean wrapAtServer() throws SSLException {
        int before = toClient.position();
        boolean moved = wrap(server, toClient);
        byte[] sent = new byte[toClient.position() - before];
        toClient.get(before, sent);
        between.accept(sent);
        toClient.put(before, sent);
        if (handshake != null && moved) {
            var unused = handshake.received(toClient.duplicate().flip().position(before));
        }
        return moved;
    }

    private boolean unwrap(SSLEngine engine, ByteBuffer source) throws SSLException {
        source.flip();
        int before = source.remaining();
        try {
            while (source.hasRemaining()) {
                application.clear();
                SSLEngineResult result = engine.unwrap(source, application);
                tasks(engine);
                if (result.bytesConsumed() == 0) {
                    break;
                }
            }
            return source.remaining() < before;
        } finally {
            source.compact();
        }
    }

    private static void tasks(SSLEngine engine) {
        for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
            task.run();
        }
    }
}
