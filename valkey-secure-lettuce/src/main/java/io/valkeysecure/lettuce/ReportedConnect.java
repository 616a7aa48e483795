package io.valkeysecure.lettuce;

import io.lettuce.core.ConnectionBuilder;
import io.lettuce.core.ConnectionFuture;
import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import io.valkeysecure.TlsHandshakeException;
import io.valkeysecure.internal.adapter.RefusalReporter;
import java.util.Iterator;
import java.util.concurrent.CompletionException;
import java.util.function.Function;

/**
 * Connects as Lettuce does, and lets the caller see a refusal that Lettuce loses. If {@code RedisURI.timeout} passes
 * first, the failure has the refusal as suppressed. If the channel is closed before the connecting thread looks for its
 * handler ("RedisHandshakeHandler not registered"), the refusal takes the place of the failure.
 */
final class ReportedConnect {
    private static final AttributeKey<RefusalReporter> REPORTER =
            AttributeKey.valueOf(ReportedConnect.class, "reporter");

    private ReportedConnect() {}

    /** Reports a refusal, if {@link #connect} opened the channel and has not returned a connection yet. */
    static void refused(Channel channel, TlsHandshakeException refusal) {
        RefusalReporter reporter = channel.attr(REPORTER).get();
        if (reporter != null) {
            reporter.refused(refusal);
        }
    }

    static <T> ConnectionFuture<T> connect(
            ConnectionBuilder builder, Function<ConnectionBuilder, ConnectionFuture<T>> connector) {
        RefusalReporter reporter = new RefusalReporter();
        var unused = builder.bootstrap().attr(REPORTER, reporter);
        return connector.apply(builder).handle((connection, failure) -> {
            try {
                if (failure != null) {
                    throw new CompletionException(reported(failure, reporter));
                }
                return connection;
            } finally {
                reporter.end(); // reconnects use the same bootstrap
            }
        });
    }

    private static Throwable reported(Throwable failure, RefusalReporter reporter) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        Iterator<TlsHandshakeException> refusals = reporter.refusals().iterator();
        Throwable reported = cause instanceof IllegalStateException && refusals.hasNext() ? refusals.next() : cause;
        reporter.addTo(reported);
        return reported;
    }
}
