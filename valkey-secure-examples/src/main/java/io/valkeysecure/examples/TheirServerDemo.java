package io.valkeysecure.examples;

import io.valkeysecure.SecureTls;
import io.valkeysecure.VerifiedHandshake;
import io.valkeysecure.cli.base.Console;
import io.valkeysecure.cli.base.Failure;
import io.valkeysecure.internal.text.Printable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** The demo against the user's own server. It leaves nothing behind there. */
final class TheirServerDemo {
    private final Console console;
    private final SecureTls tls;
    private final Figures figures;
    private final Target target;

    TheirServerDemo(Console console, SecureTls tls, Figures figures, Target target) {
        this.console = console;
        this.tls = tls;
        this.figures = figures;
        this.target = target;
    }

    /** Returns whether both clients could do all they were told to. */
    boolean run() {
        console.step("what is in force");
        console.result(tls.describe());
        Map<String, Failure> failures = new LinkedHashMap<>();
        for (DemoClient client : List.of(new LettuceDemo(), new JedisDemo())) {
            try (client) {
                console.step("connecting to " + target + " with " + client.name());
                exchange(client);
            } catch (RuntimeException e) {
                Failure failure = ClientFailure.of(e);
                failures.putIfAbsent(failure.message(), failure);
            }
        }
        for (Failure failure : failures.values()) {
            console.error(failure.message());
            failure.hint().ifPresent(console::hint);
        }
        if (!figures.isEmpty()) {
            console.step("handshakes");
            console.table(figures.table());
        }
        return failures.isEmpty();
    }

    private void exchange(DemoClient client) {
        String key = "valkey-secure-demo:" + UUID.randomUUID();
        if (!client.exchange(tls, target, key, client.name())) {
            throw new IllegalArgumentException("key " + key + " did not come back as it was written");
        }
        VerifiedHandshake handshake = figures.latest();
        console.result(handshake.version().protocol() + " " + handshake.cipherSuite() + "\nleaf "
                + Printable.value(handshake.leaf().getSubjectX500Principal()) + ", not after "
                + handshake.leaf().getNotAfter().toInstant() + "\nissued under "
                + Printable.value(handshake.path().anchor().getSubjectX500Principal()));
        console.good("ping, set, get and del of one key: as they should be");
    }
}
