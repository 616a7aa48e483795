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
 * Rules that fail where code opens a connection with Lettuce or Jedis that valkey-secure does not guard, or weakens the
 * TLS settings of one.
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
    /** No client of Lettuce is made, and no TLS setting of Lettuce is used, beside {@code SecureLettuce}. */
    public static final ArchRule LETTUCE = forbidden("Lettuce", Signatures.read("lettuce.txt"));

    /**
     * No client, pool or connection of Jedis is made, and no TLS setting of Jedis is used, beside {@code SecureJedis}.
     */
    public static final ArchRule JEDIS = forbidden("Jedis", Signatures.read("jedis.txt"));

    /**
     * A class that gives a {@code JedisClientConfig}, or a factory of connections, to a constructor of Jedis gets it
     * from {@code SecureJedis}: it calls {@code SecureJedis} itself. A signature cannot say this, because the same
     * constructor is right with a guarded configuration and wrong with another one. A class that is handed its
     * configuration by another class breaks the rule; let the class that makes the configuration make the client, too.
     */
    public static final ArchRule JEDIS_CONFIGURATIONS = classes()
            .should(new CallsSecureJedisForConfigurations())
            .as("configurations of Jedis should come from SecureJedis")
            .allowEmptyShould(true);

    /**
     * A method that is annotated with Spring's {@code @Bean} and returns a client or pool of Lettuce or Jedis calls
     * {@code SecureLettuce} or {@code SecureJedis}, itself or through other methods of its class.
     */
    public static final ArchRule BEANS = methods()
            .that()
            .areAnnotatedWith("org.springframework.context.annotation.Bean")
            .and()
            .haveRawReturnType(new Client())
            .should(new CallsGuard())
            .as("beans that connect should come from SecureLettuce or SecureJedis")
            .allowEmptyShould(true);

    /** All rules of this class. */
    public static final ArchRule ALL = CompositeArchRule.of(LETTUCE)
            .and(JEDIS)
            .and(JEDIS_CONFIGURATIONS)
            .and(BEANS)
            .as("connections with Lettuce and Jedis should be made by valkey-secure");

    private static final String JEDIS_PACKAGE = "redis.clients.jedis";
    private static final String SECURE_JEDIS = "io.valkeysecure.jedis.SecureJedis";
    private static final Set<String> GUARDS = Set.of(SECURE_JEDIS, "io.valkeysecure.lettuce.SecureLettuce");

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

    private static boolean isGuard(JavaAccess<?> access) {
        return GUARDS.stream().anyMatch(guard -> isOf(guard, access));
    }

    private static boolean isOf(String owner, JavaAccess<?> access) {
        return access.getTargetOwner().getFullName().equals(owner);
    }

    private static final class CallsSecureJedisForConfigurations extends ArchCondition<JavaClass> {
        private static final Set<String> CONFIGURATIONS = Set.of(
                JEDIS_PACKAGE + ".JedisClientConfig",
                JEDIS_PACKAGE + ".DefaultJedisClientConfig",
                JEDIS_PACKAGE + ".JedisSocketFactory",
                "org.apache.commons.pool2.PooledObjectFactory");

        CallsSecureJedisForConfigurations() {
            super("call SecureJedis where they give Jedis a configuration");
        }

        @Override
        public void check(JavaClass from, ConditionEvents events) {
            if (from.getAccessesFromSelf().stream().anyMatch(access -> isOf(SECURE_JEDIS, access))) {
                return;
            }
            for (JavaAccess<?> access : from.getAccessesFromSelf()) {
                if (access instanceof JavaCodeUnitAccess<?> call && takesConfiguration(call)) {
                    events.add(
                            violation(
                                    call,
                                    "this configuration may be unguarded; write SecureJedis.clientConfig(tls, config) in the same class"));
                }
            }
        }

        private static boolean takesConfiguration(JavaCodeUnitAccess<?> call) {
            return call.getTargetOwner().getPackageName().startsWith(JEDIS_PACKAGE)
                    && call.getTarget().getName().equals("<init>")
                    && call.getTarget().getRawParameterTypes().stream()
                            .anyMatch(type -> CONFIGURATIONS.contains(type.getFullName()));
        }
    }

    private static final class Client extends DescribedPredicate<JavaClass> {
        private static final Set<String> TYPES = Set.of(
                "io.lettuce.core.AbstractRedisClient",
                "redis.clients.jedis.Jedis",
                "redis.clients.jedis.UnifiedJedis",
                "redis.clients.jedis.util.Pool");

        Client() {
            super("a client or pool of Lettuce or Jedis");
        }

        @Override
        public boolean test(JavaClass type) {
            return TYPES.stream().anyMatch(type::isAssignableTo);
        }
    }

    private static final class CallsGuard extends ArchCondition<JavaMethod> {
        CallsGuard() {
            super("call SecureLettuce or SecureJedis");
        }

        @Override
        public void check(JavaMethod method, ConditionEvents events) {
            if (!callsGuard(method, new HashSet<>())) {
                events.add(SimpleConditionEvent.violated(
                        method,
                        method.getDescription() + " returns a client that is not guarded; make it by SecureLettuce or"
                                + " SecureJedis in " + method.getSourceCodeLocation()));
            }
        }

        private static boolean callsGuard(JavaMethod method, Set<JavaMethod> seen) {
            return seen.add(method)
                    && (method.getAccessesFromSelf().stream().anyMatch(GuardedConnections::isGuard)
                            || method.getCallsFromSelf().stream()
                                    .filter(call -> call.getTargetOwner().equals(method.getOwner()))
                                    .flatMap(call -> call.getTarget().resolveMember().stream())
                                    .filter(JavaMethod.class::isInstance)
                                    .anyMatch(callee -> callsGuard((JavaMethod) callee, seen)));
        }
    }
}
