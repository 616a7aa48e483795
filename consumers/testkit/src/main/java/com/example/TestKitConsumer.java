package com.example;

import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLSocket;

/** A real server with certificates made in memory, and a client of the JDK; no other library of ours. */
final class TestKitConsumer {
    private TestKitConsumer() {}

    public static void main(String[] args) throws Exception {
        try (Observed observed = new Observed()) {
            TestCertificate ca = TestCertificate.root().build();
            TestCertificate app = ca.issue().subject("CN=app").build();
            try (ValkeyServer server = ValkeyServer.builder(ca.issue().dnsName("localhost").build(), ca).start();
                    SSLSocket socket = (SSLSocket) app.tlsContext(ca).getSocketFactory()
                            .createSocket(server.host(), server.port())) {
                socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
                String reply = new BufferedReader(
                                new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
                        .readLine();
                if (!"+PONG".equals(reply)) {
                    throw new IllegalStateException("expected +PONG, got " + reply);
                }
            }
            System.out.println(observed.getClass().getModule().isNamed() ? "module path" : "class path");
        }
        System.out.println("consumer: ok");
    }
}
