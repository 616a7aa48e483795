package io.valkeysecure.jedis.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.valkeysecure.RefusalReason;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsConfigurationException;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.jedis.SecureJedis;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.hostile.HostilePeer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.ref.WeakReference;
import java.security.KeyManagementException;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.security.Security;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisClientConfig;

@SuppressWarnings("deprecation") // ssl(false): code of applications
class SocketFactoryProviderTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final SecureTls tls = SecureTls.trusting(
                    TrustAnchors.of(TestCertificate.root().build().certificate()))
            .withoutClientIdentity()
            .build();

    @AfterEach
    void close() {
        tls.close();
    }

    private JedisClientConfig config() {
        return SecureJedis.clientConfig(tls, DefaultJedisClientConfig.builder().build());
    }

    private static SSLContext context(JedisClientConfig config) throws Exception {
        return config.getSslOptions().createSslContext();
    }

    private static Provider.Service service(JedisClientConfig config) throws Exception {
        SSLContext context = context(config);
        return context.getProvider().getService("SSLContext", context.getProtocol());
    }

    @Test
    void options_giveTheFactoryOfTheConfiguration() throws Exception {
        JedisClientConfig config = config();

        assertThat(context(config).getSocketFactory()).isSameAs(config.getSslSocketFactory());
    }

    @Test
    void provider_isTheLastAndListsNoServices() throws Exception {
        Provider ours = context(config()).getProvider();

        List<Provider> all = Arrays.asList(Security.getProviders());
        assertThat(all.get(all.size() - 1)).isSameAs(ours).isInstanceOf(SocketFactoryProvider.class);
        assertThat(ours.getServices()).isEmpty();
        assertThat(ours.getService("SSLContext", "TLS")).isNull();
        assertThat(ours.getService("SSLContext", "Default")).isNull();
    }

    @Test
    void context_isForClientSocketsAndTakesNoOtherTrust() throws Exception {
        SSLContext context = context(config());

        assertThatExceptionOfType(KeyManagementException.class)
                .isThrownBy(() -> context.init(null, new TrustManager[0], null));
        List<Runnable> others = List.of(
                context::getServerSocketFactory,
                context::createSSLEngine,
                () -> context.createSSLEngine("localhost", 6379),
                context::getServerSessionContext,
                context::getClientSessionContext);
        assertThat(others)
                .allSatisfy(other -> assertThatExceptionOfType(UnsupportedOperationException.class)
                        .isThrownBy(other::run));
    }

    @Test
    void configuration_garbageWhileTheSecureTlsIsOpen_contextIsRemoved() throws Exception {
        Provider.Service service = service(config());
        Provider provider = service.getProvider();
        String name = service.getAlgorithm();

        await().atMost(PATIENCE).until(() -> {
            System.gc();
            return provider.getService("SSLContext", name) == null;
        });
    }

    @Test
    void configuration_copyIsHeld_contextStays() throws Exception {
        JedisClientConfig copy =
                DefaultJedisClientConfig.builder().from(config()).ssl(false).build();
        WeakReference<JedisClientConfig> other = new WeakReference<>(config());
        await().atMost(PATIENCE).until(() -> {
            System.gc();
            return other.get() == null;
        });

        assertThat(context(copy).getSocketFactory()).isSameAs(copy.getSslSocketFactory());
    }

    @Test
    void secureTls_closedWhileTheConfigurationIsHeld_contextIsRemoved() throws Exception {
        JedisClientConfig config = config();
        assertThat(context(config)).isNotNull();

        tls.close();

        assertThatExceptionOfType(NoSuchAlgorithmException.class).isThrownBy(() -> context(config));
    }

    /**
     * An application server drops the class loader of an application, whose static fields still hold a configuration.
     */
    @Test
    void secureTls_closed_classLoaderOfTheLibraryIsReleased() throws Exception {
        JedisClientConfig ours = config();
        SecureTls theirs = SecureTls.trusting(
                        TrustAnchors.of(TestCertificate.root().build().certificate()))
                .withoutClientIdentity()
                .build();
        WeakReference<ClassLoader> loader = new WeakReference<>(applicationWith(theirs));
        assertThat(providersOf(loader.get())).hasSize(1);

        theirs.close();

        assertThat(providersOf(loader.get())).isEmpty();
        await().atMost(PATIENCE).until(() -> {
            System.gc();
            return loader.get() == null;
        });
        assertThat(context(ours).getSocketFactory()).isSameAs(ours.getSslSocketFactory());
    }

    private static List<Provider> providersOf(@Nullable ClassLoader loader) {
        return Arrays.stream(Security.getProviders())
                .filter(provider -> loader != null && provider.getClass().getClassLoader() == loader)
                .toList();
    }

    private static ClassLoader applicationWith(SecureTls tls) throws Exception {
        ClassLoader loader = new SecondCopy();
        Class<?> application = loader.loadClass(Application.class.getName());
        application.getMethod("start", SecureTls.class).invoke(null, tls);
        return loader;
    }

    /** Holds a configuration for good. */
    public static final class Application {
        static @Nullable JedisClientConfig config;

        private Application() {}

        public static void start(SecureTls tls) {
            config = SecureJedis.clientConfig(
                    tls, DefaultJedisClientConfig.builder().build());
        }
    }

    /** Defines this module's classes a second time. */
    private static final class SecondCopy extends ClassLoader {
        SecondCopy() {
            super(SecondCopy.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith("io.valkeysecure.jedis.")) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded == null ? findClass(name) : loaded;
            }
        }

        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
                if (in == null) {
                    throw new ClassNotFoundException(name);
                }
                byte[] bytes = in.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Test
    void configuration_anotherProviderAnswersForEveryName_isRefused() {
        Provider greedy = new GreedyProvider();
        assertThat(Security.insertProviderAt(greedy, 1)).isEqualTo(1);
        try {
            assertThatExceptionOfType(TlsConfigurationException.class)
                    .isThrownBy(this::config)
                    .withMessageContaining("a provider before it")
                    .satisfies(e -> assertThat(e.reason()).isEqualTo(RefusalReason.UNSUPPORTED_SETTING));
        } finally {
            Security.removeProvider(greedy.getName());
        }
        assertThat(config()).isNotNull();
    }

    private static final class GreedyProvider extends Provider {
        private static final long serialVersionUID = 1L;

        GreedyProvider() {
            super("Greedy", "1", "has every TLS context that is asked for by the name of one of ours");
        }

        @Override
        public @Nullable Service getService(String type, String algorithm) {
            return algorithm.startsWith("SecureJedis-")
                    ? Security.getProvider("SunJSSE").getService("SSLContext", "TLS")
                    : null;
        }
    }

    @Test
    void connection_providerWasRemoved_isRefusedBeforeItSendsAnything() throws Exception {
        JedisClientConfig config = config();
        Provider provider = context(config).getProvider();
        Security.removeProvider(provider.getName());
        try (HostilePeer peer = HostilePeer.plaintextValkey()) {
            HostAndPort there = new HostAndPort("localhost", peer.port());
            for (JedisClientConfig used : List.of(
                    config,
                    DefaultJedisClientConfig.builder().from(config).ssl(false).build())) {
                Throwable thrown = catchThrowable(() -> ping(there, used));

                assertThat(RefusalReason.of(thrown)).hasValue(RefusalReason.UNSUPPORTED_SETTING);
                assertThat(thrown).hasStackTraceContaining("leave the provider there");
            }
            JedisClientConfig ownMapper = DefaultJedisClientConfig.builder()
                    .from(config)
                    .ssl(false)
                    .hostAndPortMapper(null)
                    .credentialsProvider(null)
                    .user("own")
                    .password("own")
                    .build();
            assertThat(catchThrowable(() -> ping(there, ownMapper)))
                    .hasRootCauseInstanceOf(NoSuchAlgorithmException.class);
            assertThat(peer.applicationBytes()).isEmpty();
        } finally {
            Security.addProvider(provider);
        }
        assertThat(context(config).getSocketFactory()).isSameAs(config.getSslSocketFactory());
    }

    @Test
    void configuration_madeAfterTheProviderWasRemoved_addsItAgain() throws Exception {
        JedisClientConfig first = config();
        Security.removeProvider(context(first).getProvider().getName());

        JedisClientConfig second = config();

        for (JedisClientConfig config : List.of(first, second)) {
            assertThat(context(config).getSocketFactory()).isSameAs(config.getSslSocketFactory());
        }
    }

    private static void ping(HostAndPort there, JedisClientConfig config) {
        try (Jedis jedis = new Jedis(there, config)) {
            jedis.ping();
        }
    }
}
