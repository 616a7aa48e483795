/** Verified TLS connections for valkey-java. */
module io.valkeysecure.valkeyjava {
    requires transitive io.valkeysecure;
    requires transitive org.apache.commons.pool2;
    requires transitive valkey.java; // from the name of its file: it has neither a descriptor nor a name
    requires org.slf4j; // valkey-java cannot be loaded without it, and has no descriptor to say so
    requires static org.conscrypt;
    requires static org.jspecify;

    exports io.valkeysecure.valkeyjava;

    provides io.valkeysecure.internal.engine.EngineProvider with
            io.valkeysecure.valkeyjava.engine.ConscryptEngine;
}
