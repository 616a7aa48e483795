/** Verified TLS connections for Jedis. */
module io.valkeysecure.jedis {
    requires transitive io.valkeysecure;
    requires transitive org.apache.commons.pool2;
    requires transitive redis.clients.jedis;
    requires org.slf4j; // Jedis cannot be loaded without it, and has no descriptor to say so
    requires static org.conscrypt;
    requires static org.jspecify;

    exports io.valkeysecure.jedis;

    provides io.valkeysecure.internal.engine.EngineProvider with
            io.valkeysecure.jedis.engine.ConscryptEngine;
}
