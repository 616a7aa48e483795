package io.valkeysecure.tests;

import io.valkeysecure.Endpoint;
import io.valkeysecure.Engine;
import io.valkeysecure.SecureTls;
import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.adapter.TlsHandshake;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;

/** What carries the bytes to a server under this library: the two ways of the core, and the clients on each engine. */
enum Transport implements TableClient {
    /** {@link TlsHandshake#overSocket}. */
    SSL_SOCKET(ClientLibrary.OTHER, Engine.jdk()) {
        @Override
        public TestClient.Connection connect(SecureTls tls, String host, int port) {
            try {
                Socket socket = TlsHandshake.start(tls, new Endpoint(host, port), library())
                        .overSocket(new Socket(host, port));
                return new RespConnection(socket.getInputStream(), socket.getOutputStream(), socket);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    },

    /** {@link TlsHandshake#engine}. */
    SSL_ENGINE(ClientLibrary.OTHER, Engine.jdk()) {
        @Override
        public TestClient.Connection connect(SecureTls tls, String host, int port) {
            try {
                TlsHandshake handshake = TlsHandshake.start(tls, new Endpoint(host, port), library());
                EngineChannel channel = EngineChannel.shakeHands(handshake, new Socket(host, port));
                return new RespConnection(channel.input(), channel.output(), channel);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    },

    /** {@link TestClient#JEDIS}. */
    JEDIS(TestClient.JEDIS) {
        @Override
        public TestClient.Connection connect(SecureTls tls, String host, int port) {
            return TestClient.JEDIS.connect(tls, host, port);
        }
    },

    /** {@link TestClient#JEDIS_BORINGSSL}. */
    JEDIS_BORINGSSL(TestClient.JEDIS_BORINGSSL) {
        @Override
        public TestClient.Connection connect(SecureTls tls, String host, int port) {
            return TestClient.JEDIS_BORINGSSL.connect(tls, host, port);
        }
    },

    /** {@link TestClient#LETTUCE}. */
    LETTUCE(TestClient.LETTUCE) {
        @Override
        public TestClient.Connection connect(SecureTls tls, String host, int port) {
            return TestClient.LETTUCE.connect(tls, host, port);
        }
    },

    /** {@link TestClient#LETTUCE_BORINGSSL}. */
    LETTUCE_BORINGSSL(TestClient.LETTUCE_BORINGSSL) {
        @Override
        public TestClient.Connection connect(SecureTls tls, String host, int port) {
            return TestClient.LETTUCE_BORINGSSL.connect(tls, host, port);
        }
    };

    private final ClientLibrary library;

    @SuppressWarnings("ImmutableEnumChecker") // it is immutable, and has no annotation that says so
    private final Engine engine;

    Transport(ClientLibrary library, Engine engine) {
        this.library = library;
        this.engine = engine;
    }

    Transport(TestClient client) {
        this(client.library(), client.engine());
    }

    @Override
    public ClientLibrary library() {
        return library;
    }

    @Override
    public Engine engine() {
        return engine;
    }
}
