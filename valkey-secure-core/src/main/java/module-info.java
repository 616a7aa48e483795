/** Trust, client identity, policy and verified handshakes; no client library in it. */
@SuppressWarnings("module") // the modules that packages are exported to are built after this one
module io.valkeysecure {
    exports io.valkeysecure;
    exports io.valkeysecure.adapter;
    exports io.valkeysecure.internal.adapter to
            io.valkeysecure.jedis,
            io.valkeysecure.lettuce,
            io.valkeysecure.netty,
            io.valkeysecure.redisson,
            io.valkeysecure.valkeyjava;
    exports io.valkeysecure.internal.annotation to
            io.valkeysecure.jedis,
            io.valkeysecure.lettuce,
            io.valkeysecure.netty,
            io.valkeysecure.redisson,
            io.valkeysecure.valkeyjava;
    exports io.valkeysecure.internal.engine to
            io.valkeysecure.jedis,
            io.valkeysecure.lettuce,
            io.valkeysecure.netty,
            io.valkeysecure.redisson,
            io.valkeysecure.valkeyjava;
    exports io.valkeysecure.internal.root to
            io.valkeysecure.jedis,
            io.valkeysecure.lettuce,
            io.valkeysecure.netty,
            io.valkeysecure.redisson,
            io.valkeysecure.valkeyjava;
    exports io.valkeysecure.internal.text to
            io.valkeysecure.jedis,
            io.valkeysecure.lettuce,
            io.valkeysecure.netty,
            io.valkeysecure.redisson,
            io.valkeysecure.valkeyjava;
    exports io.valkeysecure.micrometer;
    exports io.valkeysecure.observe;

    uses io.valkeysecure.internal.engine.EngineProvider;

    requires java.net.http;
    requires jdk.jfr;
    requires org.bouncycastle.pkix;
    requires org.bouncycastle.provider;
    requires org.bouncycastle.util;
    requires static micrometer.commons;
    requires static micrometer.core;
    requires static transitive org.jspecify;
}
