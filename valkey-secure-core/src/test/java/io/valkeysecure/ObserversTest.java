package io.valkeysecure;

import static io.valkeysecure.MaterialScene.OTHER_ROOT;
import static io.valkeysecure.MaterialScene.ROOT;
import static io.valkeysecure.MaterialScene.SERVER;
import static io.valkeysecure.MaterialScene.client;
import static io.valkeysecure.MaterialScene.often;
import static io.valkeysecure.MaterialScene.pair;
import static io.valkeysecure.MaterialScene.ping;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.adapter.ManagedConnection;
import io.valkeysecure.adapter.TlsHandshake;
import io.valkeysecure.observe.ClosedConnection;
import io.valkeysecure.observe.ExpiryWarning;
import io.valkeysecure.observe.LoggingListener;
import io.valkeysecure.observe.TlsHealth;
import io.valkeysecure.observe.TlsListener;
import io.valkeysecure.observe.TlsStatus;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.certificate.WriteStrategy;
import io.valkeysecure.testkit.hostile.HostilePeer;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import javax.net.ssl.SSLSocket;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;

/** What those who watch are told: listeners, the log, the Flight Recorder; and what the status says. */
class ObserversTest extends WithMaterialScene {
    /** Remembers what {@link MaterialScene} does not. */
    private static final class Watch implements TlsListener {
        final List<Supplier<TlsStatus>> started = new CopyOnWriteArrayList<>();
        final List<ClosedConnection> closedConnections = new CopyOnWriteArrayList<>();
        final List<String> closedCalls = new CopyOnWriteArrayList<>();

        @Override
        public void started(Supplier<TlsStatus> status) {
            started.add(status);
        }

        @Override
        public void closed() {
            closedCalls.add("ended");
        }

        @Override
        public void connectionClosed(ClosedConnection connection) {
            closedConnections.add(connection);
        }
    }

    private SecureTls tls(Rotation rotation, TlsListener... listeners) {
        return SecureTls.trusting(scene.anchors())
                .presenting(scene.identity())
                .rotation(rotation)
                .listener(listeners)
                .build();
    }

    // Listeners

    @Test
    void listener_ofATls_isToldWhenItStartsAndOnceWhenItIsClosed() {
        Watch watch = new Watch();
        SecureTls tls = tls(often().build(), watch);
        assertThat(watch.started)
                .singleElement()
                .satisfies(status -> assertThat(status.get())
                        .extracting(TlsStatus::digest, TlsStatus::generation)
                        .containsExactly(tls.status().digest(), 1L));
        assertThat(watch.closedCalls).isEmpty();

        tls.close();
        tls.close();
        assertThat(watch.closedCalls).hasSize(1);
    }

    @Test
    void listeners_firstThrowsAlways_othersAreToldAndNothingChanges() throws IOException {
        TlsListener broken = new TlsListener() {
            @Override
            public void started(Supplier<TlsStatus> status) {
                throw new NoClassDefFoundError("a metrics library");
            }

            @Override
            public void handshakeSucceeded(VerifiedHandshake handshake) {
                throw new IllegalStateException("registry is closed");
            }

            @Override
            public void connectionClosed(ClosedConnection connection) {
                throw new IllegalStateException("registry is closed");
            }

            @Override
            public void closed() {
                throw new IllegalStateException("registry is closed");
            }
        };
        Watch watch = new Watch();
        SecureTls tls = tls(often().drainWindow(Duration.ZERO).build(), broken, watch, scene);
        SSLSocket socket = scene.connect(tls);
        ping(socket);
        scene.files.write(WriteStrategy.RENAME, pair(client("second")));
        tls.reload();
        await().atMost(Duration.ofSeconds(60)).until(() -> watch.closedConnections.size() == 1);
        tls.close();

        assertThat(watch.started).hasSize(1);
        assertThat(scene.verified).hasSize(1);
        assertThat(watch.closedCalls).hasSize(1);
        socket.close();
    }

    @Test
    void connectionClosed_windowOver_isTold() throws IOException {
        Watch watch = new Watch();
        try (SecureTls tls = tls(often().drainWindow(Duration.ofMillis(200)).build(), watch);
                SSLSocket socket = scene.connect(tls)) {
            scene.files.write(WriteStrategy.RENAME, pair(client("second")));
            tls.reload();
            await().atMost(Duration.ofSeconds(60)).until(() -> !watch.closedConnections.isEmpty());
            assertThat(watch.closedConnections).singleElement().satisfies(closed -> {
                assertThat(closed.way()).isEqualTo(ClosedConnection.Way.WINDOW_OVER);
                assertThat(closed.reason()).isEqualTo(RefusalReason.DRAINED);
                assertThat(closed.handshake().generation()).isEqualTo(1);
                assertThat(closed.handshake().endpoint().port()).isEqualTo(scene.server.port());
            });
            assertThat(RefusalReason.of(catchThrowable(() -> ping(socket)))).contains(RefusalReason.DRAINED);
        }
    }

    @Test
    void connectionClosed_closedByItsClientWhenAsked_isToldAsQuiet() throws IOException {
        Watch watch = new Watch();
        try (SecureTls tls = tls(often().drainWindow(Duration.ofSeconds(30)).build(), watch)) {
            SSLSocket socket = scene.connect(tls);
            scene.files.write(WriteStrategy.RENAME, pair(client("second")));
            tls.reload();
            await().atMost(Duration.ofSeconds(60)).until(() -> ManagedConnection.isDraining(() -> !socket.isClosed()));
            assertThat(tls.status().connections())
                    .containsExactly(Map.entry(ClientLibrary.OTHER, new TlsStatus.Connections(0, 1)));
            assertThat(watch.closedConnections).isEmpty();
            socket.close();
            assertThat(watch.closedConnections)
                    .singleElement()
                    .satisfies(closed -> assertThat(closed.way()).isEqualTo(ClosedConnection.Way.QUIET));
        }
    }

    @Test
    void connectionClosed_trustRemoved_isToldWithItsReason() throws IOException {
        Watch watch = new Watch();
        scene.files.write(WriteStrategy.RENAME, Map.of("ca.crt", TestCertificate.pem(ROOT, OTHER_ROOT)));
        try (SecureTls tls = tls(often().build(), watch);
                SSLSocket socket = scene.connect(tls)) {
            scene.files.write(WriteStrategy.RENAME, Map.of("ca.crt", OTHER_ROOT.certificatePem()));
            tls.reload();
            await().atMost(Duration.ofSeconds(60)).until(() -> !watch.closedConnections.isEmpty());
            assertThat(watch.closedConnections).singleElement().satisfies(closed -> {
                assertThat(closed.way()).isEqualTo(ClosedConnection.Way.AT_ONCE);
                assertThat(closed.reason()).isEqualTo(RefusalReason.UNTRUSTED_ISSUER);
            });
            assertThat(socket.isConnected()).isTrue();
        }
    }

    /** The twin of the three above: an end that has nothing to do with a change. */
    @Test
    void closed_withoutAChange_isNotToldAsRetired() throws IOException {
        Watch watch = new Watch();
        try (SecureTls tls = tls(often().build(), watch)) {
            scene.connect(tls).close();
            await().atMost(Duration.ofSeconds(60)).until(() -> tls.status().openConnections() == 0);
        }
        assertThat(watch.closedConnections).isEmpty();
    }

    // Status

    @Test
    void status_oneOfEachRole_saysWhenTheyEnd() throws IOException {
        Path crl = directory.resolve("root.crl");
        ROOT.crl().number(1).build().write(crl);
        try (SecureTls tls = scene.tls().revocation(Revocation.crls(crl)).build()) {
            SSLSocket socket = scene.connect(tls);
            TlsStatus status = tls.status();
            assertThat(status.notAfter(ExpiryWarning.Role.ANCHOR))
                    .contains(ROOT.certificate().getNotAfter().toInstant());
            assertThat(status.notAfter(ExpiryWarning.Role.PEER))
                    .contains(SERVER.certificate().getNotAfter().toInstant());
            assertThat(status.notAfter(ExpiryWarning.Role.CRL)).isPresent();
            assertThat(status.notAfter(ExpiryWarning.Role.IDENTITY)).isPresent();
            assertThat(status.connections())
                    .containsExactly(Map.entry(ClientLibrary.OTHER, new TlsStatus.Connections(1, 0)));
            socket.close();
            assertThat(tls.status().notAfter(ExpiryWarning.Role.PEER)).isEmpty();
        }
    }

    @Test
    void health_badFileThenGoodThenExpired_isDegradedUpDown() throws IOException {
        try (SecureTls tls = scene.tls().clock(scene.clock).build()) {
            assertThat(tls.health()).hasToString("up");

            String good = Files.readString(scene.files.path("tls.crt"));
            Files.writeString(scene.files.path("tls.crt"), "half");
            assertThat(RefusalReason.of(catchThrowable(tls::reload))).contains(RefusalReason.MATERIAL_UNREADABLE);
            assertThat(tls.health().state()).isEqualTo(TlsHealth.State.DEGRADED);
            assertThat(tls.health().toString())
                    .contains("tls.crt", "https://valkey-secure.github.io/reasons.html#material_unreadable");

            Files.writeString(scene.files.path("tls.crt"), good);
            tls.reload();
            assertThat(tls.health().state()).isEqualTo(TlsHealth.State.UP);

            scene.clock.advance(Duration.ofDays(30));
            assertThat(tls.health().state()).isEqualTo(TlsHealth.State.DOWN);
            assertThat(tls.health().toString()).contains("identity CN=first ended at");
        }
    }

    @Test
    void health_closed_isDown() {
        SecureTls tls = scene.tls().build();
        tls.close();
        assertThat(tls.health()).hasToString("down: this SecureTls is closed");
    }

    // Log

    private static List<String> logged(String logger, ThrowingRunnable action) throws IOException {
        List<String> lines = new CopyOnWriteArrayList<>();
        Logger target = Logger.getLogger(logger);
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord line) {
                lines.add(line.getLevel() + " " + line.getMessage());
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Level before = target.getLevel();
        target.setLevel(Level.ALL);
        handler.setLevel(Level.ALL);
        target.addHandler(handler);
        try {
            action.run();
        } finally {
            target.removeHandler(handler);
            target.setLevel(before);
        }
        return lines;
    }

    private interface ThrowingRunnable {
        void run() throws IOException;
    }

    @Test
    void log_handshakesAndReloads_haveTheirLevels() throws IOException {
        List<String> lines = logged("io.valkeysecure", () -> {
            try (SecureTls tls = scene.tls().build()) {
                scene.connect(tls).close();
                refused(tls);
                scene.files.write(WriteStrategy.RENAME, pair(client("second")));
                tls.reload();
                Files.writeString(scene.files.path("tls.crt"), "half");
                assertThat(catchThrowable(tls::reload)).isNotNull();
            }
        });
        assertThat(lines)
                .anyMatch(line -> line.startsWith("FINE handshake verified: endpoint=localhost:")
                        && line.contains(" client=other version=TLSv1.3 "))
                .anyMatch(line -> line.startsWith("FINE handshake refused: reason=plaintext_peer endpoint=localhost:"))
                .anyMatch(line -> line.startsWith("INFO generation 2 is in force: digest="))
                .anyMatch(line -> line.startsWith("WARNING generation 2 stays in force: reason=material_unreadable "));
    }

    @Test
    void loggingListener_refusal_isAWarningOfOneLine() throws IOException {
        List<String> lines = logged("io.valkeysecure.refusals", () -> {
            try (SecureTls tls = tls(often().build(), LoggingListener.create())) {
                scene.connect(tls).close();
                refused(tls);
            }
        });
        assertThat(lines)
                .singleElement()
                .satisfies(line -> assertThat(line)
                        .startsWith("WARNING handshake refused: reason=plaintext_peer endpoint=localhost:")
                        .contains(" client=other elapsed_ms=", " message=\"", "\\\"-ERR")
                        .endsWith("see https://valkey-secure.github.io/reasons.html#plaintext_peer\""));
    }

    /** What a peer chooses begins no line of its own. */
    @Test
    void loggingListener_controlCharactersInAMessage_areEscaped() throws IOException {
        TlsHandshakeException refusal = new TlsHandshakeException(
                RefusalReason.NAME_MISMATCH,
                new Endpoint("localhost", 1),
                "leaf CN=a\nINFO all is well\u001b[2J",
                null);
        List<String> lines = logged(
                "io.valkeysecure.refusals",
                () -> LoggingListener.create().handshakeRefused(refusal, ClientLibrary.JEDIS, Duration.ofMillis(3)));
        assertThat(lines)
                .singleElement()
                .satisfies(line -> assertThat(line)
                        .contains("CN=a\\u000aINFO all is well\\u001b[2J")
                        .doesNotContain("\n", "\u001b"));
    }

    private void refused(SecureTls tls) throws IOException {
        try (HostilePeer peer = HostilePeer.plaintextValkey();
                Socket plain = new Socket("localhost", peer.port())) {
            assertThat(catchThrowable(
                            () -> TlsHandshake.start(tls, new Endpoint("localhost", peer.port()), ClientLibrary.OTHER)
                                    .overSocket(plain)))
                    .isInstanceOf(TlsHandshakeException.class);
        }
    }

    // Flight Recorder

    @Test
    void recording_handshakesReloadsAndDraining_tellTheIncident() throws IOException {
        Path file = directory.resolve("incident.jfr");
        try (Recording recording = new Recording()) {
            recording.start();
            try (SecureTls tls = tls(often().drainWindow(Duration.ZERO).build());
                    SSLSocket socket = scene.connect(tls)) {
                refused(tls);
                scene.files.write(WriteStrategy.RENAME, pair(client("second")));
                tls.reload();
                await().atMost(Duration.ofSeconds(60)).until(() -> tls.status().openConnections() == 0);
                Files.writeString(scene.files.path("tls.key"), "half");
                assertThat(catchThrowable(tls::reload)).isNotNull();
                assertThat(socket.isConnected()).isTrue();
            }
            recording.stop();
            recording.dump(file);
        }
        List<RecordedEvent> events = new ArrayList<>(RecordingFile.readAllEvents(file));
        events.removeIf(event -> !event.getEventType().getName().startsWith("io.valkeysecure."));

        assertThat(of("Handshake", events)).hasSize(2).anySatisfy(verified -> {
            assertThat(verified.getBoolean("refused")).isFalse();
            assertThat(verified.getString("reason")).isEqualTo("none");
            assertThat(verified.getString("version")).isEqualTo("TLSv1.3");
            assertThat(verified.getString("cipherSuite")).startsWith("TLS_");
            assertThat(verified.getString("group")).isEqualTo("x25519");
            assertThat(verified.getLong("generation")).isEqualTo(1);
            assertThat(verified.getDuration("elapsed")).isPositive();
        });
        assertThat(of("Handshake", events)).anySatisfy(refused -> {
            assertThat(refused.getBoolean("refused")).isTrue();
            assertThat(refused.getString("reason")).isEqualTo("plaintext_peer");
            assertThat(refused.getString("message")).contains("expected TLS", "-ERR");
            assertThat(refused.getString("endpoint")).startsWith("localhost:");
        });
        assertThat(of("Reload", events)).hasSize(2).anySatisfy(good -> {
            assertThat(good.getBoolean("failed")).isFalse();
            assertThat(good.getLong("generation")).isEqualTo(2);
        });
        assertThat(of("Reload", events)).anySatisfy(bad -> {
            assertThat(bad.getBoolean("failed")).isTrue();
            assertThat(bad.getString("reason")).isEqualTo("material_unreadable");
            assertThat(bad.getString("message")).contains("tls.key");
        });
        assertThat(of("ConnectionClosed", events))
                .singleElement()
                .satisfies(closed -> assertThat(closed.getString("way")).isEqualTo("window_over"));
    }

    private static List<RecordedEvent> of(String name, List<RecordedEvent> events) {
        return events.stream()
                .filter(event -> event.getEventType().getName().equals("io.valkeysecure." + name))
                .toList();
    }
}
