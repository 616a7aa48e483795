package io.valkeysecure.internal.observe;

import io.valkeysecure.TlsConfigurationException;
import io.valkeysecure.TlsHandshakeException;
import io.valkeysecure.VerifiedHandshake;
import io.valkeysecure.adapter.ClientLibrary;
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
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Logs what users should see without asking for it. */
public final class StandardLog implements TlsListener {
    /** The name of every logger of this library. */
    public static final String LOGGER_NAME = "io.valkeysecure";

    private static final Logger LOGGER = System.getLogger(LOGGER_NAME);

    private static final Pattern BACKSLASHES = Pattern.compile("\\\\+(?=\"|$)");

    public static void warnOfUnusable(List<TlsStatus.UnusableAnchor> anchors) {
        anchors.forEach(anchor -> LOGGER.log(
                Level.WARNING,
                () -> "trust anchor left out: reason=" + anchor.reason().tag() + " subject=" + quoted(anchor.subject())
                        + " message=" + quoted(anchor.message())));
    }

    @Override
    public void started(Supplier<TlsStatus> status) {
        warnOfUnusable(status.get().unusableAnchors());
    }

    @Override
    public void handshakeSucceeded(VerifiedHandshake handshake) {
        LOGGER.log(
                Level.DEBUG,
                () -> "handshake verified: endpoint=" + handshake.endpoint() + " client="
                        + handshake.client().tag() + " version="
                        + handshake.version().protocol() + " cipher_suite=" + handshake.cipherSuite() + " resumed="
                        + handshake.resumed() + " generation=" + handshake.generation() + " elapsed_ms="
                        + handshake.elapsed().toMillis() + " leaf="
                        + quoted(Printable.value(handshake.leaf().getSubjectX500Principal())));
    }

    @Override
    public void handshakeRefused(TlsHandshakeException refusal, ClientLibrary client, Duration elapsed) {
        LOGGER.log(Level.DEBUG, () -> refused(refusal, client, elapsed));
    }

    @Override
    public void connectionClosed(ClosedConnection connection) {
        LOGGER.log(
                Level.DEBUG,
                () -> "connection closed: reason=" + connection.reason().tag() + " way="
                        + connection.way().tag() + " endpoint="
                        + connection.handshake().endpoint() + " client="
                        + connection.handshake().client().tag() + " generation="
                        + connection.handshake().generation());
    }

    @Override
    public void materialReloaded(TlsStatus status) {
        LOGGER.log(
                Level.INFO,
                () -> "generation " + status.generation() + " is in force: digest=" + status.digest() + " sources="
                        + quoted(status.sources()));
        warnOfUnusable(status.unusableAnchors());
    }

    @Override
    public void materialReloadFailed(TlsStatus status, TlsConfigurationException cause) {
        LOGGER.log(
                Level.WARNING,
                () -> "generation " + status.generation() + " stays in force: reason="
                        + cause.reason().tag() + " message=" + quoted(cause.getMessage()));
    }

    @Override
    public void expiryNear(ExpiryWarning warning) {
        LOGGER.log(
                Level.WARNING,
                () -> "expires soon: role=" + warning.role().tag() + " not_after=" + warning.notAfter() + " remaining="
                        + warning.remaining() + " subject=" + quoted(warning.subject()));
    }

    /** One line about a refusal. */
    public static String refused(TlsHandshakeException refusal, ClientLibrary client, Duration elapsed) {
        return "handshake refused: reason=" + refusal.reason().tag() + " endpoint=" + refusal.endpoint() + " client="
                + client.tag() + " elapsed_ms=" + elapsed.toMillis() + " message=" + quoted(refusal.getMessage());
    }

    /** No text begins a line of its own, or another fact. */
    private static String quoted(@Nullable Object text) {
        String escaped = BACKSLASHES.matcher(Printable.message(text)).replaceAll("$0$0");
        return '"' + escaped.replace("\"", "\\\"") + '"';
    }
}
