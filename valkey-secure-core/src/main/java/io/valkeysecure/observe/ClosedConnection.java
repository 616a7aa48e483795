package io.valkeysecure.observe;

import io.valkeysecure.RefusalReason;
import io.valkeysecure.VerifiedHandshake;
import java.util.Locale;

/**
 * A connection that ended since the material changed.
 *
 * @param handshake the record of its handshake: server, client library, generation
 * @param way how it ended
 * @param reason why: {@link RefusalReason#DRAINED} for an earlier client identity, otherwise how the server no longer
 *     proves itself
 */
public record ClosedConnection(VerifiedHandshake handshake, Way way, RefusalReason reason) {

    /** How a connection ends; a closed set, since it is also a metric tag. */
    public enum Way {
        /** At once, with whatever was in flight: the server no longer proves itself. */
        AT_ONCE,
        /** While no command was in flight, within the drain window. */
        QUIET,
        /** The drain window was over, and there had been no quiet moment. */
        WINDOW_OVER;

        /**
         * Returns the name as it appears in metrics and logs.
         *
         * @return the constant's name in lower case
         */
        public String tag() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
