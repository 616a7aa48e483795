package io.valkeysecure.internal.engine;

import java.util.Collections;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSessionContext;

/** The sessions that an engine keeps to be resumed. */
public final class Sessions {
    private Sessions() {}

    /**
     * Finds those with a host.
     *
     * @param host the server as it was dialled
     * @param sessions all of them
     * @return the sessions with it, perhaps none
     */
    public static List<SSLSession> with(String host, SSLSessionContext sessions) {
        return Collections.list(sessions.getIds()).stream()
                .map(sessions::getSession)
                .filter(Objects::nonNull) // expired meanwhile
                .filter(session -> host.equalsIgnoreCase(session.getPeerHost()))
                .toList();
    }
}
