package io.valkeysecure.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SslOptions;
import io.lettuce.core.SslVerifyMode;
import io.lettuce.core.resource.ClientResources;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsVersion;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.jedis.SecureJedis;
import io.valkeysecure.lettuce.SecureLettuce;
import io.valkeysecure.redisson.SecureRedisson;
import io.valkeysecure.testkit.certificate.TestCertificate;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.redisson.Redisson;
import org.redisson.api.RedissonClient;
import org.redisson.api.RedissonReactiveClient;
import org.redisson.config.Config;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.boot.data.redis.autoconfigure.DataRedisConnectionDetails;
import org.springframework.boot.data.redis.autoconfigure.JedisClientConfigurationBuilderCustomizer;
import org.springframework.boot.data.redis.autoconfigure.LettuceClientConfigurationBuilderCustomizer;
import org.springframework.boot.data.redis.autoconfigure.LettuceClientOptionsBuilderCustomizer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.support.SpringFactoriesLoader;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.jedis.JedisClientConfiguration;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisPool;
import redis.clients.jedis.UnifiedJedis;

/** When the starter is active, what it is configured by, and what it refuses at start. No server is dialled. */
@SuppressWarnings("deprecation") // JedisPool, which applications have
class ConfigurationTest {
    private static final char[] STORE_PASSWORD = "changeit".toCharArray();

    @TempDir
    private Path directory = Path.of("");

    private ApplicationContextRunner application = Boot.secure();

    @BeforeEach
    void nameTrust() {
        application = Boot.secure().withPropertyValues(Boot.pemBundle(directory));
    }

    @Test
    void application_withPemBundle_guardsLettuceAndShowsItsBundle() {
        application.run(context -> {
            assertThat(context)
                    .hasNotFailed()
                    .hasSingleBean(SecureTls.class)
                    .hasSingleBean(LettuceConnectionFactory.class);
            assertThat(context.getBean(DataRedisConnectionDetails.class).getSslBundle())
                    .isNull();
            assertThat(context.getBean(SecureTls.class).describe())
                    .contains("CN=Test Root", "CN=app", "SSL bundle 'valkey'");
        });
    }

    @Test
    void application_byDefault_usesBoringSslForBothClients() {
        application.run(
                context -> assertThat(context.getBean(SecureTls.class).describe())
                        .contains(
                                "engine auto; for Lettuce and Redisson BoringSSL (netty-tcnative); for Jedis BoringSSL (Conscrypt "));
    }

    @Test
    void application_withStoreBundle_readsTrustAndIdentity() {
        Path trust = TestCertificate.writeTrustStore(directory.resolve("ca.p12"), "PKCS12", STORE_PASSWORD, Boot.ROOT);
        Path key = Boot.CLIENT.writeKeyStore(directory.resolve("client.p12"), "PKCS12", STORE_PASSWORD);
        Boot.secure()
                .withPropertyValues(
                        "spring.data.redis.ssl.bundle=stores",
                        "spring.ssl.bundle.jks.stores.truststore.location=" + trust.toUri(),
                        "spring.ssl.bundle.jks.stores.truststore.password=changeit",
                        "spring.ssl.bundle.jks.stores.truststore.type=PKCS12",
                        "spring.ssl.bundle.jks.stores.keystore.location=" + key.toUri(),
                        "spring.ssl.bundle.jks.stores.keystore.password=changeit",
                        "spring.ssl.bundle.jks.stores.keystore.type=PKCS12")
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(context.getBean(SecureTls.class).describe()).contains("CN=Test Root", "CN=app");
                });
    }

    @Test
    void application_withFiles_readsTrustAndIdentity() {
        Boot.secure()
                .withPropertyValues(
                        "valkey.secure.trust=" + directory.resolve("ca.crt"),
                        "valkey.secure.identity.certificate="
                                + Boot.CLIENT.writePem(directory, "c").certificate(),
                        "valkey.secure.identity.private-key="
                                + Boot.CLIENT.writePem(directory, "c").key())
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(context.getBean(SecureTls.class).describe()).contains("CN=Test Root", "CN=app");
                });
    }

    /** As a test has them by {@code @ServiceConnection} and {@code @PemTrustStore}. */
    @Test
    void application_withBundleOfItsConnectionDetails_readsTrustAndIdentity() {
        application
                .withPropertyValues("spring.data.redis.ssl.bundle=")
                .withUserConfiguration(DetailsWithBundle.class)
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(context.getBean(SecureTls.class).describe()).contains("CN=Test Root", "CN=app");
                });
    }

    @Test
    void application_withBundleWithoutTruststore_fails() {
        Boot.secure()
                .withPropertyValues(
                        "spring.data.redis.ssl.bundle=valkey",
                        "spring.ssl.bundle.pem.valkey.keystore.certificate="
                                + directory.resolve("client.crt").toUri())
                .run(context -> assertRefused(context, "has no truststore", "valkey.secure.trust="));
    }

    @Test
    void application_withOwnSecureTls_usesIt() {
        Boot.secure()
                .withUserConfiguration(OwnSecureTls.class)
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .hasSingleBean(SecureTls.class)
                        .doesNotHaveBean("valkeySecureTls"));
    }

    @Test
    void application_withEveryProperty_isDescribedSo() {
        application
                .withPropertyValues(
                        "valkey.secure.policy.preset=strict",
                        "valkey.secure.policy.handshake-timeout=3s",
                        "valkey.secure.server-identity.hosts=a.example,b.example",
                        "valkey.secure.server-names[0].host=localhost",
                        "valkey.secure.server-names[0].name=node-1.internal",
                        "valkey.secure.server-names[1].host=localhost",
                        "valkey.secure.server-names[1].port=6381",
                        "valkey.secure.server-names[1].name=node-2.internal",
                        "valkey.secure.rotation.check-interval=2s",
                        "valkey.secure.rotation.drain-window=4s",
                        "valkey.secure.engine=jdk",
                        "valkey.secure.report-unguarded=6379,26379",
                        "valkey.secure.pins[0]=sha256/47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
                        "valkey.secure.pins[1]=sha256/57DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    SecureTls tls = context.getBean(SecureTls.class);
                    assertThat(tls.policy().minimumVersion()).isEqualTo(TlsVersion.TLS_1_3);
                    assertThat(tls.policy().handshakeTimeout()).isEqualTo(Duration.ofSeconds(3));
                    assertThat(tls.rotation().checkInterval()).isEqualTo(Duration.ofSeconds(2));
                    assertThat(tls.rotation().drainWindow()).isEqualTo(Duration.ofSeconds(4));
                    assertThat(tls.describe())
                            .contains(
                                    "a.example",
                                    "b.example",
                                    "node-1.internal",
                                    "node-2.internal",
                                    "jdk",
                                    "sha256/47DEQ");
                    assertThat(tls.status().unguarded()).isPresent();
                });
    }

    @Test
    void application_withOptionsOfTheBundle_raisesTheFloor() {
        application
                .withPropertyValues("spring.ssl.bundle.pem.valkey.options.enabled-protocols=TLSv1.3")
                .run(context -> assertThat(
                                context.getBean(SecureTls.class).policy().minimumVersion())
                        .isEqualTo(TlsVersion.TLS_1_3));
    }

    @Test
    void application_withClientTypeJedis_guardsJedis() {
        application
                .withPropertyValues("spring.data.redis.client-type=jedis")
                .run(context -> assertThat(context).hasNotFailed().hasSingleBean(JedisConnectionFactory.class));
    }

    @Test
    void application_withoutSpringDataRedis_isLeftAlone() {
        Boot.secure()
                .withClassLoader(new FilteredClassLoader("org.springframework.data.redis"))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean("valkeySecureTls"));
    }

    // Refused at start.

    static Stream<Arguments> refusedProperties() {
        return Stream.of(
                Arguments.of(
                        "no trust",
                        List.of("spring.data.redis.ssl.bundle="),
                        "no trust is named",
                        "valkey.secure.trust="),
                Arguments.of(
                        "ssl.enabled, no bundle",
                        List.of("spring.data.redis.ssl.bundle=", "spring.data.redis.ssl.enabled=true"),
                        "no trust is named",
                        "valkey.secure.trust="),
                Arguments.of(
                        "switched off beside a bundle",
                        List.of("spring.data.redis.ssl.enabled=false"),
                        "ssl.enabled=false",
                        "Remove spring.data.redis.ssl.enabled"),
                Arguments.of(
                        "redis:// in url",
                        List.of("spring.data.redis.url=redis://localhost:6379"),
                        "redis://",
                        "rediss://"),
                Arguments.of(
                        "trust twice",
                        List.of("valkey.secure.trust=/ca.crt"),
                        "named twice",
                        "Keep spring.data.redis.ssl.bundle"),
                Arguments.of(
                        "missing bundle",
                        List.of("spring.data.redis.ssl.bundle=other"),
                        "'other', which does not exist; there are [valkey]",
                        "spring.ssl.bundle.pem.other.truststore.certificate"),
                Arguments.of(
                        "weaker version",
                        List.of("valkey.secure.policy.minimum-version=TLSv1.1"),
                        "minimum version must be TLSv1.2 or TLSv1.3",
                        "Correct valkey.secure.policy"),
                Arguments.of(
                        "weaker suite",
                        List.of("valkey.secure.policy.cipher-suites=TLS_RSA_WITH_AES_128_CBC_SHA"),
                        "TLS_RSA_WITH_AES_128_CBC_SHA",
                        "Correct valkey.secure.policy"),
                Arguments.of(
                        "old version in the bundle",
                        List.of("spring.ssl.bundle.pem.valkey.options.enabled-protocols=TLSv1.1,TLSv1.2"),
                        "enabled-protocols",
                        "options.enabled-protocols"),
                Arguments.of(
                        "one pin",
                        List.of("valkey.secure.pins=sha256/47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="),
                        "pin",
                        "Correct valkey.secure.pins"),
                Arguments.of(
                        "a port out of range",
                        List.of("valkey.secure.report-unguarded=70000"),
                        "port must be 1 to 65535, was 70000",
                        "Correct valkey.secure.report-unguarded"),
                Arguments.of(
                        "two server identities",
                        List.of(
                                "valkey.secure.server-identity.hosts=a",
                                "valkey.secure.server-identity.spiffe-id=spiffe://a/b"),
                        "at most one",
                        "Correct valkey.secure.server-identity"),
                Arguments.of(
                        "dialled server without a name",
                        List.of("valkey.secure.server-names[0].host=localhost"),
                        "expected host and name",
                        "Correct valkey.secure.server-names"),
                Arguments.of(
                        "two names of one server",
                        List.of(
                                "valkey.secure.server-names[0].host=localhost",
                                "valkey.secure.server-names[0].name=a",
                                "valkey.secure.server-names[1].host=LOCALHOST",
                                "valkey.secure.server-names[1].name=b"),
                        "server name of",
                        "Correct valkey.secure.server-names"),
                Arguments.of(
                        "CRLs without their method",
                        List.of("valkey.secure.revocation.crls=/crl"),
                        "crls are named",
                        "Correct valkey.secure.revocation"),
                Arguments.of(
                        "key without certificate",
                        List.of(
                                "spring.data.redis.ssl.bundle=",
                                "valkey.secure.trust=/ca.crt",
                                "valkey.secure.identity.private-key=/key"),
                        "no certificate",
                        "valkey.secure.identity.certificate"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refusedProperties")
    void application_withRefusedProperties_failsAndSaysWhatToWrite(
            String row, List<String> properties, String description, String action) {
        application
                .withPropertyValues(properties.toArray(String[]::new))
                .run(context -> assertRefused(context, description, action));
    }

    static Stream<Arguments> unreadableBundles() {
        return Stream.of(
                Arguments.of("empty file", "spring.ssl.bundle.pem.valkey.truststore.certificate", "empty.pem"),
                Arguments.of("missing file", "spring.ssl.bundle.pem.valkey.truststore.certificate", "absent.pem"),
                Arguments.of("key that is none", "spring.ssl.bundle.pem.valkey.keystore.private-key", "empty.pem"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("unreadableBundles")
    void application_withUnreadableBundle_failsWithTheReason(String row, String property, String file) {
        Boot.write(directory.resolve("empty.pem"), "");
        application
                .withPropertyValues(property + "=" + directory.resolve(file).toUri())
                .run(context -> {
                    assertThat(RefusalReason.of(context.getStartupFailure()))
                            .contains(RefusalReason.MATERIAL_UNREADABLE);
                    assertRefused(context, "material_unreadable", "Correct the files of the SSL bundle");
                });
    }

    @Test
    void application_withWrongStorePassword_failsWithTheReasonAndWithoutThePassword() {
        Path trust = TestCertificate.writeTrustStore(directory.resolve("ca.p12"), "PKCS12", STORE_PASSWORD, Boot.ROOT);
        Boot.secure()
                .withPropertyValues(
                        "spring.data.redis.ssl.bundle=stores",
                        "spring.ssl.bundle.jks.stores.truststore.location=" + trust.toUri(),
                        "spring.ssl.bundle.jks.stores.truststore.password=wrong-secret",
                        "spring.ssl.bundle.jks.stores.truststore.type=PKCS12")
                .run(context -> {
                    assertRefused(context, "material_unreadable", "Correct the files");
                    assertThat(analysis(context).getDescription()).doesNotContain("wrong-secret");
                });
    }

    @Test
    void application_withWrongAlias_failsAndNamesTheAliases() {
        Path trust = TestCertificate.writeTrustStore(directory.resolve("ca.p12"), "PKCS12", STORE_PASSWORD, Boot.ROOT);
        Path key = Boot.CLIENT.writeKeyStore(directory.resolve("client.p12"), "PKCS12", STORE_PASSWORD);
        Boot.secure()
                .withPropertyValues(
                        "spring.data.redis.ssl.bundle=stores",
                        "spring.ssl.bundle.jks.stores.key.alias=nobody",
                        "spring.ssl.bundle.jks.stores.truststore.location=" + trust.toUri(),
                        "spring.ssl.bundle.jks.stores.truststore.password=changeit",
                        "spring.ssl.bundle.jks.stores.truststore.type=PKCS12",
                        "spring.ssl.bundle.jks.stores.keystore.location=" + key.toUri(),
                        "spring.ssl.bundle.jks.stores.keystore.password=changeit",
                        "spring.ssl.bundle.jks.stores.keystore.type=PKCS12")
                .run(context -> assertRefused(context, "nobody", "Correct the files"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"valkey.secure.polcy.preset=strict", "valkey.secure.engine=fast"})
    void application_withUnknownPropertyOrValue_fails(String property) {
        application
                .withPropertyValues(property)
                .run(context -> assertThat(context).hasFailed());
    }

    @ParameterizedTest
    @ValueSource(
            classes = {
                OwnLettuceFactory.class,
                OwnLettuceFactoryOfFactoryBean.class,
                OwnJedisFactory.class,
                OwnLettuceClient.class,
                OwnJedisPool.class,
                OwnUnifiedJedis.class,
                OwnFactoryOfAnotherKind.class
            })
    void application_withUnguardedBean_failsAndSaysWhatToWrite(Class<?> configuration) {
        application
                .withUserConfiguration(configuration)
                .run(context -> assertRefused(context, "own", "Spring Boot", "SecureLettuce", "SecureJedis"));
    }

    @ParameterizedTest
    @ValueSource(classes = {OwnRedisson.class, OwnReactiveRedisson.class})
    void application_withUnguardedRedisson_failsAndSaysWhatToWrite(Class<?> configuration) {
        application
                .withUserConfiguration(configuration)
                .run(context -> assertRefused(context, "own", "SecureRedisson.client(tls, config)"));
    }

    /** The twins, which differ in the guard alone. */
    @ParameterizedTest
    @ValueSource(
            classes = {
                GuardedLettuceFactory.class,
                GuardedJedisFactory.class,
                GuardedLettuceClient.class,
                GuardedJedisPool.class,
                GuardedJedisPoolOfJedis.class,
                GuardedRedisson.class,
                GuardedReactiveRedisson.class,
                GuardedUnifiedJedis.class
            })
    void application_withGuardedBean_starts(Class<?> configuration) {
        application
                .withUserConfiguration(configuration)
                .run(context -> assertThat(context).hasNotFailed().hasBean("own"));
    }

    static Stream<Arguments> refusedCustomizers() {
        return Stream.of(
                Arguments.of(SslOptionsCustomizer.class, "sslOptions is set"),
                Arguments.of(SslOptionsOfConfiguration.class, "sslOptions is set"),
                Arguments.of(VerifyPeerNone.class, "verifyPeer is NONE"),
                Arguments.of(VerifyPeerCa.class, "verifyPeer is CA"),
                Arguments.of(StartTls.class, "startTls is set"));
    }

    @ParameterizedTest
    @MethodSource("refusedCustomizers")
    void application_withCustomizerThatWeakens_fails(Class<?> configuration, String description) {
        application.withUserConfiguration(configuration).run(context -> assertRefused(context, description, "Remove"));
    }

    @Test
    void application_withOwnResourcesByCustomizer_isGuardedOverThem() {
        application
                .withUserConfiguration(OwnResources.class)
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void application_withJedisCustomizerOfTheUser_keepsItAndGuards() {
        application
                .withUserConfiguration(ClientNameByCustomizer.class)
                .withPropertyValues("spring.data.redis.client-type=jedis")
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    DefaultJedisClientConfig.Builder builder = DefaultJedisClientConfig.builder();
                    context.getBean(JedisConnectionFactory.class)
                            .getClientConfiguration()
                            .getClientConfigCustomizer()
                            .orElseThrow()
                            .customize(builder);
                    assertThat(builder.build().getClientName()).isEqualTo("of-the-user");
                    assertThat(JedisConfigs.isGuarded(builder.build())).isTrue();
                });
    }

    @Test
    void application_withJedisSocketFactoryOfTheUser_fails() {
        application
                .withUserConfiguration(SocketFactoryByCustomizer.class)
                .withPropertyValues("spring.data.redis.client-type=jedis")
                .run(context -> assertThat(RefusalReason.of(context.getStartupFailure()))
                        .contains(RefusalReason.UNSUPPORTED_SETTING));
    }

    private static void assertRefused(AssertableApplicationContext context, String description, String... actions) {
        assertThat(context).hasFailed();
        FailureAnalysis analysis = analysis(context);
        assertThat(analysis.getDescription()).contains(description);
        assertThat(actions)
                .anySatisfy(action -> assertThat(analysis.getAction()).contains(action));
    }

    /** The analysis that Spring Boot would print, by the analyzers that it would find. */
    private static FailureAnalysis analysis(AssertableApplicationContext context) {
        return SpringFactoriesLoader.forDefaultResourceLocation(ConfigurationTest.class.getClassLoader())
                .load(FailureAnalyzer.class, (SpringFactoriesLoader.ArgumentResolver) null, (type, name, failure) -> {})
                .stream()
                .filter(analyzer -> analyzer.getClass().getName().startsWith("io.valkeysecure"))
                .map(analyzer -> analyzer.analyze(context.getStartupFailure()))
                .filter(found -> found != null)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no analysis of", context.getStartupFailure()));
    }

    private static RedisStandaloneConfiguration nowhere() {
        return new RedisStandaloneConfiguration("localhost", 1);
    }

    @Configuration
    static class DetailsWithBundle {
        @Bean
        DataRedisConnectionDetails details(SslBundles bundles) {
            return new DataRedisConnectionDetails() {
                @Override
                public SslBundle getSslBundle() {
                    return bundles.getBundle("valkey");
                }

                @Override
                public Standalone getStandalone() {
                    return Standalone.of("localhost", 1);
                }
            };
        }
    }

    @Configuration
    static class OwnSecureTls {
        @Bean(destroyMethod = "close")
        SecureTls own() {
            return SecureTls.trusting(TrustAnchors.of(Boot.ROOT.certificate()))
                    .withoutClientIdentity()
                    .build();
        }
    }

    @Configuration
    static class OwnLettuceFactory {
        @Bean
        LettuceConnectionFactory own() {
            return new LettuceConnectionFactory(nowhere());
        }
    }

    @Configuration
    static class OwnLettuceFactoryOfFactoryBean {
        @Bean
        FactoryBean<LettuceConnectionFactory> own() {
            return new FactoryBean<>() {
                @Override
                public @Nullable LettuceConnectionFactory getObject() {
                    return new LettuceConnectionFactory(nowhere());
                }

                @Override
                public Class<?> getObjectType() {
                    return LettuceConnectionFactory.class;
                }
            };
        }
    }

    @Configuration
    static class OwnJedisFactory {
        @Bean
        JedisConnectionFactory own() {
            return new JedisConnectionFactory(
                    nowhere(), JedisClientConfiguration.builder().useSsl().build());
        }
    }

    @Configuration
    static class OwnLettuceClient {
        @Bean(destroyMethod = "shutdown")
        RedisClient own() {
            return RedisClient.create("rediss://localhost:1");
        }
    }

    @Configuration
    static class OwnJedisPool {
        @Bean
        JedisPool own() {
            return new JedisPool("localhost", 1);
        }
    }

    @Configuration
    static class OwnUnifiedJedis {
        @Bean
        UnifiedJedis own() {
            return redis.clients.jedis.RedisClient.create("localhost", 1);
        }
    }

    @Configuration
    static class OwnFactoryOfAnotherKind {
        @Bean
        RedisConnectionFactory own() {
            return (RedisConnectionFactory) java.lang.reflect.Proxy.newProxyInstance(
                    ConfigurationTest.class.getClassLoader(),
                    new Class<?>[] {RedisConnectionFactory.class},
                    (proxy, method, arguments) -> method.getReturnType() == int.class ? 1 : null);
        }
    }

    /** Connects when it is used first. */
    private static Config lazyRedisson() {
        Config config = new Config().setLazyInitialization(true);
        config.useSingleServer().setAddress("rediss://localhost:1");
        return config;
    }

    @Configuration
    static class OwnRedisson {
        @Bean(destroyMethod = "shutdown")
        RedissonClient own() {
            return Redisson.create(lazyRedisson());
        }
    }

    @Configuration
    static class OwnReactiveRedisson {
        @Bean(destroyMethod = "shutdown")
        RedissonReactiveClient own() {
            return Redisson.create(lazyRedisson()).reactive();
        }
    }

    @Configuration
    static class GuardedRedisson {
        @Bean(destroyMethod = "shutdown")
        RedissonClient own(SecureTls tls) {
            return SecureRedisson.client(tls, lazyRedisson());
        }
    }

    @Configuration
    static class GuardedReactiveRedisson {
        @Bean(destroyMethod = "shutdown")
        RedissonReactiveClient own(SecureTls tls) {
            return SecureRedisson.client(tls, lazyRedisson()).reactive();
        }
    }

    @Configuration
    static class GuardedLettuceFactory {
        @Bean
        LettuceConnectionFactory own(SecureTls tls) {
            return new LettuceConnectionFactory(
                    nowhere(),
                    LettuceClientConfiguration.builder()
                            .clientResources(SecureLettuce.resources(tls))
                            .useSsl()
                            .build());
        }
    }

    @Configuration
    static class GuardedJedisFactory {
        @Bean
        JedisConnectionFactory own(SecureTls tls) {
            return new JedisConnectionFactory(
                    nowhere(),
                    JedisClientConfiguration.builder()
                            .customizeClientConfig(c -> c.from(SecureJedis.clientConfig(tls, c.build())))
                            .useSsl()
                            .build());
        }
    }

    @Configuration
    static class GuardedLettuceClient {
        @Bean(destroyMethod = "shutdown")
        RedisClient own(SecureTls tls) {
            return SecureLettuce.client(tls, RedisURI.create("rediss://localhost:1"));
        }
    }

    @Configuration
    static class GuardedJedisPool {
        @Bean
        JedisPool own(SecureTls tls) {
            return SecureJedis.pool(
                    tls,
                    new HostAndPort("localhost", 1),
                    DefaultJedisClientConfig.builder().build());
        }
    }

    @Configuration
    static class GuardedJedisPoolOfJedis {
        @Bean
        JedisPool own(SecureTls tls) {
            return new JedisPool(
                    new HostAndPort("localhost", 1),
                    SecureJedis.clientConfig(
                            tls, DefaultJedisClientConfig.builder().build()));
        }
    }

    @Configuration
    static class GuardedUnifiedJedis {
        @Bean
        UnifiedJedis own(SecureTls tls) {
            return SecureJedis.client(
                            tls,
                            new HostAndPort("localhost", 1),
                            DefaultJedisClientConfig.builder().build())
                    .build();
        }
    }

    @Configuration
    static class SslOptionsCustomizer {
        @Bean
        LettuceClientOptionsBuilderCustomizer own() {
            return builder ->
                    builder.sslOptions(SslOptions.builder().jdkSslProvider().build());
        }
    }

    @Configuration
    static class SslOptionsOfConfiguration {
        @Bean
        LettuceClientConfigurationBuilderCustomizer own() {
            return builder -> builder.clientOptions(ClientOptions.builder()
                    .sslOptions(SslOptions.builder().jdkSslProvider().build())
                    .build());
        }
    }

    @Configuration
    static class VerifyPeerNone {
        @Bean
        LettuceClientConfigurationBuilderCustomizer own() {
            return builder -> builder.useSsl().disablePeerVerification();
        }
    }

    @Configuration
    static class VerifyPeerCa {
        @Bean
        LettuceClientConfigurationBuilderCustomizer own() {
            return builder -> builder.useSsl().verifyPeer(SslVerifyMode.CA);
        }
    }

    @Configuration
    static class StartTls {
        @Bean
        LettuceClientConfigurationBuilderCustomizer own() {
            return builder -> builder.useSsl().startTls();
        }
    }

    @Configuration
    static class OwnResources {
        @Bean(destroyMethod = "shutdown")
        ClientResources second() {
            return ClientResources.create();
        }

        @Bean
        LettuceClientConfigurationBuilderCustomizer own(ClientResources second) {
            return builder -> builder.clientResources(second);
        }
    }

    @Configuration
    static class ClientNameByCustomizer {
        @Bean
        JedisClientConfigurationBuilderCustomizer own() {
            return builder -> builder.customizeClientConfig(c -> c.clientName("of-the-user"));
        }
    }

    @Configuration
    static class SocketFactoryByCustomizer {
        @Bean
        JedisClientConfigurationBuilderCustomizer own() {
            return builder -> builder.useSsl()
                    .sslSocketFactory((javax.net.ssl.SSLSocketFactory) javax.net.ssl.SSLSocketFactory.getDefault());
        }
    }
}
