package io.valkeysecure.jedis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.valkeysecure.RefusalReason;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsConfigurationException;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.testkit.certificate.TestCertificate;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocketFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import redis.clients.jedis.ClientSetInfoConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.DefaultRedisCredentials;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.RedisCredentials;
import redis.clients.jedis.RedisCredentialsProvider;
import redis.clients.jedis.RedisProtocol;
import redis.clients.jedis.exceptions.JedisConnectionException;

@SuppressWarnings("deprecation") // some versions deprecate the TLS getters and setters, which is what this is about
class SecureClientConfigTest {
    private static final SecureTls TLS = SecureTls.trusting(
                    TrustAnchors.of(TestCertificate.root().build().certificate()))
            .withoutClientIdentity()
            .build();

    /** What decides about TLS: never the base's. */
    private static final Set<String> FIXED = Stream.concat(
                    Stream.of("isSsl", "getSslSocketFactory", "getSslParameters", "getHostnameVerifier"),
                    Clients.FIXED_TOO.stream())
            .collect(Collectors.toSet());

    /** What is the base's, but not handed out as it is; each has tests of its own below. */
    private static final Set<String> GUARDED =
            Set.of("getHostAndPortMapper", "getCredentialsProvider", "getUser", "getPassword");

    /** Answers of the base, one for each type. */
    private static final Map<Class<?>, Object> MADE_UP = new ConcurrentHashMap<>();

    @AfterAll
    static void closeTls() {
        TLS.close();
    }

    // Refused at construction.

    static Stream<Arguments> tlsSettings() {
        Stream<Arguments> common = Stream.of(
                Arguments.of("sslSocketFactory", "TrustAnchors.pem", builder().sslSocketFactory((SSLSocketFactory)
                        SSLSocketFactory.getDefault())),
                Arguments.of("sslParameters", "TlsPolicy.builder()", builder().sslParameters(new SSLParameters())),
                Arguments.of("hostnameVerifier", "leave it out", builder().hostnameVerifier((host, session) -> true)));
        return Stream.concat(common, Clients.tlsSettings().stream());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("tlsSettings")
    void clientConfig_baseCarriesTlsSetting_isRefusedByName(
            String setting, String instead, DefaultJedisClientConfig.Builder base) {
        assertThatExceptionOfType(TlsConfigurationException.class)
                .isThrownBy(() -> SecureJedis.clientConfig(TLS, base.build()))
                .withMessageContaining(setting)
                .withMessageContaining(instead)
                .satisfies(e -> assertThat(e.reason()).isEqualTo(RefusalReason.UNSUPPORTED_SETTING));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("tlsSettings")
    void clientConfig_baseCarriesTlsSettingAndSslOff_isRefusedAllTheSame(
            String setting, String instead, DefaultJedisClientConfig.Builder base) {
        assertThatExceptionOfType(TlsConfigurationException.class)
                .isThrownBy(() -> SecureJedis.clientConfig(TLS, base.ssl(false).build()))
                .withMessageContaining(setting)
                .withMessageContaining(instead);
    }

    @Test
    void clientConfig_severalTlsSettings_areAllNamed() {
        JedisClientConfig base = builder()
                .sslParameters(new SSLParameters())
                .hostnameVerifier((host, session) -> true)
                .build();

        assertThatExceptionOfType(TlsConfigurationException.class)
                .isThrownBy(() -> SecureJedis.clientConfig(TLS, base))
                .withMessageContainingAll("sslParameters", "hostnameVerifier");
    }

    @Test
    void clientConfig_ofItsOwnResult_isTheSame() {
        JedisClientConfig secure = SecureJedis.clientConfig(TLS, builder().build());

        assertThat(SecureJedis.clientConfig(TLS, secure)).isSameAs(secure);
    }

    @Test
    void clientConfig_ofTheResultForAnotherSecureTls_isRefused() {
        JedisClientConfig secure = SecureJedis.clientConfig(TLS, builder().build());

        try (SecureTls other = SecureTls.trusting(
                        TrustAnchors.of(TestCertificate.root().build().certificate()))
                .withoutClientIdentity()
                .build()) {
            assertThatExceptionOfType(TlsConfigurationException.class)
                    .isThrownBy(() -> SecureJedis.clientConfig(other, secure))
                    .withMessageContaining("another SecureTls")
                    .satisfies(e -> assertThat(e.reason()).isEqualTo(RefusalReason.UNSUPPORTED_SETTING));
        }
    }

    /** Its credentials are good for what it was copied from, and not to be wrapped again. */
    @Test
    void clientConfig_ofACopyOfItsResult_isRefusedAsThat() {
        JedisClientConfig copy = DefaultJedisClientConfig.copyConfig(
                SecureJedis.clientConfig(TLS, builder().build()));

        assertThatExceptionOfType(TlsConfigurationException.class)
                .isThrownBy(() -> SecureJedis.clientConfig(TLS, copy))
                .withMessageContaining("is a copy of one that SecureJedis made")
                .satisfies(e -> assertThat(e.reason()).isEqualTo(RefusalReason.UNSUPPORTED_SETTING));
    }

    @Test
    @SuppressWarnings("NullAway") // what a caller without a null checker may do
    void clientConfig_nullArguments_throw() {
        assertThatNullPointerException()
                .isThrownBy(() -> SecureJedis.clientConfig(TLS, (JedisClientConfig) null))
                .withMessage("base");
        assertThatNullPointerException()
                .isThrownBy(() -> SecureJedis.clientConfig(null, builder().build()))
                .withMessage("tls");
    }

    // What is fixed.

    @Test
    void isSsl_whateverTheBaseSays_isTrue() {
        assertThat(SecureJedis.clientConfig(TLS, builder().build()).isSsl()).isTrue();
        assertThat(SecureJedis.clientConfig(TLS, builder().ssl(false).build()).isSsl())
                .isTrue();
        assertThat(SecureJedis.clientConfig(TLS, builder().ssl(true).build()).isSsl())
                .isTrue();
        assertThat(SecureJedis.clientConfig(TLS, new JedisClientConfig() {}).isSsl())
                .isTrue();
    }

    @Test
    void tlsGetters_giveJedisNothingToApplyAfterwards() {
        JedisClientConfig config = SecureJedis.clientConfig(TLS, builder().build());

        assertThat(config.getSslSocketFactory()).isNotNull();
        assertThat(config.getSslParameters()).isNull();
        assertThat(config.getHostnameVerifier()).isNull();
    }

    @Test
    void copy_madeByJedis_keepsTlsAndFactory() {
        JedisClientConfig config = SecureJedis.clientConfig(TLS, builder().build());

        for (JedisClientConfig copy : Clients.copies(config)) {
            assertThat(copy.isSsl()).isTrue();
            assertThat(copy.getSslSocketFactory()).isSameAs(config.getSslSocketFactory());
            assertThat(copy.getSslParameters()).isNull();
            assertThat(copy.getHostnameVerifier()).isNull();
            assertThat(copy.getHostAndPortMapper()).isSameAs(config.getHostAndPortMapper());
            assertThat(copy.getCredentialsProvider()).isSameAs(config.getCredentialsProvider());
        }
    }

    // What is the base's.

    static Stream<String> methodsOfJedisClientConfig() {
        return Arrays.stream(JedisClientConfig.class.getMethods())
                .map(Method::getName)
                .filter(name -> !FIXED.contains(name) && !GUARDED.contains(name))
                .sorted(); // a JVM promises no order
    }

    /**
     * Fails when a new version of Jedis brings a method that nobody has decided about: it has to be delegated, or to be
     * fixed if it is about TLS.
     */
    @ParameterizedTest(name = "{0}")
    @MethodSource("methodsOfJedisClientConfig")
    void otherGetters_areTheBases(String name) throws Exception {
        Method getter = JedisClientConfig.class.getMethod(name);
        for (boolean flag : new boolean[] {true, false}) {
            List<String> asked = new ArrayList<>();
            JedisClientConfig base = baseThatAnswers(flag, asked);
            JedisClientConfig config = SecureJedis.clientConfig(TLS, base);
            asked.clear();

            Object answer = getter.invoke(config);

            assertThat(asked).containsExactly(name);
            assertThat(answer).isEqualTo(valueFor(getter, flag));
        }
    }

    @Test
    void fixedAndGuardedGetters_allExist() {
        assertThat(Arrays.stream(JedisClientConfig.class.getMethods()).map(Method::getName))
                .containsAll(FIXED)
                .containsAll(GUARDED);
    }

    /** A configuration without TLS whose every answer is another one than Jedis' default. */
    private static JedisClientConfig baseThatAnswers(boolean flag, List<String> asked) {
        return (JedisClientConfig) Proxy.newProxyInstance(
                JedisClientConfig.class.getClassLoader(),
                new Class<?>[] {JedisClientConfig.class},
                (proxy, method, arguments) -> {
                    asked.add(method.getName());
                    return FIXED.contains(method.getName()) && method.getReturnType() != boolean.class
                            ? null
                            : valueFor(method, flag);
                });
    }

    private static Object valueFor(Method method, boolean flag) {
        Class<?> type = method.getReturnType();
        if (type == boolean.class) {
            return flag;
        } else if (type == int.class) {
            return (flag ? 1 : 2) * (1000 + Math.abs(method.getName().hashCode() % 1000));
        } else if (type == String.class) {
            return method.getName() + flag;
        } else if (type == RedisProtocol.class) {
            return flag ? RedisProtocol.RESP3 : RedisProtocol.RESP2;
        }
        return MADE_UP.computeIfAbsent(type, SecureClientConfigTest::madeUp);
    }

    private static Object madeUp(Class<?> type) {
        if (type == Clients.MADE_UP.getClass()) {
            return Clients.MADE_UP;
        } else if (type == ClientSetInfoConfig.class) {
            return ClientSetInfoConfig.withLibNameSuffix("made-up");
        }
        return Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> switch (method.getName()) {
                    case "equals" -> proxy == arguments[0];
                    case "hashCode" -> System.identityHashCode(proxy);
                    default -> "made up " + type;
                });
    }

    @Test
    void mapper_baseHasNone_leavesTheAddress() {
        JedisClientConfig config = SecureJedis.clientConfig(TLS, builder().build());

        assertThat(config.getHostAndPortMapper().getHostAndPort(new HostAndPort("a.example", 6379)))
                .isNull(); // which is how a mapper says it
    }

    @Test
    void mapper_baseHasOne_isAsked() {
        HostAndPort mapped = new HostAndPort("b.example", 6380);
        JedisClientConfig config = SecureJedis.clientConfig(
                TLS, builder().hostAndPortMapper(asked -> mapped).build());

        assertThat(config.getHostAndPortMapper().getHostAndPort(new HostAndPort("a.example", 6379)))
                .isSameAs(mapped);
    }

    @Test
    void userAndPassword_areNotHandedOut() {
        JedisClientConfig config = SecureJedis.clientConfig(
                TLS, builder().user("app").password("hunter2").build());

        assertThat(config.getUser()).isNull();
        assertThat(config.getPassword()).isNull();
    }

    @Test
    void credentialsProvider_noVerifiedConnection_refusesAndNamesTheCure() {
        JedisClientConfig config = SecureJedis.clientConfig(
                TLS, builder().user("app").password("hunter2").build());

        assertThatExceptionOfType(JedisConnectionException.class)
                .isThrownBy(() -> config.getCredentialsProvider().get())
                .withMessageContainingAll("JedisSocketFactory", "TLS settings", "SecureJedis.clientConfig(..)")
                .satisfies(e -> assertThat(RefusalReason.of(e)).contains(RefusalReason.PLAINTEXT_REQUESTED))
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("hunter2", "app"));
    }

    @Test
    void credentialsProvider_preparesAndCleansUpTheBases() {
        List<String> calls = new ArrayList<>();
        Supplier<RedisCredentials> provider = new RedisCredentialsProvider() {
            @Override
            public void prepare() {
                calls.add("prepare");
            }

            @Override
            public RedisCredentials get() {
                return new DefaultRedisCredentials("app", "hunter2");
            }

            @Override
            public void cleanUp() {
                calls.add("cleanUp");
            }
        };
        JedisClientConfig config = SecureJedis.clientConfig(
                TLS, builder().credentialsProvider(provider).build());
        RedisCredentialsProvider guarded = (RedisCredentialsProvider) config.getCredentialsProvider();

        guarded.prepare();
        guarded.cleanUp();

        assertThat(calls).containsExactly("prepare", "cleanUp");
    }

    @Test
    void toString_showsNoPassword() {
        JedisClientConfig config = SecureJedis.clientConfig(
                TLS, builder().user("app").password("hunter2").build());

        assertThat(config.toString()).startsWith("SecureJedis.clientConfig(").doesNotContain("hunter2");
    }

    // The socket factory.

    @Test
    void socketFactory_unconnected_throws() {
        SSLSocketFactory factory =
                SecureJedis.clientConfig(TLS, builder().build()).getSslSocketFactory();
        InetAddress loopback = InetAddress.getLoopbackAddress();

        List<SocketCall> calls = List.of(
                factory::createSocket,
                () -> factory.createSocket("localhost", 6379),
                () -> factory.createSocket("localhost", 6379, loopback, 0),
                () -> factory.createSocket(loopback, 6379),
                () -> factory.createSocket(loopback, 6379, loopback, 0));

        assertThat(calls)
                .allSatisfy(call -> assertThatExceptionOfType(SocketException.class)
                        .isThrownBy(call::make)
                        .withMessageContaining("connected already"));
    }

    @Test
    void socketFactory_serverSide_throws() {
        SSLSocketFactory factory =
                SecureJedis.clientConfig(TLS, builder().build()).getSslSocketFactory();

        assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(() -> {
            try (Socket socket = new Socket()) {
                factory.createSocket(socket, null, true).close();
            }
        });
    }

    @Test
    void socketFactory_withoutAutoClose_throws() {
        SSLSocketFactory factory =
                SecureJedis.clientConfig(TLS, builder().build()).getSslSocketFactory();

        assertThatExceptionOfType(SocketException.class)
                .isThrownBy(() -> {
                    try (Socket socket = new Socket()) {
                        factory.createSocket(socket, "localhost", 6379, false).close();
                    }
                })
                .withMessageContaining("autoClose");
    }

    @Test
    void socketFactory_cipherSuites_areThePolicys() {
        SSLSocketFactory factory =
                SecureJedis.clientConfig(TLS, builder().build()).getSslSocketFactory();

        assertThat(factory.getDefaultCipherSuites())
                .containsExactlyElementsOf(TLS.policy().cipherSuites());
        assertThat(factory.getSupportedCipherSuites())
                .containsExactlyElementsOf(TLS.policy().cipherSuites());
    }

    private interface SocketCall {
        Socket make() throws IOException;
    }

    private static DefaultJedisClientConfig.Builder builder() {
        return DefaultJedisClientConfig.builder();
    }
}
