/** Trust, client identity, policy and verified handshakes; no client library in it. */
module io.valkeysecure {
    exports io.valkeysecure;
    exports io.valkeysecure.micrometer;

    requires java.net.http;
    requires jdk.jfr;
    requires org.bouncycastle.pkix;
    requires org.bouncycastle.provider;
    requires org.bouncycastle.util;
    requires static micrometer.commons;
    requires static micrometer.core;
    requires static transitive com.google.errorprone.annotations;
    requires static transitive org.jspecify;
}
