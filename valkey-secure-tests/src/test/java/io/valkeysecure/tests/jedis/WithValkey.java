package io.valkeysecure.tests.jedis;

import io.valkeysecure.SecureTls;
import io.valkeysecure.testkit.server.ValkeyServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Gives the tests of a class a server with one user, and the TLS of {@link Pki} for it. */
abstract class WithValkey {
    static ValkeyServer server;
    static SecureTls tls;

    @BeforeAll
    static void start() {
        server = ValkeyServer.builder(Pki.SERVER, Pki.ROOT)
                .user(Pki.USER, Pki.PASSWORD)
                .start();
        tls = Pki.tls().build();
    }

    @AfterAll
    static void stop() {
        tls.close();
        server.close();
    }
}
