package io.valkeysecure.rewrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.valkeysecure.RefusalReason;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Programs that speak plaintext although they set up TLS, run after the recipe against a server that speaks only TLS.
 */
@Tag("long")
class ConnectsTest {
    private static final String LETTUCE = """
            import io.lettuce.core.*;
            import java.io.File;

            public class LettuceProgram {
                public static String ping(File anchors, File identity, int port) {
                    RedisClient client = RedisClient.create("redis://localhost:" + port);
                    client.setOptions(ClientOptions.builder()
                            .sslOptions(SslOptions.builder()
                                    .truststore(anchors, "changeit")
                                    .keystore(identity, "changeit".toCharArray())
                                    .keyStoreType("PKCS12")
                                    .build())
                            .build());
                    try {
                        return client.connect().sync().ping();
                    } finally {
                        client.shutdown();
                    }
                }
            }
            """;
    private static final String JEDIS = """
            import java.io.File;
            import redis.clients.jedis.*;

            public class JedisProgram {
                public static String ping(File anchors, File identity, int port) {
                    JedisClientConfig config = DefaultJedisClientConfig.builder()
                            .sslOptions(SslOptions.builder()
                                    .truststore(anchors, "changeit".toCharArray())
                                    .trustStoreType("PKCS12")
                                    .keystore(identity, "changeit".toCharArray())
                                    .keyStoreType("PKCS12")
                                    .build())
                            .build();
                    try (JedisPool pool = new JedisPool(new HostAndPort("localhost", port), config);
                            Jedis jedis = pool.getResource()) {
                        return jedis.ping();
                    }
                }
            }
            """;
    private static final char[] PASSWORD = "changeit".toCharArray();
    private static final TestCertificate ROOT = TestCertificate.root().build();
    private static final TestCertificate OTHER = TestCertificate.root().build();
    private static final TestCertificate CLIENT = ROOT.issue().subject("CN=app").build();

    @TempDir
    private Path directory = Path.of("");

    @Test
    void programs_afterTheRecipe_connect_andAreRefusedWithAnotherCa() throws Exception {
        Rewritten after = Rewritten.of(LETTUCE, JEDIS);
        assertThat(after.texts()).allSatisfy(text -> assertThat(text).doesNotContain("write-the-path"));
        Path classes = after.compiled(directory);
        File anchors = anchors("ca.p12", ROOT);
        File others = anchors("other.p12", OTHER);
        File identity = CLIENT.writeKeyStore(directory.resolve("client.p12"), "PKCS12", PASSWORD)
                .toFile();
        TestCertificate certificate = ROOT.issue().dnsName("localhost").build();
        try (ValkeyServer server = ValkeyServer.builder(certificate, ROOT).start();
                URLClassLoader loader =
                        new URLClassLoader(new URL[] {classes.toUri().toURL()})) {
            for (String name : new String[] {"LettuceProgram", "JedisProgram"}) {
                Method ping = loader.loadClass(name).getMethod("ping", File.class, File.class, int.class);
                assertThat(ping.invoke(null, anchors, identity, server.port())).isEqualTo("PONG");
                Throwable refused = catchThrowable(() -> ping.invoke(null, others, identity, server.port()));
                assertThat(refused).isInstanceOf(InvocationTargetException.class);
                assertThat(RefusalReason.of(refused.getCause())).as(name).contains(RefusalReason.UNTRUSTED_ISSUER);
            }
        }
    }

    private File anchors(String name, TestCertificate root) throws IOException {
        return TestCertificate.writeTrustStore(directory.resolve(name), "PKCS12", PASSWORD, root)
                .toFile();
    }
}
