package io.valkeysecure.benchmarks;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;

/** Replaces connections of Lettuce by those of a new client. */
final class LettuceReplacement extends EvenReplacement {
    private final AtomicReferenceArray<StatefulRedisConnection<String, byte[]>> connections;
    private final Supplier<Opened<RedisClient>> clients;
    private final Duration quiet;
    private volatile Opened<RedisClient> before;
    private volatile Opened<RedisClient> client;

    /** @param quiet after this time nothing is written to a connection that was replaced */
    LettuceReplacement(
            ExecutorService threads,
            Duration window,
            AtomicReferenceArray<StatefulRedisConnection<String, byte[]>> connections,
            Opened<RedisClient> first,
            Supplier<Opened<RedisClient>> clients,
            Duration quiet) {
        super(threads, window, connections.length());
        this.connections = connections;
        this.before = first;
        this.client = first;
        this.clients = clients;
        this.quiet = quiet;
    }

    @Override
    void prepare() {
        before = client;
        client = clients.get();
    }

    @Override
    void replace(int number) {
        StatefulRedisConnection<String, byte[]> old = connections.getAndSet(number, Commands.connect(client.client()));
        Scenario.pause(quiet);
        // what was written to it is answered before
        String unused = old.sync().ping();
        old.close();
        if (number == connections.length() - 1) {
            before.close();
        }
    }

    void end() {
        client.close();
    }
}
