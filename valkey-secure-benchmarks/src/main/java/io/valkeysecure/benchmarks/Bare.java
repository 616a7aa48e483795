package io.valkeysecure.benchmarks;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.resource.NettyCustomizer;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.valkeysecure.benchmarks.TlsEngine.Client;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.Provider;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import org.conscrypt.Conscrypt;
import redis.clients.jedis.HostAndPort;

/**
 * What is left without this library: each client on each engine, with contexts that are made once and resume sessions,
 * the same suites and groups, the engine's own verification, and no more. That is the limit of any library that
 * verifies. The contexts take turns, so that each of eight connections at a time finds a ticket.
 */
final class Bare {
    private static final int CONTEXTS = 8;

    /** This library's, in its order. */
    private static final String[] SUITES = {"TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256"};

    /** Of BoringSSL; the first is hybrid, and so has a large key share. */
    private static final String[] GROUPS = {"X25519MLKEM768", "X25519", "P-256", "P-384", "P-521"};

    private Bare() {}

    /** What the client and engine of a variant of this library are called without it; other variants keep their name. */
    static String nameOf(String variant) {
        return variant.replace(", valkey-secure, ", ", bare, ");
    }

    static boolean isBare(String variant) {
        return variant.contains(", bare, ");
    }

    /** Without TLS by Lettuce, which would make a context for each connection; the handler is added to each channel. */
    static RedisURI uri(ValkeyServer server) {
        return RedisURI.create(server.host(), server.port());
    }

    static List<Variant<RedisClient>> lettuce() {
        return lettuce(new NettyCustomizer() {});
    }

    /** With flushes consolidated by Netty's own handler. */
    static List<Variant<RedisClient>> lettuceConsolidated() {
        return lettuce(new Variant.Consolidation());
    }

    private static List<Variant<RedisClient>> lettuce(NettyCustomizer further) {
        return TlsEngine.of(Client.LETTUCE).stream()
                .map(engine -> new Variant<>(
                        nameOf(engine.variant(Client.LETTUCE)),
                        (site, server) -> lettuce(site, server, engine.equals(TlsEngine.JDK), further)))
                .toList();
    }

    static List<Variant<Variant.Dial>> jedis() {
        return TlsEngine.of(Client.JEDIS).stream()
                .map(engine -> new Variant<>(
                        nameOf(engine.variant(Client.JEDIS)),
                        (site, server) -> jedis(site, server, engine.equals(TlsEngine.JDK))))
                .toList();
    }

    private static Opened<RedisClient> lettuce(Site site, ValkeyServer server, boolean jdk, NettyCustomizer further) {
        InTurn<SslContext> contexts = new InTurn<>(() -> nettyContext(site, jdk));
        return Variant.lettuce(uri(server), ClientOptions.builder().build(), new NettyCustomizer() {
            @Override
            public void afterChannelInitialized(Channel channel) {
                SslHandler handler = contexts.next().newHandler(ByteBufAllocator.DEFAULT, server.host(), server.port());
                SSLEngine engine = handler.engine();
                SSLParameters parameters = engine.getSSLParameters();
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
                engine.setSSLParameters(parameters);
                channel.pipeline().addFirst(handler);
                further.afterChannelInitialized(channel);
            }
        });
    }

    private static SslContext nettyContext(Site site, boolean jdk) throws Exception {
        SslContextBuilder builder = SslContextBuilder.forClient()
                .sslProvider(jdk ? SslProvider.JDK : SslProvider.OPENSSL)
                .keyManager(keys(site))
                .trustManager(trust(site))
                .protocols("TLSv1.3")
                .ciphers(List.of(SUITES));
        return (jdk ? builder : builder.option(OpenSslContextOption.GROUPS, GROUPS)).build();
    }

    private static Opened<Variant.Dial> jedis(Site site, ValkeyServer server, boolean jdk) {
        InTurn<SSLSocketFactory> factories = new InTurn<>(() -> socketFactory(site, jdk));
        SSLParameters parameters = new SSLParameters(SUITES);
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        return new Opened<>(
                new Variant.Dial(
                        new HostAndPort(server.host(), server.port()),
                        Variant.sslConfig(new FactoriesInTurn(factories), parameters)),
                Optional.empty(),
                () -> {});
    }

    private static SSLSocketFactory socketFactory(Site site, boolean jdk) throws Exception {
        SSLContext context;
        TrustManagerFactory trust;
        if (jdk) {
            context = SSLContext.getInstance("TLS");
            trust = trust(site);
        } else {
            // the JDK's trust manager does not know Conscrypt's name for the kind of key under TLS 1.3
            Provider conscrypt =
                    Conscrypt.newProviderBuilder().provideTrustManager(true).build();
            context = SSLContext.getInstance("TLS", conscrypt);
            trust = TrustManagerFactory.getInstance("PKIX", conscrypt);
            trust.init(store(site.trustStore()));
        }
        context.init(keys(site).getKeyManagers(), trust.getTrustManagers(), null);
        SSLSocketFactory factory = context.getSocketFactory();
        if (!jdk) {
            Conscrypt.setNamedGroups(factory, GROUPS);
        }
        return factory;
    }

    private static KeyManagerFactory keys(Site site) throws GeneralSecurityException, IOException {
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store(site.keyStore()), Site.PASSWORD.toCharArray());
        return keys;
    }

    private static TrustManagerFactory trust(Site site) throws GeneralSecurityException, IOException {
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store(site.trustStore()));
        return trust;
    }

    private static KeyStore store(Path file) throws GeneralSecurityException, IOException {
        return KeyStore.getInstance(file.toFile(), Site.PASSWORD.toCharArray());
    }

    /** Makes one of them. */
    @FunctionalInterface
    private interface Maker<T> {
        T make() throws Exception;
    }

    private static final class InTurn<T> {
        private final List<T> all = new ArrayList<>();
        private final AtomicInteger turns = new AtomicInteger();

        InTurn(Maker<T> maker) {
            for (int i = 0; i < CONTEXTS; i++) {
                try {
                    all.add(maker.make());
                } catch (Exception e) {
                    throw new IllegalStateException("a TLS context could not be made", e);
                }
            }
        }

        T next() {
            return all.get(Math.floorMod(turns.getAndIncrement(), CONTEXTS));
        }
    }

    private static final class FactoriesInTurn extends SSLSocketFactory {
        private final InTurn<SSLSocketFactory> factories;

        FactoriesInTurn(InTurn<SSLSocketFactory> factories) {
            this.factories = factories;
        }

        @Override
        public String[] getDefaultCipherSuites() {
            return factories.next().getDefaultCipherSuites();
        }

        @Override
        public String[] getSupportedCipherSuites() {
            return factories.next().getSupportedCipherSuites();
        }

        @Override
        public Socket createSocket(Socket connected, String host, int port, boolean autoClose) throws IOException {
            return factories.next().createSocket(connected, host, port, autoClose);
        }

        @Override
        public Socket createSocket(String host, int port) {
            throw new UnsupportedOperationException("Jedis connects itself");
        }

        @Override
        public Socket createSocket(String host, int port, InetAddress local, int localPort) {
            throw new UnsupportedOperationException("Jedis connects itself");
        }

        @Override
        public Socket createSocket(InetAddress host, int port) {
            throw new UnsupportedOperationException("Jedis connects itself");
        }

        @Override
        public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) {
            throw new UnsupportedOperationException("Jedis connects itself");
        }
    }
}
