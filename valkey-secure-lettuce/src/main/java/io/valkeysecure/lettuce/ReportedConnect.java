package io.valkeysecure.lettuce;

import io.lettuce.core.ConnectionBuilder;
import io.lettuce.core.ConnectionFuture;
import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import io.valkeysecure.TlsHandshakeException;
import io.valkeysecure.internal.adapter.RefusalReporter;
import java.util.concurrent.CompletionException;
import java.util.function.Function;

/**
 * Connects as Lettuce does, and adds the refusal to a failure that does not have it. Lettuce loses a refusal in two
 * cases: when {@code RedisURI.timeout} passes first, and when the channel is closed before the connecting thread looks
 * for its handler ("RedisHandshakeHandler not registered").
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
        return connector.apply(builder).whenComplete((connection, failure) -> {
            if (failure != null) {
                reporter.addTo(
                        failure instanceof CompletionException && failure.getCause() != null
                                ? failure.getCause()
                                : failure);
            }
            reporter.end(); // reconnects use the same bootstrap
        });
    }
}
