package io.valkeysecure.lettuce;

import io.netty.channel.Channel;
import io.valkeysecure.TlsHandshakeException;
import io.valkeysecure.netty.internal.GuardedClient;
import org.jspecify.annotations.Nullable;

/**
 * What the gate asks of a channel of Lettuce.
 *
 * @param drainHandler drains the channel; null if the channel cannot be drained
 */
record LettuceChannel(@Nullable DrainHandler drainHandler) implements GuardedClient {
    @Override
    public void refused(Channel channel, TlsHandshakeException refusal) {
        ReportedConnect.refused(channel, refusal);
    }

    @Override
    public void drain() {
        if (drainHandler != null) {
            drainHandler.drain();
        }
    }

    @Override
    public void failInFlight(TlsHandshakeException reason) {
        if (drainHandler != null) {
            drainHandler.failInFlight(reason);
        }
    }

    @Override
    public String gaveUp() {
        return "Lettuce closed the channel before the handshake was finished, as it does when RedisURI.timeout has passed";
    }
}
