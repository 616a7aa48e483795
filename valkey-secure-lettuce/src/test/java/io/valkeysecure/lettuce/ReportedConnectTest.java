package io.valkeysecure.lettuce;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.ConnectionBuilder;
import io.lettuce.core.ConnectionFuture;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.AttributeKey;
import io.valkeysecure.Endpoint;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.TlsHandshakeException;
import io.valkeysecure.internal.adapter.RefusalReporter;
import io.valkeysecure.internal.root.RootTypes;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ReportedConnectTest {
    private static final AttributeKey<RefusalReporter> REPORTER =
            AttributeKey.valueOf(ReportedConnect.class, "reporter");

    private final TlsHandshakeException refusal = RootTypes.handshakeRefused(
            RefusalReason.PLAINTEXT_PEER, new Endpoint("localhost", 6379), "expected TLS", null);
    private final EmbeddedChannel channel = new EmbeddedChannel();

    /** What the caller of connect gets where a channel was refused, and Lettuce then fails in its own way. */
    private @Nullable Throwable failure(Throwable ofLettuce) {
        return failure(ofLettuce, true);
    }

    private @Nullable Throwable failure(Throwable ofLettuce, boolean refused) {
        ConnectionBuilder builder = ConnectionBuilder.connectionBuilder();
        builder.bootstrap(new Bootstrap());
        ConnectionFuture<Object> connecting = ReportedConnect.connect(builder, opened -> {
            channel.attr(REPORTER)
                    .set((RefusalReporter) opened.bootstrap().config().attrs().get(REPORTER));
            if (refused) {
                ReportedConnect.refused(channel, refusal);
            }
            return ConnectionFuture.from(
                    InetSocketAddress.createUnresolved("localhost", 6379), CompletableFuture.failedFuture(ofLettuce));
        });
        return connecting
                .handle((connection, failure) -> failure)
                .toCompletableFuture()
                .join()
                .getCause();
    }

    @Test
    void connect_channelClosedBeforeLettuceFindsItsHandler_failsWithTheRefusal() {
        assertThat(failure(new IllegalStateException("RedisHandshakeHandler not registered")))
                .isSameAs(refusal);
    }

    @Test
    void connect_timeoutOfLettuce_hasTheRefusalAsSuppressed() {
        TimeoutException timeout = new TimeoutException("1 s");

        assertThat(failure(timeout)).isSameAs(timeout);
        assertThat(timeout.getSuppressed()).containsExactly(refusal);
    }

    @Test
    void connect_notRefused_failsAsLettuce() {
        IllegalStateException ofLettuce = new IllegalStateException("RedisHandshakeHandler not registered");

        assertThat(failure(ofLettuce, false)).isSameAs(ofLettuce);
        assertThat(ofLettuce.getSuppressed()).isEmpty();
    }
}
