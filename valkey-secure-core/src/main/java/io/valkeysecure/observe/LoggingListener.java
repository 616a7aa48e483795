package io.valkeysecure.observe;

import io.valkeysecure.TlsHandshakeException;
import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.internal.observe.StandardLog;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;

/**
 * Logs refusals at {@code WARNING}, for programs that have logs and no metrics. By itself this library logs a refusal at
 * {@code DEBUG} only, since it is thrown, and whoever catches it may log it again.
 *
 * <p>Every line of this library's log, under the names {@code io.valkeysecure...}, is made the same way: what happened, then
 * facts as {@code key=value}, text in quotation marks with control characters escaped:
 *
 * <pre>
 * handshake refused: reason=name_mismatch endpoint=db.internal:6380 client=lettuce elapsed_ms=4 message="..."
 * </pre>
 *
 * <p>Without this listener: a new generation in force is {@code INFO}; a reload that failed, a trust anchor that
 * is left out (once in each generation) and a near expiry are {@code WARNING}; each handshake, verified or refused, and each retired connection are {@code DEBUG}.
 */
public final class LoggingListener implements TlsListener {
    private static final Logger LOGGER = System.getLogger("io.valkeysecure.refusals");

    /** Those that would otherwise escape the quotation mark that follows. */
    private LoggingListener() {}

    /**
     * Makes a listener.
     *
     * @return one that logs to the logger {@code io.valkeysecure.refusals}
     */
    public static LoggingListener create() {
        return new LoggingListener();
    }

    @Override
    public void handshakeRefused(TlsHandshakeException refusal, ClientLibrary client, Duration elapsed) {
        LOGGER.log(Level.WARNING, () -> StandardLog.refused(refusal, client, elapsed));
    }
}
