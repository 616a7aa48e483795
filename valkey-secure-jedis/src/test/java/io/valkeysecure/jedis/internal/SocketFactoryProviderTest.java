package io.valkeysecure.jedis.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import java.security.KeyManagementException;
import java.security.Provider;
import java.security.Security;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.SslOptions;

class SocketFactoryProviderTest {
    private static final SSLSocketFactory FACTORY = (SSLSocketFactory) SSLSocketFactory.getDefault();

    @Test
    void options_giveTheFactory() throws Exception {
        SSLContext context = SocketFactoryProvider.optionsOf(FACTORY).createSslContext();

        assertThat(context.getSocketFactory()).isSameAs(FACTORY);
    }

    @Test
    void provider_isTheLastAndOffersNothingByItself() {
        SslOptions options = SocketFactoryProvider.optionsOf(FACTORY);

        Provider last = Arrays.asList(Security.getProviders()).get(Security.getProviders().length - 1);
        assertThat(last).isInstanceOf(SocketFactoryProvider.class);
        assertThat(last.getServices()).isEmpty();
        assertThat(last.getService("SSLContext", "TLS")).isNull();
        assertThat(last.getService("SSLContext", "Default")).isNull();
        assertThat(options).isNotNull();
    }

    @Test
    void context_isForClientSocketsAndTakesNoTrustOfOthers() throws Exception {
        SSLContext context = SocketFactoryProvider.optionsOf(FACTORY).createSslContext();

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

    /** So that it does not keep the class loader of an application that has ended. */
    @Test
    void provider_isTakenAwayWithTheLastOptions() throws Exception {
        SSLContext context = SocketFactoryProvider.optionsOf(FACTORY).createSslContext();
        String name = context.getProtocol();
        Provider provider = context.getProvider();
        assertThat(provider.getService("SSLContext", name)).isNotNull();

        await().atMost(Duration.ofSeconds(60)).until(() -> {
            System.gc();
            return provider.getService("SSLContext", name) == null;
        });
    }
}
