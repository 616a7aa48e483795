package io.valkeysecure.examples;

import io.valkeysecure.ClientIdentity;
import io.valkeysecure.Endpoint;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.cli.base.Console;
import io.valkeysecure.testkit.certificate.PemFiles;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The demo against a server of its own: what must work, what must not, and the handshakes in figures. */
final class OwnServerDemo {
    private static final String USER = "demo";
    private static final int CONNECTIONS = 4;
    private static final int KEYS = 200;
    private static final int RECONNECTS = 25;

    private final Console console;

    OwnServerDemo(Console console) {
        this.console = console;
    }

    /** Returns whether everything was as it should be. */
    boolean run() throws IOException {
        long begun = System.nanoTime();
        console.step("making a CA, a certificate for a server named localhost, and one for a client");
        TestCertificate ca = TestCertificate.root().subject("CN=Demo CA").build();
        TestCertificate serverCertificate =
                ca.issue().subject("CN=demo server").dnsName("localhost").build();
        TestCertificate clientCertificate = ca.issue().subject("CN=demo client").build();
        boolean good;
        try (Scratch scratch = Scratch.create()) {
            Path anchors = Files.writeString(scratch.directory().resolve("ca.crt"), ca.certificatePem());
            PemFiles identity = clientCertificate.writePem(scratch.directory(), "client");
            console.result("in " + scratch.directory() + ": ca.crt, client.crt, client.key");
            Figures figures = new Figures();
            String password = new BigInteger(130, new SecureRandom()).toString(32);
            console.step("starting Valkey: TLS only, client certificate demanded, ACL user " + USER);
            try (ValkeyServer server = ValkeyServer.builder(serverCertificate, ca)
                            .user(USER, password)
                            .start();
                    SecureTls tls = SecureTls.trusting(TrustAnchors.pem(anchors))
                            .presenting(ClientIdentity.pem(identity.certificate(), identity.key()))
                            .listener(figures)
                            .build();
                    DemoClient lettuce = new LettuceDemo();
                    DemoClient jedis = new JedisDemo()) {
                console.result("Valkey " + versionOf(server) + " on " + server.host() + ":" + server.port());
                Target target = new Target(
                        new Endpoint(server.host(), server.port()), Optional.of(USER), Optional.of(password));
                List<DemoClient> clients = List.of(lettuce, jedis);
                good = connect(clients, tls, target);
                good &= new RefusalsDemo(console, ca, clientCertificate, target).run(clients);
                console.step("handshakes of the connections that were made; the first one has the JVM to warm up");
                console.table(figures.table());
            }
        }
        console.step("server ended, files removed, after "
                + Duration.ofNanos(System.nanoTime() - begun).toSeconds() + " s");
        if (!good) {
            console.error("something was not as it should be, see the lines marked WRONG above");
        }
        return good;
    }

    static String versionOf(ValkeyServer server) {
        return server.execute("INFO", "server")
                .lines()
                .filter(line -> line.startsWith("valkey_version:"))
                .map(line -> line.substring(line.indexOf(':') + 1).trim())
                .findFirst()
                .orElse("of unknown version");
    }

    private boolean connect(List<DemoClient> clients, SecureTls tls, Target target) {
        boolean good = true;
        for (DemoClient client : clients) {
            console.step("writing and reading with " + client.name() + " through a pool of " + CONNECTIONS);
            int came = client.throughPool(
                    tls, target, CONNECTIONS, client.library().tag() + ":", KEYS);
            for (int i = 0; i < RECONNECTS; i++) {
                client.ping(tls, target);
            }
            boolean all = came == KEYS;
            console.entry(
                    all,
                    came + " of " + KEYS + " keys came back as they were written, then " + RECONNECTS
                            + " new connections",
                    List.of());
            good &= all;
        }
        return good;
    }
}
