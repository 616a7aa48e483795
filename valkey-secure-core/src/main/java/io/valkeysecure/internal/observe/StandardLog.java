package io.valkeysecure.internal.observe;

import io.valkeysecure.Endpoint;
import io.valkeysecure.TlsConfigurationException;
import io.valkeysecure.TlsHandshakeException;
import io.valkeysecure.VerifiedHandshake;
import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.internal.text.LogLine;
import io.valkeysecure.internal.text.Printable;
import io.valkeysecure.observe.ClosedConnection;
import io.valkeysecure.observe.ExpiryWarning;
import io.valkeysecure.observe.TlsListener;
import io.valkeysecure.observe.TlsStatus;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/** The log that every {@code SecureTls} writes, without a listener of the user. */
public final class StandardLog implements TlsListener {
    /** The name of every logger of this library. */
    public static final String LOGGER_NAME = "io.valkeysecure";

    private static final Logger LOGGER = System.getLogger(LOGGER_NAME);

    /** Logs every trust anchor that is left out. */
    public static void warnOfUnusable(List<TlsStatus.UnusableAnchor> anchors) {
        anchors.forEach(anchor -> LOGGER.log(
                Level.WARNING,
                () -> LogLine.of("trust anchor left out")
                        .fact("reason", anchor.reason().tag())
                        .text("subject", anchor.subject())
                        .text("message", anchor.message())
                        .toString()));
    }

    @Override
    public void started(Supplier<TlsStatus> status) {
        warnOfUnusable(status.get().unusableAnchors());
    }

    @Override
    public void handshakeSucceeded(VerifiedHandshake handshake) {
        LOGGER.log(
                Level.DEBUG,
                () -> LogLine.of("handshake verified")
                        .fact("endpoint", handshake.endpoint())
                        .fact("client", handshake.client().tag())
                        .fact("version", handshake.version().protocol())
                        .fact("cipher_suite", handshake.cipherSuite())
                        .fact("resumed", handshake.resumed())
                        .fact("generation", handshake.generation())
                        .fact("elapsed_ms", handshake.elapsed().toMillis())
                        .text("leaf", Printable.value(handshake.leaf().getSubjectX500Principal()))
                        .toString());
    }

    @Override
    public void handshakeRefused(TlsHandshakeException refusal, ClientLibrary client, Duration elapsed) {
        LOGGER.log(
                Level.DEBUG,
                () -> LogLine.of("handshake refused")
                        .fact("reason", refusal.reason().tag())
                        .fact("endpoint", refusal.endpoint())
                        .fact("client", client.tag())
                        .fact("elapsed_ms", elapsed.toMillis())
                        .text("message", refusal.getMessage())
                        .toString());
    }

    @Override
    public void connectionClosed(ClosedConnection connection) {
        VerifiedHandshake handshake = connection.handshake();
        LOGGER.log(
                Level.DEBUG,
                () -> LogLine.of("connection closed")
                        .fact("reason", connection.reason().tag())
                        .fact("way", connection.way().tag())
                        .fact("endpoint", handshake.endpoint())
                        .fact("client", handshake.client().tag())
                        .fact("generation", handshake.generation())
                        .toString());
    }

    @Override
    public void materialReloaded(TlsStatus status) {
        LOGGER.log(
                Level.INFO,
                () -> LogLine.of("generation " + status.generation() + " is in force")
                        .fact("digest", status.digest())
                        .text("sources", status.sources())
                        .toString());
        warnOfUnusable(status.unusableAnchors());
    }

    @Override
    public void materialReloadFailed(TlsStatus status, TlsConfigurationException cause) {
        LOGGER.log(
                Level.WARNING,
                () -> LogLine.of("generation " + status.generation() + " stays in force")
                        .fact("reason", cause.reason().tag())
                        .text("message", cause.getMessage())
                        .toString());
    }

    @Override
    public void expiryNear(ExpiryWarning warning) {
        LOGGER.log(
                Level.WARNING,
                () -> LogLine.of("expires soon")
                        .fact("role", warning.role().tag())
                        .fact("not_after", warning.notAfter())
                        .fact("remaining", warning.remaining())
                        .text("subject", warning.subject())
                        .toString());
    }

    @Override
    public void unguardedConnections(Endpoint server, int connections) {
        LOGGER.log(
                Level.WARNING,
                () -> LogLine.of("unguarded connections")
                        .fact("endpoint", server)
                        .fact("connections", connections)
                        .text(
                                "message",
                                "this process has connections that it did not make by valkey-secure; find the client"
                                        + " and make it by SecureLettuce or SecureJedis")
                        .toString());
    }
}
