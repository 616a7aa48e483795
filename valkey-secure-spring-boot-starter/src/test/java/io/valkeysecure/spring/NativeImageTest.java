package io.valkeysecure.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.valkeysecure.ClientIdentity;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.jedis.SecureJedis;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.aot.hint.TypeReference;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.core.io.support.SpringFactoriesLoader;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.JedisPool;
import redis.clients.jedis.JedisPooled;
import redis.clients.jedis.UnifiedJedis;

/** The runtime hints for native images. No image is built here. */
@SuppressWarnings("deprecation") // JedisPool and JedisPooled, which applications have
class NativeImageTest {
    private static final HostAndPort NOWHERE = new HostAndPort("localhost", 1);

    private static RuntimeHints hints() {
        RuntimeHints hints = new RuntimeHints();
        SpringFactoriesLoader.forResourceLocation("META-INF/spring/aot.factories")
                .load(RuntimeHintsRegistrar.class)
                .forEach(registrar -> registrar.registerHints(hints, NativeImageTest.class.getClassLoader()));
        return hints;
    }

    /**
     * Whatever the guard looks into on the JVM, an image has to let it look into; otherwise it would refuse sound
     * beans.
     */
    @Test
    void everyTypeThatTheGuardLooksInto_keepsItsFields() {
        try (ValkeyServer server = Boot.server().start();
                SecureTls tls = SecureTls.trusting(TrustAnchors.of(Boot.ROOT.certificate()))
                        .presenting(ClientIdentity.of(Boot.CLIENT.privateKey(), Boot.CLIENT.chain()))
                        .build();
                JedisPool pool = SecureJedis.pool(tls, NOWHERE, plain());
                JedisPool own = new JedisPool(NOWHERE, SecureJedis.clientConfig(tls, plain()));
                JedisPooled pooled = new JedisPooled(NOWHERE, SecureJedis.clientConfig(tls, plain()));
                Jedis single =
                        new Jedis(new HostAndPort("localhost", server.port()), SecureJedis.clientConfig(tls, login()));
                UnifiedJedis client = SecureJedis.client(tls, NOWHERE, plain()).build()) {
            Set<Class<?>> looked = new HashSet<>();
            for (Object bean : Stream.of(pool, own, pooled, single, client).toList()) {
                assertThat(JedisConfigs.allGuarded(bean, looked::add)).isTrue();
            }
            RuntimeHints hints = hints();
            // an image keeps lambdas as they are; what they capture is found in their owner as well
            looked.removeIf(Class::isHidden);
            assertThat(looked).contains(JedisPool.class, Jedis.class, UnifiedJedis.class);
            assertThat(looked)
                    .allSatisfy(type -> assertThat(RuntimeHintsPredicates.reflection()
                                    .onType(TypeReference.of(type.getName()))
                                    .withMemberCategory(MemberCategory.ACCESS_DECLARED_FIELDS))
                            .as(type.getName())
                            .accepts(hints));
        }
    }

    private static JedisClientConfig login() {
        return DefaultJedisClientConfig.builder()
                .user(Boot.USER)
                .password(Boot.PASSWORD)
                .build();
    }

    private static JedisClientConfig plain() {
        return DefaultJedisClientConfig.builder().build();
    }

    @ParameterizedTest
    @ValueSource(strings = {"jedis", "netty"})
    void everyEngine_canBeFoundAndMade(String module) throws IOException {
        String file = "META-INF/services/io.valkeysecure.internal.engine.EngineProvider";
        List<String> engines = NativeImageTest.class
                .getClassLoader()
                .resources(file)
                .flatMap(NativeImageTest::lines)
                .filter(line -> line.contains("." + module + "."))
                .toList();
        RuntimeHints hints = hints();

        assertThat(engines)
                .isNotEmpty()
                .allSatisfy(engine -> assertThat(RuntimeHintsPredicates.reflection()
                                .onType(TypeReference.of(engine))
                                .withMemberCategory(MemberCategory.INVOKE_DECLARED_CONSTRUCTORS))
                        .accepts(hints));
        assertThat(RuntimeHintsPredicates.resource().forResource(file)).accepts(hints);
    }

    private static Stream<String> lines(URL url) {
        try (InputStream in = url.openStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
