/** Verified TLS connections for Lettuce. */
module io.valkeysecure.lettuce {
    requires transitive io.valkeysecure;
    requires transitive lettuce.core;
    requires io.netty.buffer;
    requires io.netty.common;
    requires io.netty.handler;
    requires io.netty.resolver.dns; // Lettuce cannot be loaded without it, and has no descriptor to say so
    requires io.netty.transport;
    requires io.valkeysecure.netty;
    requires org.slf4j; // as above
    requires static org.jspecify;

    exports io.valkeysecure.lettuce;
}
