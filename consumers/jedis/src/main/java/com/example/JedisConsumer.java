package com.example;

import io.valkeysecure.ClientIdentity;
import io.valkeysecure.Refusal;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.jedis.SecureJedis;
import java.nio.file.Files;
import java.nio.file.Path;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.RedisClient;

/** Connects as the README does, then to a server that must be refused. Arguments: a directory with certificates, a port. */
final class JedisConsumer {
    private JedisConsumer() {}

    public static void main(String[] args) throws Exception {
        Path files = Path.of(args[0]);
        String password = Files.readAllLines(files.resolve("app.password")).get(0);
        HostAndPort server = new HostAndPort("localhost", Integer.parseInt(args[1]));
        JedisClientConfig config =
                DefaultJedisClientConfig.builder().user("app").password(password).build();
        try (Observed observed = new Observed()) {
            System.out.println(connect(files, files.resolve("ca/ca.crt"), server, config));
            String refusal = "none";
            try {
                connect(files, files.resolve("other/ca.crt"), server, config);
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

    private static String connect(Path files, Path ca, HostAndPort server, JedisClientConfig config) {
        try (SecureTls tls = SecureTls.trusting(TrustAnchors.pem(ca))
                        .presenting(ClientIdentity.pem(files.resolve("app.crt"), files.resolve("app.key")))
                        .build();
                RedisClient client = SecureJedis.client(tls, server, config).build()) {
            client.set("greeting", "hello");
            return client.get("greeting") + ", " + tls.describe().lines()
                    .filter(line -> line.startsWith("engine"))
                    .findFirst()
                    .orElse("");
        }
    }
}
