package io.valkeysecure.testkit.server;

import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.internal.server.ServerFiles;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Servers that talk to each other: they have an administrator and a client certificate in common. */
final class Peers {
    private static final long POLL_MILLIS = 20;

    private final PeerSettings settings;
    private final TestCertificate clientIdentity;
    private final String adminPassword = ServerFiles.randomPassword();

    Peers(PeerSettings settings) {
        if (settings.clientAnchors.isEmpty()) {
            throw new IllegalStateException("servers that talk to each other need a CA in common");
        }
        this.settings = settings;
        this.clientIdentity =
                settings.clientAnchors.get(0).issue().subject("CN=testkit peer").build();
    }

    String adminPassword() {
        return adminPassword;
    }

    /**
     * Describes a server with the users of all; what the settings say of its configuration goes before the defaults.
     */
    ValkeyServer.Builder server(int number, Map<String, String> defaults) {
        ValkeyServer.Builder server = member(settings.identities.apply(number))
                .config("primaryuser", ValkeyServer.ADMIN_USER)
                .config("primaryauth", adminPassword)
                .config("repl-diskless-sync-delay", "0");
        defaults.forEach(server::config);
        settings.config.forEach(server::config);
        settings.users.forEach(server::user);
        return server;
    }

    ValkeyServer.Builder member(TestCertificate identity) {
        return ValkeyServer.builder(identity, settings.clientAnchors.toArray(new TestCertificate[0]))
                .peer(clientIdentity, adminPassword);
    }

    /** Starts all at the same time; closes those that did start if one does not. */
    static List<ValkeyServer> startAll(List<ValkeyServer.Builder> builders) {
        List<CompletableFuture<ValkeyServer>> starting = builders.stream()
                .map(builder -> CompletableFuture.supplyAsync(builder::start, Peers::onItsOwnThread))
                .toList();
        List<ValkeyServer> started = new ArrayList<>();
        RuntimeException failure = null;
        for (CompletableFuture<ValkeyServer> server : starting) {
            try {
                started.add(server.join());
            } catch (CompletionException e) {
                failure = new IllegalStateException("not all servers have started", e.getCause());
            }
        }
        if (failure != null) {
            closeAll(started);
            throw failure;
        }
        return List.copyOf(started);
    }

    static void closeAll(List<ValkeyServer> servers) {
        CompletableFuture.allOf(servers.stream()
                        .map(server -> CompletableFuture.runAsync(server::close, Peers::onItsOwnThread))
                        .toArray(CompletableFuture[]::new))
                .join();
    }

    private static void onItsOwnThread(Runnable work) {
        Thread thread = new Thread(work, "testkit-peers");
        thread.setDaemon(true);
        thread.start();
    }

    /** Waits until nothing is wrong any more, and throws with what still is when the limit comes first. */
    static void await(String what, Duration limit, Supplier<String> wrong) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (true) {
            String seen;
            try {
                seen = wrong.get();
            } catch (RuntimeException e) {
                seen = e.toString(); // a server that goes down or comes up, or does not know yet
            }
            if (seen.isEmpty()) {
                return;
            }
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("no " + what + " within " + limit + ": " + seen);
            }
            try {
                TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while waiting for " + what, e);
            }
        }
    }
}
