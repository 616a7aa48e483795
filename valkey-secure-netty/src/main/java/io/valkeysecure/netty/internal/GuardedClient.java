package io.valkeysecure.netty.internal;

import io.netty.channel.Channel;
import io.valkeysecure.TlsHandshakeException;

/** What {@link TlsGate} asks of the client library whose channel it guards. Called on the channel's event loop. */
public interface GuardedClient {
    /** Reports a refusal to whoever waits for the channel. The gate closes the channel. */
    void refused(Channel channel, TlsHandshakeException refusal);

    /** Closes the verified channel as soon as no command is affected. May be called again. */
    void drain();

    /** Fails the commands in flight. The gate closes the channel. */
    void failInFlight(TlsHandshakeException reason);

    /** {@return what it means that the client closed the channel before the handshake was finished} */
    String gaveUp();
}
