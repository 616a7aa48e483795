package io.valkeysecure.lettuce;

import io.lettuce.core.ConnectionBuilder;
import io.lettuce.core.ConnectionFuture;
import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.TlsHandshakeException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

/**
 * Brings the refusal of a first connection to its caller where Lettuce loses it: when {@code RedisURI.timeout} passes first,
 * and when the channel is closed again before the thread that dialled has looked for its handler ("RedisHandshakeHandler not
 * registered").
 */
final class RefusalReporter {
    private static final AttributeKey<AtomicReference<TlsHandshakeException>> KEPT =
            AttributeKey.valueOf(RefusalReporter.class, "kept");

    private RefusalReporter() {}

    /** Keeps what was refused, if the channel was made by {@link #connect}. */
    static void keep(Channel channel, TlsHandshakeException refused) {
        AtomicReference<TlsHandshakeException> kept = channel.attr(KEPT).get();
        if (kept != null) {
            kept.set(refused);
        }
    }

    /** Connects as Lettuce does, and adds the refusal that was kept to a failure that does not tell it. */
    static <T> ConnectionFuture<T> connect(
            ConnectionBuilder builder, Function<ConnectionBuilder, ConnectionFuture<T>> lettuces) {
        AtomicReference<TlsHandshakeException> refusal = new AtomicReference<>();
        var unused = builder.bootstrap().attr(KEPT, refusal);
        return lettuces.apply(builder).whenComplete((connection, failure) -> {
            TlsHandshakeException refused = refusal.get();
            if (failure != null && refused != null && RefusalReason.of(failure).isEmpty()) {
                Throwable shown = failure instanceof CompletionException && failure.getCause() != null
                        ? failure.getCause()
                        : failure;
                shown.addSuppressed(refused);
            }
        });
    }
}
