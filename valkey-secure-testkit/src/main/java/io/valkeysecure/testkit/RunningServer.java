package io.valkeysecure.testkit;

/** A server process, as long as it runs; {@code close} ends it and waits for its end. */
interface RunningServer extends AutoCloseable {
    String log();

    @Override
    void close();
}
