/** The guard of a channel of Netty, for the adapters of this library; without an API of its own. */
@SuppressWarnings("module") // the modules that the package is exported to are built after this one
module io.valkeysecure.netty {
    requires transitive io.valkeysecure;
    requires transitive io.netty.handler;
    requires transitive io.netty.transport;
    requires io.netty.buffer;
    requires io.netty.codec;
    requires io.netty.common;
    requires static org.jspecify;

    exports io.valkeysecure.netty.internal to
            io.valkeysecure.lettuce,
            io.valkeysecure.redisson;

    provides io.valkeysecure.internal.engine.EngineProvider with
            io.valkeysecure.netty.engine.BoringSslEngine;
}
