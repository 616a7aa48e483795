/** An in-memory CA, real Valkey servers, hostile peers and a recording proxy. */
module io.valkeysecure.testkit {
    exports io.valkeysecure.testkit;
    exports io.valkeysecure.testkit.certificate;
    exports io.valkeysecure.testkit.hostile;
    exports io.valkeysecure.testkit.junit;
    exports io.valkeysecure.testkit.recording;
    exports io.valkeysecure.testkit.server;

    requires static com.github.dockerjava.api;
    requires jdk.httpserver;
    requires org.bouncycastle.pkix;
    requires org.bouncycastle.provider;
    requires org.bouncycastle.util;
    requires static transitive org.jspecify;
    requires static transitive org.junit.jupiter.api;
    requires static org.junit.platform.commons;
    requires static testcontainers;
}
