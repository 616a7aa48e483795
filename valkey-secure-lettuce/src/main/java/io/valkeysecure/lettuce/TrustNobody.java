package io.valkeysecure.lettuce;

import io.lettuce.core.SslOptions;
import java.time.Duration;

/**
 * TLS options that trust nobody, for Lettuce's own TLS handler: a channel that kept this handler fails.
 *
 * <p>Lettuce builds an {@code SslContext} from the options for every channel, on the event loop, before the guard
 * replaces the handler. With {@link UnguardedTls} this is a matter of a few objects.
 */
final class TrustNobody extends SslOptions {
    TrustNobody(Duration handshakeTimeout) {
        super(SslOptions.builder()
                .jdkSslProvider()
                .sslContext(context -> context.sslContextProvider(UnguardedTls.PROVIDER))
                .handshakeTimeout(handshakeTimeout)
                .build());
    }
}
