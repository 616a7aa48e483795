package com.example;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.valkeysecure.ClientIdentity;
import io.valkeysecure.Refusal;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.lettuce.SecureLettuce;
import java.nio.file.Files;
import java.nio.file.Path;

/** Connects as the README does, then to a server that must be refused. Arguments: a directory with certificates, a port. */
final class LettuceConsumer {
    private LettuceConsumer() {}

    public static void main(String[] args) throws Exception {
        Path files = Path.of(args[0]);
        String password = Files.readAllLines(files.resolve("app.password")).get(0);
        RedisURI server = RedisURI.builder()
                .withHost("localhost")
                .withPort(Integer.parseInt(args[1]))
                .withSsl(true)
                .withAuthentication("app", password)
                .build();
        try (Observed observed = new Observed()) {
            System.out.println(connect(files, files.resolve("ca/ca.crt"), server));
            String refusal = "none";
            try {
                connect(files, files.resolve("other/ca.crt"), server);
            } catch (RuntimeException e) {
                refusal = Refusal.of(e).map(r -> r.reason().tag() + ": " + r.message()).orElseThrow(() -> e);
            }
            System.out.println(refusal);
            if (!refusal.startsWith("untrusted_issuer: ")) {
                throw new IllegalStateException("not refused: " + refusal);
            }
            System.out.println(observed.getClass().getModule().isNamed() ? "module path" : "class path");
        }
        System.out.println("consumer: ok");
    }

    private static String connect(Path files, Path ca, RedisURI server) {
        try (SecureTls tls = SecureTls.trusting(TrustAnchors.pem(ca))
                        .presenting(ClientIdentity.pem(files.resolve("app.crt"), files.resolve("app.key")))
                        .build();
                RedisClient client = SecureLettuce.client(tls, server);
                StatefulRedisConnection<String, String> connection = client.connect()) {
            connection.sync().set("greeting", "hello");
            return connection.sync().get("greeting") + ", " + tls.describe().lines()
                    .filter(line -> line.startsWith("engine"))
                    .findFirst()
                    .orElse("");
        }
    }
}
