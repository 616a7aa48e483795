package io.valkeysecure.benchmarks;

import java.util.Optional;

/**
 * A client that is ready to connect, by one variant.
 *
 * @param client what connects
 * @param handshakes counted by our listener; raw clients have none
 * @param end ends the client and what was made for it
 * @param <C> the client's type
 */
record Opened<C>(C client, Optional<Handshakes> handshakes, Runnable end) implements AutoCloseable {
    @Override
    public void close() {
        end.run();
    }
}
