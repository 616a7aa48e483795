package io.valkeysecure.tests;

import io.valkeysecure.ClientLibrary;
import io.valkeysecure.Endpoint;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsHandshake;
import io.valkeysecure.TlsHandshakeException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;

/** What carries the bytes to a server under this library: the two engines of the core, and the two clients. */
enum Transport {
    /** {@link TlsHandshake#overSocket}. */
    SSL_SOCKET(ClientLibrary.OTHER) {
        @Override
        TestClient.Connection connect(SecureTls tls, String host, int port) {
            try {
                Socket socket =
                        tls.handshake(new Endpoint(host, port), library()).overSocket(new Socket(host, port));
                return new RespConnection(socket.getInputStream(), socket.getOutputStream(), socket);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    },

    /** {@link TlsHandshake#engine}. */
    SSL_ENGINE(ClientLibrary.OTHER) {
        @Override
        TestClient.Connection connect(SecureTls tls, String host, int port) {
            try {
                TlsHandshake handshake = tls.handshake(new Endpoint(host, port), library());
                EngineChannel channel = EngineChannel.shakeHands(handshake, new Socket(host, port));
                return new RespConnection(channel.input(), channel.output(), channel);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    },

    /** {@link TestClient#JEDIS}. */
    JEDIS(ClientLibrary.JEDIS) {
        @Override
        TestClient.Connection connect(SecureTls tls, String host, int port) {
            return TestClient.JEDIS.connect(tls, host, port);
        }
    },

    /** {@link TestClient#LETTUCE}. */
    LETTUCE(ClientLibrary.LETTUCE) {
        @Override
        TestClient.Connection connect(SecureTls tls, String host, int port) {
            return TestClient.LETTUCE.connect(tls, host, port);
        }
    };

    private final ClientLibrary library;

    Transport(ClientLibrary library) {
        this.library = library;
    }

    ClientLibrary library() {
        return library;
    }

    /** Connects and logs in; a refusal comes out as a {@link TlsHandshakeException}, or with one as its cause. */
    abstract TestClient.Connection connect(SecureTls tls, String host, int port);
}
