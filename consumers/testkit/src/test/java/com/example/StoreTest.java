package com.example;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.valkeysecure.testkit.certificate.TlsMaterial;
import io.valkeysecure.testkit.junit.ValkeyTls;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.net.Socket;
import org.junit.jupiter.api.Test;

class StoreTest {
    @ValkeyTls static TlsMaterial material;
    @ValkeyTls static ValkeyServer server;

    @Test
    void ping_overTls_answers() throws Exception {
        try (Socket tls = material.client().tlsContext(material.ca()).getSocketFactory().createSocket("localhost", server.port())) {
            tls.getOutputStream().write("PING\r\nQUIT\r\n".getBytes(US_ASCII));
            assertEquals("+PONG\r\n+OK\r\n", new String(tls.getInputStream().readAllBytes(), US_ASCII));
        }
    }
}
