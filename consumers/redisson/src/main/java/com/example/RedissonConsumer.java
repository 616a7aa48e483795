package com.example;

import io.valkeysecure.ClientIdentity;
import io.valkeysecure.Refusal;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.redisson.SecureRedisson;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.redisson.api.RedissonClient;
import org.redisson.client.codec.StringCodec;
import org.redisson.config.Config;

/** Connects as the page on Redisson does, then to a server that must be refused. Arguments: a directory with certificates, a port. */
final class RedissonConsumer {
    /** By it Redisson logs each connection that fails, with its stack, at ERROR; here one is refused. */
    private static final Logger FAILURES = Logger.getLogger("org.redisson.client.handler.ErrorsLoggingHandler");

    private RedissonConsumer() {}

    public static void main(String[] args) throws Exception {
        FAILURES.setLevel(Level.OFF);
        Path files = Path.of(args[0]);
        Config config = new Config()
                .setUsername("app")
                .setPassword(Files.readAllLines(files.resolve("app.password")).get(0));
        config.useSingleServer()
                .setAddress("rediss://localhost:" + args[1])
                .setConnectionMinimumIdleSize(1)
                .setRetryAttempts(0);
        try (Observed observed = new Observed()) {
            System.out.println(connect(files, files.resolve("ca/ca.crt"), config));
            String refusal = "none";
            try {
                connect(files, files.resolve("other/ca.crt"), config);
            } catch (RuntimeException e) {
                refusal = Refusal.of(e)
                        .map(r -> r.reason().tag() + ": " + r.message())
                        .orElseThrow(() -> e);
            }
            System.out.println(refusal);
            if (!refusal.startsWith("untrusted_issuer: ")) {
                throw new IllegalStateException("not refused: " + refusal);
            }
            System.out.println(observed.getClass().getModule().isNamed() ? "module path" : "class path");
        }
        System.out.println("consumer: ok");
    }

    private static String connect(Path files, Path ca, Config config) {
        try (SecureTls tls = SecureTls.trusting(TrustAnchors.pem(ca))
                .presenting(ClientIdentity.pem(files.resolve("app.crt"), files.resolve("app.key")))
                .build()) {
            RedissonClient client = SecureRedisson.client(tls, config);
            try {
                client.getBucket("greeting", StringCodec.INSTANCE).set("hello");
                return client.getBucket("greeting", StringCodec.INSTANCE).get() + ", "
                        + tls.describe()
                                .lines()
                                .filter(line -> line.startsWith("engine"))
                                .findFirst()
                                .orElse("");
            } finally {
                client.shutdown();
            }
        }
    }
}
