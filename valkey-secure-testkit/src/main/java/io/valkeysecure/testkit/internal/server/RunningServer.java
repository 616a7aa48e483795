package io.valkeysecure.testkit.internal.server;

import java.util.Optional;

/** A server process, as long as it runs; {@code close} ends it, waits for its end and deletes its files. */
public interface RunningServer extends AutoCloseable {
    String log();

    /** Ends the process and leaves its files; at once means that it cannot take leave of anyone. */
    void end(boolean atOnce);

    /** Returns what the server has written to a file in its directory, if it has. */
    Optional<String> read(String name);

    @Override
    void close();
}
