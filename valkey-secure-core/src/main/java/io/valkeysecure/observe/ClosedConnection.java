package io.valkeysecure.observe;

import io.valkeysecure.RefusalReason;
import io.valkeysecure.VerifiedHandshake;
import java.util.Locale;

/**
 * A connection that was closed because the material changed.
 *
 * @param handshake the record of its handshake: server, client library, generation
 * @param way how it was closed
 * @param reason {@link RefusalReason#DRAINED} for an earlier client identity, otherwise why the server is no longer
 *     trusted
 */
public record ClosedConnection(VerifiedHandshake handshake, Way way, RefusalReason reason) {

    /** How a connection is closed; a closed set, because it is a metric tag. */
    public enum Way {
        /** At once, with commands in flight: the server is no longer trusted. */
        AT_ONCE,
        /** While no command was in flight, within the drain window. */
        QUIET,
        /** At the end of the drain window, because there was no quiet moment. */
        WINDOW_OVER;

        /** {@return the name as it appears in metrics and logs; the constant's name in lower case} */
        public String tag() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
