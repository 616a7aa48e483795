package io.valkeysecure.benchmarks;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.CompletionStage;
import redis.clients.jedis.Jedis;

/** What is asked of the server once connected: one key, values of one size. */
enum Commands {
    GET,
    SET;

    static final String KEY = "benchmark";

    static byte[] value(int size) {
        byte[] value = new byte[size];
        Arrays.fill(value, (byte) 'v');
        return value;
    }

    static StatefulRedisConnection<String, byte[]> connect(RedisClient client) {
        return client.connect(RedisCodec.of(StringCodec.ASCII, ByteArrayCodec.INSTANCE));
    }

    CompletionStage<?> on(RedisAsyncCommands<String, byte[]> lettuce, byte[] value) {
        return this == GET ? lettuce.get(KEY) : lettuce.set(KEY, value);
    }

    /** Returns how many bytes came back. */
    int on(Jedis jedis, byte[] key, byte[] value) {
        return this == GET ? jedis.get(key).length : jedis.set(key, value).length();
    }

    String[] words(int size) {
        String value = new String(value(size), StandardCharsets.US_ASCII);
        return this == GET ? new String[] {"GET", KEY} : new String[] {"SET", KEY, value};
    }
}
