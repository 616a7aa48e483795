/**
 * Real peers for tests of TLS clients: a certificate authority that issues any certificate, real Valkey servers,
 * clusters and sentinels, servers that misbehave in one named way, and a proxy that keeps every byte.
 *
 * <p>Start with {@link io.valkeysecure.testkit.certificate.TestCertificate#root()}, give what it issues to
 * {@link io.valkeysecure.testkit.server.ValkeyServer#builder}, and put a
 * {@link io.valkeysecure.testkit.recording.RecordingProxy} between client and server to see what left the client. With
 * JUnit, {@link io.valkeysecure.testkit.junit.ValkeyTls} on a field starts all of this.
 * {@link io.valkeysecure.testkit.hostile.HostilePeer} plays the servers that a client must refuse.
 *
 * <p>Everything here is for tests only. Keys are made to be thrown away, and the certificate builder makes broken and
 * weak certificates on request. Everything listens on the loopback address only.
 */
@SuppressWarnings("module") // the module that packages are exported to is built after this one
module io.valkeysecure.testkit {
    exports io.valkeysecure.testkit.certificate;
    exports io.valkeysecure.testkit.hostile;
    exports io.valkeysecure.testkit.internal to
            io.valkeysecure.testcontainers;
    exports io.valkeysecure.testkit.internal.server to
            io.valkeysecure.testcontainers;
    exports io.valkeysecure.testkit.junit;
    exports io.valkeysecure.testkit.recording;
    exports io.valkeysecure.testkit.server;

    opens io.valkeysecure.testkit.junit to
            org.junit.platform.commons;

    uses io.valkeysecure.testkit.internal.server.ServerRuntime;

    requires jdk.httpserver;
    requires org.bouncycastle.pkix;
    requires org.bouncycastle.provider;
    requires org.bouncycastle.util;
    requires static transitive org.jspecify;
    requires static org.junit.jupiter.api;
    requires static org.junit.platform.commons;
}
