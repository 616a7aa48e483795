package io.valkeysecure.benchmarks;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Semaphore;

/** One connection that publishes messages of 100 B, and others that all get them. */
final class Publishing extends Scenario {
    static final String TITLE = "Lettuce, messages of 100 B to ten subscribers";
    private static final int SUBSCRIBERS = 10;
    private static final int WINDOW = 16;

    private final byte[] message = Commands.value(Pipelining.SMALL);
    private final long process;

    Publishing(Site site) {
        super(
                TITLE,
                "one connection publishes, %d messages under way; %d connections subscribe; per message that arrives"
                        .formatted(WINDOW, SUBSCRIBERS),
                Metric.RATE);
        process = Site.process(site.server());
        int number = 0;
        for (Variant<RedisClient> variant : Variant.lettuceAtWork()) {
            Opened<RedisClient> opened = variant.open(site, site.server());
            atEnd(opened::close);
            String channel = "benchmark-" + number++;
            Semaphore arrived = new Semaphore(0);
            for (int i = 0; i < SUBSCRIBERS; i++) {
                subscribe(opened.client(), channel, arrived);
            }
            RedisAsyncCommands<String, byte[]> publisher =
                    Commands.connect(opened.client()).async();
            add(variant.name(), length -> measure(length, publisher, channel, arrived));
        }
    }

    private static void subscribe(RedisClient client, String channel, Semaphore arrived) {
        StatefulRedisPubSubConnection<String, byte[]> subscriber =
                client.connectPubSub(RedisCodec.of(StringCodec.ASCII, ByteArrayCodec.INSTANCE));
        subscriber.addListener(new RedisPubSubAdapter<>() {
            @Override
            public void message(String name, byte[] body) {
                arrived.release();
            }
        });
        subscriber.sync().subscribe(channel);
    }

    private Map<Metric, Double> measure(
            Duration length, RedisAsyncCommands<String, byte[]> publisher, String channel, Semaphore arrived)
            throws InterruptedException {
        long published = 0;
        Usage before = Usage.now(process);
        long begun = System.nanoTime();
        while (System.nanoTime() - begun < length.toNanos()) {
            if (published >= WINDOW) {
                arrived.acquire(SUBSCRIBERS);
            }
            var unused = publisher.publish(channel, message);
            published++;
        }
        // what is still under way
        arrived.acquire((int) Math.min(WINDOW, published) * SUBSCRIBERS);
        double seconds = (System.nanoTime() - begun) / 1e9;
        long messages = published * SUBSCRIBERS;
        Map<Metric, Double> measured = before.sinceBy(messages);
        measured.put(Metric.RATE, messages / seconds);
        return measured;
    }
}
