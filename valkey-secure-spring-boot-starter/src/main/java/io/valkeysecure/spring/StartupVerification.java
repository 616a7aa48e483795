package io.valkeysecure.spring;

import io.valkeysecure.Refusal;
import java.util.Map;
import java.util.Optional;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;

/** Sends a PING by every connection factory once all beans are there, and fails the start if one cannot. */
final class StartupVerification implements SmartInitializingSingleton {
    private final ListableBeanFactory beans;
    private final LastRefusal lastRefusal;

    StartupVerification(ListableBeanFactory beans, LastRefusal lastRefusal) {
        this.beans = beans;
        this.lastRefusal = lastRefusal;
    }

    @Override
    public void afterSingletonsInstantiated() {
        Map<String, RedisConnectionFactory> factories = beans.getBeansOfType(RedisConnectionFactory.class);
        factories.forEach(this::verify);
    }

    private void verify(String name, RedisConnectionFactory factory) {
        lastRefusal.forget();
        try (RedisConnection connection = factory.getConnection()) {
            String answer = connection.ping();
            if (!"PONG".equals(answer)) {
                throw new IllegalStateException("expected PONG, was " + answer);
            }
        } catch (RuntimeException e) {
            Optional<Refusal> refusal = Refusal.of(e).or(lastRefusal::get);
            throw new StartupVerificationException(
                    "the connection factory '" + name + "' cannot connect: "
                            + refusal.map(Refusal::message)
                                    .orElseGet(() -> NestedExceptionUtils.getMostSpecificCause(e)
                                            .toString()),
                    refusal.orElse(null),
                    e);
        }
    }
}
