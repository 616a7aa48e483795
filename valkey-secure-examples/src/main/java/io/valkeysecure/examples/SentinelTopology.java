package io.valkeysecure.examples;

import io.valkeysecure.Endpoint;
import io.valkeysecure.SecureTls;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.server.ValkeySentinels;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A primary, two replicas, and three sentinels. */
final class SentinelTopology implements DemoTopology {
    private static final String ROGUE = "rogue";

    private final ValkeySentinels sentinels;
    private final List<Target> targets;
    private @Nullable ValkeyServer killed;

    SentinelTopology(TestCertificate serverCertificate, TestCertificate ca, String user, String password) {
        sentinels = ValkeySentinels.builder(serverCertificate, ca)
                .user(user, password)
                .sentinelUser(user, password)
                .start();
        targets = sentinels.sentinels().stream()
                .map(sentinel -> new Target(
                        new Endpoint(sentinel.host(), sentinel.port()), Optional.of(user), Optional.of(password)))
                .toList();
    }

    @Override
    public List<String> nodes() {
        List<String> lines = new ArrayList<>();
        ValkeyServer primary = sentinels.primary();
        for (ValkeyServer server : sentinels.servers()) {
            lines.add((server == primary ? "primary " : "replica ") + server.host() + ":" + server.port());
        }
        for (ValkeyServer sentinel : sentinels.sentinels()) {
            lines.add("sentinel " + sentinel.host() + ":" + sentinel.port());
        }
        return lines;
    }

    @Override
    public ValkeyServer anyServer() {
        return sentinels.primary();
    }

    @Override
    public KeyValue open(DemoClient client, SecureTls tls) {
        return client.behindSentinels(tls, targets, sentinels.name());
    }

    @Override
    public void kill(String key) {
        killed = sentinels.primary();
        killed.kill();
    }

    @Override
    public void heal() {
        sentinels.awaitHealthy();
        if (killed != null) {
            killed.restart();
        }
        sentinels.awaitHealthy();
    }

    @Override
    public String leadTo(int port, String sparedKey) {
        for (ValkeyServer sentinel : sentinels.sentinels()) {
            sentinel.execute("SENTINEL", "MONITOR", ROGUE, "127.0.0.1", Integer.toString(port), "2");
        }
        return "all sentinels name port " + port + " as the primary of " + ROGUE;
    }

    @Override
    public void beLed(DemoClient client, SecureTls tls) {
        try (KeyValue keys = client.behindSentinels(tls, targets, ROGUE)) {
            keys.set("rogue:key", "for the rogue");
        }
    }

    @Override
    public void leadBack() {
        for (ValkeyServer sentinel : sentinels.sentinels()) {
            sentinel.execute("SENTINEL", "REMOVE", ROGUE);
        }
    }

    @Override
    public void close() {
        sentinels.close();
    }
}
