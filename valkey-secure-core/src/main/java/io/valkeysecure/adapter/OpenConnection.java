package io.valkeysecure.adapter;

import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsHandshakeException;

/**
 * An open, verified connection, as an adapter shows it to the {@link SecureTls} that it was made by, which may ask for its
 * end. Called on threads of this library, on which the end of other connections depends: must not block. What it throws is
 * logged.
 */
public interface OpenConnection {

    /**
     * Asks for an end without harm, since a new client identity is in force: when no command is in flight. Called again
     * and again until the connection is closed.
     */
    void closeWhenQuiet();

    /**
     * Closes at once: the server no longer proves itself, or the retirement window is over.
     *
     * @param reason what is told to whoever waits for a reply
     */
    void close(TlsHandshakeException reason);
}
