/** Verified TLS connections for Redisson. */
module io.valkeysecure.redisson {
    requires transitive io.valkeysecure;
    requires transitive redisson;
    requires io.netty.common;
    requires io.netty.handler;
    requires io.netty.transport;
    requires io.valkeysecure.netty;
    requires static org.jspecify;

    exports io.valkeysecure.redisson;
}
