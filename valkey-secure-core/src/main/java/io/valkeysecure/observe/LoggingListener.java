package io.valkeysecure.observe;

import io.valkeysecure.TlsHandshakeException;
import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.internal.text.LogLine;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;

/**
 * Logs refused handshakes at {@code WARNING}, for programs that have logs and no metrics. Without this listener the
 * library logs a refusal at {@code DEBUG} only: it is also thrown, and the caller may log it.
 *
 * <p>All lines of the library's log have one form: the event, then facts as {@code key=value}, text in quotation marks
 * with control characters escaped:
 *
 * <pre>
 * handshake refused: reason=name_mismatch endpoint=db.internal:6380 client=lettuce elapsed_ms=4 message="..."
 * </pre>
 *
 * <p>The logger {@code io.valkeysecure} gets the other events. {@code INFO}: a new generation is in force. {@code
 * WARNING}: a reload failed, a trust anchor is left out (once in each generation), something expires soon. {@code
 * DEBUG}: each verified or refused handshake, and each connection that is closed because the material changed.
 */
public final class LoggingListener implements TlsListener {
    private static final Logger LOGGER = System.getLogger("io.valkeysecure.refusals");

    private LoggingListener() {}

    /** {@return a listener that logs to the logger {@code io.valkeysecure.refusals}} */
    public static LoggingListener create() {
        return new LoggingListener();
    }

    @Override
    public void handshakeRefused(TlsHandshakeException refusal, ClientLibrary client, Duration elapsed) {
        LOGGER.log(
                Level.WARNING,
                () -> LogLine.of("handshake refused")
                        .fact("reason", refusal.reason().tag())
                        .fact("endpoint", refusal.endpoint())
                        .fact("client", client.tag())
                        .fact("elapsed_ms", elapsed.toMillis())
                        .text("message", refusal.getMessage())
                        .toString());
    }
}
