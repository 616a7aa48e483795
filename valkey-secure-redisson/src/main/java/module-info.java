/** Verified TLS connections for Redisson. */
module io.valkeysecure.redisson {
    requires transitive io.valkeysecure;
    requires transitive redisson;
    requires io.netty.common;
    requires io.netty.handler;
    requires io.netty.transport;
    requires io.valkeysecure.netty;
    // Redisson cannot be loaded without them, and has no descriptor to say so
    requires io.netty.buffer;
    requires io.netty.codec;
    requires io.netty.resolver.dns;
    requires io.reactivex.rxjava3;
    requires net.bytebuddy;
    requires org.slf4j;
    requires org.yaml.snakeyaml;
    requires static org.jspecify;

    exports io.valkeysecure.redisson;
}
