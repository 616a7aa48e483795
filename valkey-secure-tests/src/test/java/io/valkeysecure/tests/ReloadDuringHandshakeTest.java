package io.valkeysecure.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.valkeysecure.RefusalReason;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsPolicy;
import io.valkeysecure.TlsVersion;
import io.valkeysecure.VerifiedHandshake;
import io.valkeysecure.testkit.hostile.HostilePeer;
import io.valkeysecure.testkit.internal.TlsRecord;
import io.valkeysecure.testkit.recording.RecordingProxy;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A server that delays a part of its handshake until {@code reload()} has returned is judged by the new material: what
 * that does not accept gets not one byte of the application. The twin of each case reloads material that still accepts
 * it.
 */
class ReloadDuringHandshakeTest extends ChangingTrust {
    ReloadDuringHandshakeTest(@TempDir Path directory) {
        super(directory);
    }

    /** What the server holds back until the reload has returned. */
    enum Held {
        FIRST_FLIGHT {
            @Override
            boolean isAt(byte[] server, TlsVersion version, boolean resumed) {
                return true;
            }
        },
        /** The last message of a server, when its certificate has been judged long ago. */
        FINISHED {
            @Override
            boolean isAt(byte[] server, TlsVersion version, boolean resumed) {
                List<TlsRecord> records = TlsRecord.allOf(server);
                if (version == TlsVersion.TLS_1_2) {
                    return records.stream().anyMatch(next -> next.type() == TlsRecord.CHANGE_CIPHER_SPEC);
                }
                // encrypted extensions; and in a full handshake certificate request, certificate, and its signature
                return records.stream().filter(TlsRecord::isApplicationData).count() == (resumed ? 2 : 5);
            }
        };

        abstract boolean isAt(byte[] server, TlsVersion version, boolean resumed);
    }

    static Stream<Arguments> everyOrder() {
        return Stream.of(Transport.values())
                .flatMap(transport -> Stream.of(TlsVersion.values())
                        .flatMap(version -> Stream.of(Held.values())
                                .flatMap(held -> Stream.of(true, false)
                                        .flatMap(resumed -> Stream.of(Change.values())
                                                .map(change ->
                                                        Arguments.of(transport, version, held, resumed, change))))));
    }

    private SecureTls tls(Transport transport) throws IOException {
        return tls(
                transport,
                TlsPolicy.builder().handshakeTimeout(Duration.ofMinutes(1)).build());
    }

    private static HostilePeer server(TlsVersion version) {
        return HostilePeer.tls(SERVER, parameters -> parameters.setProtocols(new String[] {version.protocol()}));
    }

    /** Connects until a session is resumed, and so there is one to resume next. */
    private void resume(SecureTls tls, Transport transport, int port) {
        for (int i = 0; i < 10; i++) {
            try (TestClient.Connection connection = transport.connect(tls, "localhost", port)) {
                connection.set("key", "value");
            }
            if (listener.verified().get(listener.verified().size() - 1).resumed()) {
                return;
            }
        }
        throw new AssertionError("ten connections, and none resumed a session");
    }

    @FunctionalInterface
    private interface Written {
        void apply(Change change) throws IOException;
    }

    /** Connects, and reloads while the server holds back. */
    private CompletableFuture<TestClient.Connection> connect(
            SecureTls tls, Transport transport, RecordingProxy proxy, Runnable hold, Change change, Written written)
            throws IOException {
        hold.run();
        CompletableFuture<TestClient.Connection> connecting = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                connecting.complete(transport.connect(tls, "localhost", proxy.port()));
            } catch (Throwable e) {
                connecting.completeExceptionally(e);
            }
        });
        thread.setDaemon(true);
        thread.start();
        await().atMost(Duration.ofSeconds(60))
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(5))
                .until(proxy::isPaused);
        written.apply(change);
        var unused = tls.reload(); // the watcher may have been faster
        assertThat(tls.status().generation()).isEqualTo(2);
        proxy.resume();
        return connecting;
    }

    @ParameterizedTest
    @MethodSource("everyOrder")
    void reload_duringTheHandshakeAndServerNoLongerAccepted_isRefusedWithoutAByte(
            Transport transport, TlsVersion version, Held held, boolean resumed, Change change) throws Exception {
        try (HostilePeer server = server(version);
                RecordingProxy proxy = RecordingProxy.to("localhost", server.port());
                SecureTls tls = tls(transport)) {
            if (resumed) {
                resume(tls, transport, proxy.port());
            }
            assertThat(server.awaitEnd(Duration.ofSeconds(30))).isTrue();
            byte[] before = server.applicationBytes();
            int succeeded = listener.verified().size();
            var connecting = connect(
                    tls,
                    transport,
                    proxy,
                    () -> proxy.pauseAtServerRecord(sent -> held.isAt(sent, version, resumed)),
                    change,
                    each -> each.harmful(this));
            Throwable thrown = catchThrowable(() -> connecting.get(60, TimeUnit.SECONDS));
            assertThat(RefusalReason.of(thrown)).as("%s", thrown).contains(change.reason);
            assertThat(server.awaitEnd(Duration.ofSeconds(30))).isTrue();
            assertThat(server.applicationBytes()).isEqualTo(before);
            assertThat(listener.verified()).hasSize(succeeded);
            assertThat(listener.refused()).isNotEmpty().allMatch(refusal -> refusal.reason() == change.reason);
            assertThat(tls.status().openConnections()).isZero();
        }
    }

    @ParameterizedTest
    @MethodSource("everyOrder")
    void reload_duringTheHandshakeAndServerStillAccepted_isConnected(
            Transport transport, TlsVersion version, Held held, boolean resumed, Change change) throws Exception {
        // which session an engine offers, and whether the server still knows it, is not this test's to say
        for (int i = 0; i < 10; i++) {
            if (connectedAcrossReload(transport, version, held, resumed, change).resumed() == resumed) {
                return;
            }
        }
        throw new AssertionError("ten connections, and none resumed a session");
    }

    private VerifiedHandshake connectedAcrossReload(
            Transport transport, TlsVersion version, Held held, boolean resumed, Change change) throws Exception {
        try (HostilePeer server = server(version);
                RecordingProxy proxy = RecordingProxy.to("localhost", server.port());
                SecureTls tls = tls(transport)) {
            if (resumed) {
                resume(tls, transport, proxy.port());
            }
            var connecting = connect(
                    tls,
                    transport,
                    proxy,
                    () -> proxy.pauseAtServerRecord(sent -> held.isAt(sent, version, resumed)),
                    change,
                    each -> each.harmless(this));
            try (TestClient.Connection connection = connecting.get(60, TimeUnit.SECONDS)) {
                connection.set("key", "value");
                assertThat(connection.get("key")).isEqualTo("value");
            }
            assertThat(listener.closedConnections()).isEmpty();
            assertThat(listener.verified())
                    .as("%s", listener.verified())
                    .last()
                    .satisfies(last -> assertThat(last.generation()).isEqualTo(1));
            assertThat(listener.refused()).isEmpty();
            return listener.verified().get(listener.verified().size() - 1);
        }
    }
}
