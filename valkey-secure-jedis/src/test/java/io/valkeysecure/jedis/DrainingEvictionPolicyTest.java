package io.valkeysecure.jedis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.valkeysecure.Rotation;
import io.valkeysecure.SecureTls;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.pool2.PooledObject;
import org.apache.commons.pool2.impl.DefaultEvictionPolicy;
import org.apache.commons.pool2.impl.DefaultPooledObject;
import org.apache.commons.pool2.impl.EvictionConfig;
import org.apache.commons.pool2.impl.EvictionPolicy;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisConnectionException;

/**
 * Which idle connections a pool gives up. What comes of it with a pool and a server is the matter of
 * {@link RotationTest}.
 */
class DrainingEvictionPolicyTest {
    private static final EvictionConfig NEVER = new EvictionConfig(Duration.ofDays(1), Duration.ofDays(1), 0);

    /** Of the window of ten seconds. */
    private static final Duration RUN = Duration.ofMillis(10);

    private static final SecureTls TLS = tls(Duration.ofSeconds(10));

    @AfterAll
    static void closeTls() {
        TLS.close();
    }

    private final List<Object> pinged = new ArrayList<>();

    private GenericObjectPoolConfig<Object> base(Duration betweenRuns, boolean testWhileIdle) {
        GenericObjectPoolConfig<Object> base = new GenericObjectPoolConfig<>();
        base.setTimeBetweenEvictionRuns(betweenRuns);
        base.setTestWhileIdle(testWhileIdle);
        return base;
    }

    private static SecureTls tls(Duration window) {
        return Fixture.tls()
                .rotation(Rotation.builder().drainWindow(window).build())
                .build();
    }

    private static EvictionPolicy<Object> policy(GenericObjectPoolConfig<Object> base) {
        return DrainingEvictionPolicy.in(TLS, base).getEvictionPolicy();
    }

    private final class FakeConnection extends Connection {
        private final boolean open;
        private final boolean answers;

        FakeConnection(boolean open, boolean answers) {
            this.open = open;
            this.answers = answers;
        }

        @Override
        public boolean isConnected() {
            return open;
        }

        @Override
        public boolean ping() {
            pinged.add(this);
            return answers;
        }
    }

    private static final class FakeJedis extends Jedis {
        private final boolean open;
        private final String answer;

        FakeJedis(boolean open, String answer) {
            this.open = open;
            this.answer = answer;
        }

        @Override
        public boolean isConnected() {
            return open;
        }

        @Override
        public String ping() {
            if (answer.isEmpty()) {
                throw new JedisConnectionException("gone");
            }
            return answer;
        }
    }

    private static PooledObject<Object> idleFor(Duration idle, Object pooled) {
        return new DefaultPooledObject<>(pooled) {
            @Override
            public Duration getIdleDuration() {
                return idle;
            }
        };
    }

    private static PooledObject<Object> idle(Object pooled) {
        return idleFor(Duration.ZERO, pooled);
    }

    @Test
    void evict_connectionIsToBeReplaced_isTakenOutEvenWithoutEvictionOfItsOwn() {
        EvictionPolicy<Object> policy = policy(base(Duration.ofMillis(-1), true));

        assertThat(policy.evict(NEVER, idle(new FakeConnection(false, true)), 1))
                .isTrue();
        assertThat(policy.evict(NEVER, idle(new FakeJedis(false, "PONG")), 1)).isTrue();
    }

    @Test
    void evict_connectionIsCurrent_staysAndIsNotTestedWithoutEvictionOfItsOwn() {
        for (Duration none : List.of(Duration.ofMillis(-1), Duration.ZERO)) {
            EvictionPolicy<Object> policy = policy(base(none, true));

            assertThat(policy.evict(NEVER, idleFor(Duration.ofHours(1), new FakeConnection(true, false)), 1))
                    .isFalse();
            assertThat(policy.evict(NEVER, idleFor(Duration.ofHours(1), new FakeJedis(true, "")), 1))
                    .isFalse();
        }
        assertThat(pinged).isEmpty();
    }

    @Test
    void evict_poolsOwnPolicySaysSo_isTakenOut() {
        GenericObjectPoolConfig<Object> base = base(Duration.ofMillis(100), false);
        base.setEvictionPolicy((config, pooled, count) -> count == 7);
        EvictionPolicy<Object> policy = policy(base);

        assertThat(policy.evict(NEVER, idle(new FakeConnection(true, true)), 7)).isTrue();
        assertThat(policy.evict(NEVER, idle(new FakeConnection(true, true)), 6)).isFalse();
    }

    @Test
    void evict_poolsOwnPolicyIsTheDefault_goesByTheIdleTime() {
        EvictionPolicy<Object> policy = policy(base(Duration.ofMillis(100), false));
        EvictionConfig aSecond = new EvictionConfig(Duration.ofSeconds(1), Duration.ofDays(1), 0);

        assertThat(policy.evict(aSecond, idleFor(Duration.ofSeconds(2), new FakeConnection(true, true)), 1))
                .isTrue();
        assertThat(policy.evict(aSecond, idleFor(Duration.ofMillis(500), new FakeConnection(true, true)), 1))
                .isFalse();
    }

    /** Each time that one of the pool's own intervals has ended since our run before. */
    @ParameterizedTest
    @CsvSource({
        "0, false",
        "99, false",
        "100, true",
        "105, true",
        "109, true",
        "110, false",
        "150, false",
        "199, false",
        "200, true",
        "209, true",
        "210, false"
    })
    void evict_testWhileIdle_isDueOnceInEachInterval(long idleMillis, boolean due) {
        EvictionPolicy<Object> policy = policy(base(Duration.ofMillis(100), true));

        assertThat(policy.evict(NEVER, idleFor(Duration.ofMillis(idleMillis), new FakeConnection(true, false)), 1))
                .isEqualTo(due);
        assertThat(pinged).hasSize(due ? 1 : 0);
    }

    @Test
    void evict_testWhileIdleIsDue_goesByTheAnswer() {
        EvictionPolicy<Object> policy = policy(base(RUN, true));

        assertThat(policy.evict(NEVER, idleFor(RUN, new FakeConnection(true, true)), 1))
                .isFalse();
        assertThat(policy.evict(NEVER, idleFor(RUN, new FakeJedis(true, "PONG")), 1))
                .isFalse();
        assertThat(policy.evict(NEVER, idleFor(RUN, new FakeJedis(true, "what?")), 1))
                .isTrue();
        assertThat(policy.evict(NEVER, idleFor(RUN, new FakeJedis(true, "")), 1))
                .isTrue();
        assertThat(policy.evict(NEVER, idleFor(RUN, "no connection"), 1)).isTrue();
    }

    @Test
    void evict_testWhileIdleIsOff_testsNothing() {
        EvictionPolicy<Object> policy = policy(base(RUN, false));

        assertThat(policy.evict(NEVER, idleFor(RUN, new FakeConnection(true, false)), 1))
                .isFalse();
        assertThat(pinged).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"PT1S, 10", "PT10S, 10", "PT10.5S, 10", "PT30S, 30", "PT60S, 60", "PT10M, 60"})
    void config_runsAThousandTimesWithinTheWindowButNotMoreOftenNorMuchLess(Duration window, long millis) {
        GenericObjectPoolConfig<Object> config;
        try (SecureTls tls = tls(window)) {
            config = DrainingEvictionPolicy.in(tls, base(Duration.ofMinutes(1), true));
        }

        assertThat(config.getDurationBetweenEvictionRuns().toMillis()).isEqualTo(millis);
        assertThat(config.getNumTestsPerEvictionRun()).isEqualTo(-1);
        assertThat(config.getTestWhileIdle()).isFalse();
        assertThat(config.getEvictionPolicy()).isInstanceOf(DrainingEvictionPolicy.class);
    }

    @Test
    void config_policyNamedByItsClass_isRefusedUnlessItIsTheDefault() {
        GenericObjectPoolConfig<Object> named = new GenericObjectPoolConfig<>();
        named.setEvictionPolicyClassName("com.example.Policy");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> policy(named))
                .withMessageContaining("com.example.Policy");

        named.setEvictionPolicyClassName(DefaultEvictionPolicy.class.getName());
        assertThat(policy(named)).isNotNull();
    }
}
