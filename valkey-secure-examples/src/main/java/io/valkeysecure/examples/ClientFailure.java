package io.valkeysecure.examples;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.valkeysecure.cli.base.Failure;
import java.util.Optional;
import redis.clients.jedis.exceptions.JedisDataException;

/** What went wrong with Lettuce or Jedis, for people. */
final class ClientFailure {
    private ClientFailure() {}

    static Failure of(Throwable thrown) {
        Failure failure = Failure.of(thrown, ClientFailure::isServersAnswer);
        if (failure.message().startsWith("NOPERM")) {
            return hinting(failure, "the demo needs ping, set, get and del on keys valkey-secure-demo:*");
        }
        if (thrown instanceof IllegalStateException && failure.hint().isEmpty()) {
            return hinting(failure, "with a server of your own: ./quickstart HOST:PORT --ca FILE");
        }
        return failure;
    }

    private static Failure hinting(Failure failure, String hint) {
        return new Failure(failure.message(), Optional.of(hint), failure.exitCode());
    }

    /** What the server itself said, in its own words. */
    private static boolean isServersAnswer(Throwable thrown) {
        return (thrown instanceof RedisCommandExecutionException && !(thrown instanceof RedisCommandTimeoutException))
                || thrown instanceof JedisDataException;
    }
}
