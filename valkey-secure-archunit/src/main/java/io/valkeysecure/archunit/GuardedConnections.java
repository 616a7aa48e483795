package io.valkeysecure.archunit;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnitAccess;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.CompositeArchRule;
import com.tngtech.archunit.lang.ConditionEvent;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.HashSet;
import java.util.Set;

/**
 * Rules that fail where code opens a connection with Lettuce, Jedis, Redisson or Spring Data Redis that valkey-secure
 * does not guard, or weakens the TLS settings of one.
 *
 * <pre>{@code
 * @AnalyzeClasses(packages = "com.example", importOptions = ImportOption.DoNotIncludeTests.class)
 * class ConnectionsTest {
 *     @ArchTest
 *     static final ArchRule guarded = GuardedConnections.ALL;
 * }
 * }</pre>
 *
 * <p>A violation names the line and says what to write instead. A rule that finds no class to look at passes. The rules
 * read byte code, so that addresses in text, such as {@code redis://localhost}, and clients that another library makes
 * are not seen. Rules are immutable and safe for use by several threads.
 */
public final class GuardedConnections {
    private static final String SECURE_JEDIS = "io.valkeysecure.jedis.SecureJedis";
    private static final Set<String> GUARDS =
            Set.of(SECURE_JEDIS, "io.valkeysecure.lettuce.SecureLettuce", "io.valkeysecure.redisson.SecureRedisson");

    /** No client of Lettuce is made, and no TLS setting of Lettuce is used, beside {@code SecureLettuce}. */
    public static final ArchRule LETTUCE = forbidden("Lettuce", Signatures.read("lettuce.txt"));

    /**
     * No client, pool or connection of Jedis is made, and no TLS setting of Jedis is used, beside {@code SecureJedis}.
     */
    public static final ArchRule JEDIS = forbidden("Jedis", Signatures.read("jedis.txt"));

    /** No client of Redisson is made, and no TLS setting of Redisson is used, beside {@code SecureRedisson}. */
    public static final ArchRule REDISSON = forbidden("Redisson", Signatures.read("redisson.txt"));

    /**
     * A class that gives a {@code JedisClientConfig}, or a factory of connections, to a constructor of Jedis gets it
     * from {@code SecureJedis}: it calls {@code SecureJedis} itself. A signature cannot say this, because the same
     * constructor is right with a guarded configuration and wrong with another one. A class that is handed its
     * configuration by another class breaks the rule; let the class that makes the configuration make the client, too.
     */
    public static final ArchRule JEDIS_CONFIGURATIONS = classes()
            .should(new CallsGuardForConfigurations(
                    "redis.clients.jedis.",
                    Set.of(
                            "redis.clients.jedis.JedisClientConfig",
                            "redis.clients.jedis.DefaultJedisClientConfig",
                            "redis.clients.jedis.JedisSocketFactory",
                            "org.apache.commons.pool2.PooledObjectFactory"),
                    Set.of(SECURE_JEDIS),
                    "this configuration may be unguarded; write SecureJedis.clientConfig(tls, config) in the same"
                            + " class"))
            .as("configurations of Jedis should come from SecureJedis")
            .allowEmptyShould(true);

    /**
     * No connection factory of Spring Data Redis is made without a client configuration, and no TLS setting of Spring
     * Data Redis is used. A class that gives a client configuration to a connection factory calls {@code SecureLettuce}
     * or {@code SecureJedis} itself, as in {@link #JEDIS_CONFIGURATIONS}.
     */
    public static final ArchRule SPRING = CompositeArchRule.of(
                    forbidden("Spring Data Redis", Signatures.read("spring.txt")))
            .and(classes()
                    .should(new CallsGuardForConfigurations(
                            "org.springframework.data.redis.connection.",
                            Set.of(
                                    "org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration",
                                    "org.springframework.data.redis.connection.jedis.JedisClientConfiguration"),
                            GUARDS,
                            "this client configuration may be unguarded; let Spring Boot make the factory, or call"
                                    + " SecureLettuce.resources(tls) or SecureJedis.clientConfig(tls, config) in the"
                                    + " same class"))
                    .as("client configurations of Spring Data Redis should come from SecureLettuce or SecureJedis")
                    .allowEmptyShould(true))
            .as("connections with Spring Data Redis should be made by valkey-secure");

    /**
     * A method that is annotated with Spring's {@code @Bean} and returns a client or pool of Lettuce, Jedis or Redisson,
     * or a connection factory of Spring Data Redis, calls {@code SecureLettuce}, {@code SecureJedis} or {@code
     * SecureRedisson}, itself or through other methods of its class.
     */
    public static final ArchRule BEANS = methods()
            .that()
            .areAnnotatedWith("org.springframework.context.annotation.Bean")
            .and()
            .haveRawReturnType(new Client())
            .should(new CallsGuard())
            .as("beans that connect should come from SecureLettuce, SecureJedis or SecureRedisson")
            .allowEmptyShould(true);

    /** All rules of this class. */
    public static final ArchRule ALL = CompositeArchRule.of(LETTUCE)
            .and(JEDIS)
            .and(JEDIS_CONFIGURATIONS)
            .and(REDISSON)
            .and(SPRING)
            .and(BEANS)
            .as("connections with Lettuce, Jedis, Redisson and Spring Data Redis should be made by valkey-secure");

    private GuardedConnections() {}

    private static ArchRule forbidden(String client, Signatures signatures) {
        return classes()
                .should(new ArchCondition<>("make connections with " + client + " by valkey-secure only") {
                    @Override
                    public void check(JavaClass from, ConditionEvents events) {
                        for (JavaAccess<?> access : from.getAccessesFromSelf()) {
                            String message = signatures.messageOf(access);
                            if (message != null) {
                                events.add(violation(access, message));
                            }
                        }
                    }
                })
                .as("connections with " + client + " should be made by valkey-secure")
                .allowEmptyShould(true);
    }

    private static ConditionEvent violation(JavaAccess<?> access, String message) {
        return SimpleConditionEvent.violated(access, access.getDescription() + ": " + message);
    }

    private static boolean isOf(Set<String> owners, JavaAccess<?> access) {
        return owners.contains(access.getTargetOwner().getFullName());
    }

    private static final class CallsGuardForConfigurations extends ArchCondition<JavaClass> {
        private final String owners;
        private final Set<String> configurations;
        private final Set<String> guards;
        private final String message;

        /**
         * Makes a condition.
         *
         * @param owners what the name of a class begins with whose constructors take a configuration
         * @param configurations the types of such a parameter
         * @param guards one of which has to be called
         * @param message what to write instead
         */
        CallsGuardForConfigurations(String owners, Set<String> configurations, Set<String> guards, String message) {
            super("call SecureLettuce or SecureJedis where they give a client its configuration");
            this.owners = owners;
            this.configurations = configurations;
            this.guards = guards;
            this.message = message;
        }

        @Override
        public void check(JavaClass from, ConditionEvents events) {
            if (from.getAccessesFromSelf().stream().anyMatch(access -> isOf(guards, access))) {
                return;
            }
            for (JavaAccess<?> access : from.getAccessesFromSelf()) {
                if (access instanceof JavaCodeUnitAccess<?> call && takesConfiguration(call)) {
                    events.add(violation(call, message));
                }
            }
        }

        private boolean takesConfiguration(JavaCodeUnitAccess<?> call) {
            return call.getTargetOwner().getFullName().startsWith(owners)
                    && call.getTarget().getName().equals("<init>")
                    && call.getTarget().getRawParameterTypes().stream()
                            .anyMatch(type -> configurations.contains(type.getFullName()));
        }
    }

    private static final class Client extends DescribedPredicate<JavaClass> {
        private static final Set<String> TYPES = Set.of(
                "io.lettuce.core.AbstractRedisClient",
                "redis.clients.jedis.Jedis",
                "redis.clients.jedis.UnifiedJedis",
                "redis.clients.jedis.util.Pool",
                "org.redisson.api.RedissonClient",
                "org.redisson.api.RedissonReactiveClient",
                "org.redisson.api.RedissonRxClient",
                "org.springframework.data.redis.connection.RedisConnectionFactory",
                "org.springframework.data.redis.connection.ReactiveRedisConnectionFactory");

        Client() {
            super("a client or pool of Lettuce, Jedis or Redisson");
        }

        @Override
        public boolean test(JavaClass type) {
            return TYPES.stream().anyMatch(type::isAssignableTo);
        }
    }

    private static final class CallsGuard extends ArchCondition<JavaMethod> {
        CallsGuard() {
            super("call SecureLettuce, SecureJedis or SecureRedisson");
        }

        @Override
        public void check(JavaMethod method, ConditionEvents events) {
            if (!callsGuard(method, new HashSet<>())) {
                events.add(SimpleConditionEvent.violated(
                        method,
                        method.getDescription() + " returns a client that is not guarded; make it by SecureLettuce,"
                                + " SecureJedis or SecureRedisson in " + method.getSourceCodeLocation()));
            }
        }

        private static boolean callsGuard(JavaMethod method, Set<JavaMethod> seen) {
            return seen.add(method)
                    && (method.getAccessesFromSelf().stream().anyMatch(access -> isOf(GUARDS, access))
                            || method.getCallsFromSelf().stream()
                                    .filter(call -> call.getTargetOwner().equals(method.getOwner()))
                                    .flatMap(call -> call.getTarget().resolveMember().stream())
                                    .filter(JavaMethod.class::isInstance)
                                    .anyMatch(callee -> callsGuard((JavaMethod) callee, seen)));
        }
    }
}
