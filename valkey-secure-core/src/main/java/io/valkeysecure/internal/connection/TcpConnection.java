package io.valkeysecure.internal.connection;

import io.valkeysecure.adapter.ManagedConnection;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * A TCP connection of this process, by its addresses. An IPv4 address that is mapped into IPv6 is the IPv4 address.
 *
 * @param local the address and port on this side
 * @param remote the address and port of the server
 */
record TcpConnection(InetSocketAddress local, InetSocketAddress remote) {

    /** {@return the connection below a connection of an adapter; null if the adapter does not say} */
    static @Nullable TcpConnection below(ManagedConnection connection) {
        return connection.localAddress() instanceof InetSocketAddress local
                        && connection.remoteAddress() instanceof InetSocketAddress remote
                ? new TcpConnection(local, remote)
                : null;
    }
}
