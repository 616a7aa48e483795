package io.valkeysecure.benchmarks;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SslOptions;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.NettyCustomizer;
import io.netty.channel.Channel;
import io.netty.handler.flush.FlushConsolidationHandler;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslHandler;
import io.valkeysecure.SecureTls;
import io.valkeysecure.benchmarks.TlsEngine.Client;
import io.valkeysecure.jedis.SecureJedis;
import io.valkeysecure.lettuce.SecureLettuce;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocketFactory;
import nl.altindag.ssl.SSLFactory;
import nl.altindag.ssl.provider.FenixProvider;
import nl.altindag.ssl.provider.SSLFactoryProvider;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;

/**
 * The ways to connect that are compared: each as its documentation says, with nothing that would slow it down.
 *
 * @param <C> what a variant opens
 */
record Variant<C>(String name, BiFunction<Site, ValkeyServer, Opened<C>> opener) {
    static final String LETTUCE_PLAINTEXT = "Lettuce, plaintext";
    static final String LETTUCE_PLAINTEXT_CONSOLIDATED = "Lettuce, plaintext, flushes consolidated";
    static final String LETTUCE_PKCS12 = "Lettuce, SslOptions, PKCS12";
    static final String LETTUCE_PKCS12_CONSOLIDATED = "Lettuce, SslOptions, flushes consolidated";
    static final String LETTUCE_PEM = "Lettuce, SslOptions, PEM";
    static final String LETTUCE_PEM_OPENSSL = "Lettuce, SslOptions, PEM, openSslProvider";
    static final String LETTUCE_AYZA = "Lettuce, ayza, its managers";
    static final String LETTUCE_AYZA_CONTEXT = "Lettuce, ayza, its SSLContext as a provider";
    static final String JEDIS_PLAINTEXT = "Jedis, plaintext";
    static final String JEDIS_PKCS12 = "Jedis, SslOptions, PKCS12";
    static final String JEDIS_PKCS12_OPENSSL = "Jedis, SslOptions, PKCS12 made by openssl";
    static final String JEDIS_AYZA = "Jedis, ayza";

    private static final String STORE_TYPE = "PKCS12";

    /** As many flushes at most become one: Netty's own default. */
    private static final int FLUSHES = FlushConsolidationHandler.DEFAULT_EXPLICIT_FLUSH_AFTER_FLUSHES;

    /** A server, and how Jedis connects to it. */
    record Dial(HostAndPort server, JedisClientConfig config) {}

    static String ours(Client client, String engine) {
        return client.title() + ", valkey-secure, " + engine;
    }

    Opened<C> open(Site site, ValkeyServer server) {
        return opener.apply(site, server);
    }

    /** All that connect over TLS, and plaintext. */
    static List<Variant<RedisClient>> lettuce() {
        List<Variant<RedisClient>> variants = new ArrayList<>();
        variants.add(new Variant<>(LETTUCE_PLAINTEXT, (site, server) -> plaintext(server, new NettyCustomizer() {})));
        variants.add(
                new Variant<>(LETTUCE_PKCS12, (site, server) -> raw(server, pkcs12(site), new NettyCustomizer() {})));
        variants.add(new Variant<>(
                LETTUCE_PEM,
                (site, server) ->
                        raw(server, pem(site, SslOptions.builder().jdkSslProvider()), new NettyCustomizer() {})));
        if (OpenSsl.isAvailable()) {
            // Lettuce's own use of the library that our BoringSSL engine uses
            variants.add(new Variant<>(
                    LETTUCE_PEM_OPENSSL,
                    (site, server) ->
                            raw(server, pem(site, SslOptions.builder().openSslProvider()), new NettyCustomizer() {})));
        }
        variants.add(new Variant<>(
                LETTUCE_AYZA, (site, server) -> raw(server, managers(ayza(site)), new NettyCustomizer() {})));
        variants.add(new Variant<>(
                LETTUCE_AYZA_CONTEXT, (site, server) -> raw(server, context(ayza(site)), new NettyCustomizer() {})));
        variants.addAll(Bare.lettuce());
        variants.addAll(lettuceOurs());
        return variants;
    }

    static List<Variant<RedisClient>> lettuceOurs() {
        return TlsEngine.of(Client.LETTUCE).stream()
                .map(engine -> new Variant<>(
                        engine.variant(Client.LETTUCE), (site, server) -> secureLettuce(site, server, engine)))
                .toList();
    }

    /** Those that differ once they are connected. */
    static List<Variant<RedisClient>> lettuceAtWork() {
        List<Variant<RedisClient>> variants = new ArrayList<>();
        variants.add(new Variant<>(LETTUCE_PLAINTEXT, (site, server) -> plaintext(server, new NettyCustomizer() {})));
        variants.add(new Variant<>(
                LETTUCE_PLAINTEXT_CONSOLIDATED, (site, server) -> plaintext(server, new Consolidation())));
        variants.add(
                new Variant<>(LETTUCE_PKCS12, (site, server) -> raw(server, pkcs12(site), new NettyCustomizer() {})));
        variants.add(new Variant<>(
                LETTUCE_PKCS12_CONSOLIDATED, (site, server) -> raw(server, pkcs12(site), new Consolidation())));
        variants.addAll(Bare.lettuceConsolidated());
        variants.addAll(lettuceOurs());
        variants.add(new Variant<>(
                ours(Client.LETTUCE, TlsEngine.JDK.title()) + ", a lone flush at once", Variant::promptLettuce));
        return variants;
    }

    static List<Variant<Dial>> jedis() {
        List<Variant<Dial>> variants = new ArrayList<>();
        variants.add(new Variant<>(
                JEDIS_PLAINTEXT,
                (site, server) -> jedis(
                        server.plaintextPort(),
                        server,
                        DefaultJedisClientConfig.builder().build())));
        variants.add(new Variant<>(
                JEDIS_PKCS12, (site, server) -> jedis(server.port(), server, jedisStores(site, site.keyStore()))));
        variants.add(new Variant<>(
                JEDIS_PKCS12_OPENSSL,
                (site, server) -> jedis(server.port(), server, jedisStores(site, site.openSslKeyStore()))));
        variants.add(
                new Variant<>(JEDIS_AYZA, (site, server) -> jedis(server.port(), server, jedisFactory(ayza(site)))));
        variants.addAll(Bare.jedis());
        variants.addAll(jedisOurs());
        return variants;
    }

    static List<Variant<Dial>> jedisOurs() {
        return TlsEngine.of(Client.JEDIS).stream()
                .map(engine -> new Variant<>(
                        engine.variant(Client.JEDIS), (site, server) -> secureJedis(site, server, engine)))
                .toList();
    }

    private static Opened<RedisClient> plaintext(ValkeyServer server, NettyCustomizer customizer) {
        return lettuce(
                RedisURI.create(server.host(), server.plaintextPort()),
                ClientOptions.builder().build(),
                customizer);
    }

    private static Opened<RedisClient> raw(ValkeyServer server, SslOptions options, NettyCustomizer customizer) {
        return lettuce(uri(server), ClientOptions.builder().sslOptions(options).build(), customizer);
    }

    static Opened<RedisClient> lettuce(RedisURI uri, ClientOptions options, NettyCustomizer customizer) {
        ClientResources resources =
                ClientResources.builder().nettyCustomizer(customizer).build();
        RedisClient client = RedisClient.create(resources, uri);
        client.setOptions(options);
        return new Opened<>(client, Optional.empty(), () -> {
            client.shutdown();
            var unused = resources.shutdown().awaitUninterruptibly();
        });
    }

    /** Where Lettuce connects to, by this variant. */
    RedisURI uriOf(ValkeyServer server) {
        if (name.equals(LETTUCE_PLAINTEXT) || name.equals(LETTUCE_PLAINTEXT_CONSOLIDATED)) {
            return RedisURI.create(server.host(), server.plaintextPort());
        }
        return Bare.isBare(name) ? Bare.uri(server) : uri(server);
    }

    private static RedisURI uri(ValkeyServer server) {
        return RedisURI.builder()
                .withHost(server.host())
                .withPort(server.port())
                .withSsl(true)
                .build();
    }

    private static SslOptions pkcs12(Site site) {
        return SslOptions.builder()
                .jdkSslProvider()
                .keyStoreType(STORE_TYPE)
                .keystore(site.keyStore().toFile(), Site.PASSWORD.toCharArray())
                .truststore(site.trustStore().toFile(), Site.PASSWORD)
                .build();
    }

    private static SslOptions pem(Site site, SslOptions.Builder provider) {
        return provider.trustManager(site.anchors().toFile())
                .keyManager(
                        site.client().certificate().toFile(),
                        site.client().key().toFile(),
                        new char[0])
                .build();
    }

    private static SSLFactory ayza(Site site) {
        return SSLFactory.builder()
                .withIdentityMaterial(site.keyStore(), Site.PASSWORD.toCharArray(), STORE_TYPE)
                .withTrustMaterial(site.trustStore(), Site.PASSWORD.toCharArray(), STORE_TYPE)
                .build();
    }

    private static SslOptions managers(SSLFactory factory) {
        return SslOptions.builder()
                .jdkSslProvider()
                .keyManager(factory.getKeyManagerFactory().orElseThrow())
                .trustManager(factory.getTrustManagerFactory().orElseThrow())
                .build();
    }

    /**
     * Lettuce takes no SSLContext, but takes a security provider to get it from; ayza's gives out the one that was set
     * last.
     */
    private static SslOptions context(SSLFactory factory) {
        SSLFactoryProvider.set(factory);
        FenixProvider provider = new FenixProvider();
        return SslOptions.builder()
                .jdkSslProvider()
                .sslContext(builder -> builder.sslContextProvider(provider))
                .build();
    }

    private static Opened<RedisClient> secureLettuce(Site site, ValkeyServer server, TlsEngine engine) {
        Handshakes handshakes = new Handshakes();
        SecureTls tls = site.secure(engine).listener(handshakes).build();
        RedisClient client = SecureLettuce.client(tls, uri(server));
        return new Opened<>(client, Optional.of(handshakes), () -> {
            client.shutdown();
            tls.close();
        });
    }

    private static Opened<RedisClient> promptLettuce(Site site, ValkeyServer server) {
        SecureTls tls = site.secure(TlsEngine.JDK).build();
        ClientResources resources = ClientResources.builder()
                .nettyCustomizer(new NettyCustomizer() {
                    @Override
                    public void afterChannelInitialized(Channel channel) {
                        PromptFlushes.into(channel);
                    }
                })
                .build();
        RedisClient client = SecureLettuce.clientBuilder(tls, uri(server))
                .resources(resources)
                .build();
        return new Opened<>(client, Optional.empty(), () -> {
            client.shutdown();
            var unused = resources.shutdown().awaitUninterruptibly();
            tls.close();
        });
    }

    private static Opened<Dial> secureJedis(Site site, ValkeyServer server, TlsEngine engine) {
        Handshakes handshakes = new Handshakes();
        SecureTls tls = site.secure(engine).listener(handshakes).build();
        JedisClientConfig config =
                SecureJedis.clientConfig(tls, DefaultJedisClientConfig.builder().build());
        return new Opened<>(
                new Dial(new HostAndPort(server.host(), server.port()), config), Optional.of(handshakes), tls::close);
    }

    private static Opened<Dial> jedis(int port, ValkeyServer server, JedisClientConfig config) {
        return new Opened<>(new Dial(new HostAndPort(server.host(), port), config), Optional.empty(), () -> {});
    }

    private static JedisClientConfig jedisStores(Site site, Path keyStore) {
        return DefaultJedisClientConfig.builder()
                .sslOptions(redis.clients.jedis.SslOptions.builder()
                        .keyStoreType(STORE_TYPE)
                        .keystore(keyStore.toFile(), Site.PASSWORD.toCharArray())
                        .trustStoreType(STORE_TYPE)
                        .truststore(site.trustStore().toFile(), Site.PASSWORD.toCharArray())
                        .build())
                .build();
    }

    private static JedisClientConfig jedisFactory(SSLFactory factory) {
        SSLParameters parameters = new SSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        return sslConfig(factory.getSslSocketFactory(), parameters);
    }

    @SuppressWarnings("deprecation") // the only way to give Jedis a context that was made before
    static JedisClientConfig sslConfig(SSLSocketFactory factory, SSLParameters parameters) {
        return DefaultJedisClientConfig.builder()
                .ssl(true)
                .sslSocketFactory(factory)
                .sslParameters(parameters)
                .build();
    }

    /** Netty's own handler, where the library has its: above TLS, or above the socket where there is none. */
    static final class Consolidation implements NettyCustomizer {
        @Override
        public void afterChannelInitialized(Channel channel) {
            FlushConsolidationHandler handler = new FlushConsolidationHandler(FLUSHES, true);
            String tls = channel.pipeline().names().stream()
                    .filter(name -> channel.pipeline().get(name) instanceof SslHandler)
                    .findFirst()
                    .orElse(null);
            if (tls == null) {
                channel.pipeline().addFirst(handler);
            } else {
                channel.pipeline().addAfter(tls, null, handler);
            }
        }
    }
}
