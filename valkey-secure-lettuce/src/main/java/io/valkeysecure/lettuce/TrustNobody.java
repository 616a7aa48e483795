package io.valkeysecure.lettuce;

import io.lettuce.core.SslOptions;
import io.valkeysecure.netty.internal.TrustNobodyFactory;
import java.time.Duration;
import javax.net.ssl.TrustManagerFactory;

/**
 * TLS options that trust nobody, for Lettuce's own TLS handler: a channel that kept this handler fails.
 *
 * <p>Lettuce builds an {@code SslContext} from the options for every channel, on the event loop, before the guard
 * replaces the handler. With a ready trust manager and no key this takes microseconds and reads no file.
 */
final class TrustNobody extends SslOptions {
    static final TrustManagerFactory FACTORY =
            new TrustNobodyFactory("one with Lettuce's own TLS handler, which trusts nobody here; make the client by "
                    + "SecureLettuce.client(...), or give it SecureLettuce.resources(...)");

    TrustNobody(Duration handshakeTimeout) {
        super(SslOptions.builder()
                .jdkSslProvider()
                .trustManager(FACTORY)
                .handshakeTimeout(handshakeTimeout)
                .build());
    }
}
