package io.valkeysecure.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.google.crypto.tink.Aead;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.RegistryConfiguration;
import com.google.crypto.tink.aead.AeadConfig;
import com.google.crypto.tink.aead.PredefinedAeadParameters;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.RedisCodec;
import io.valkeysecure.ClientIdentity;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.jedis.SecureJedis;
import io.valkeysecure.lettuce.SecureLettuce;
import io.valkeysecure.testkit.certificate.TlsMaterial;
import io.valkeysecure.testkit.junit.ValkeyTls;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.function.Consumer;
import javax.crypto.KeyGenerator;
import javax.crypto.SecretKey;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.UnifiedJedis;

/** The classes of docs/alternatives.md that encrypt values, taken from the page and run over TLS. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ApplicationEncryptionTest {
    private static final String SECRET = "4242-4242-4242-4242";
    /** What AES-GCM with a keyset of Tink adds: the key's number, nonce and tag. */
    private static final int ADDED_BYTES = 5 + 12 + 16;

    @ValkeyTls
    private static TlsMaterial material;

    @ValkeyTls(user = TestClient.USER, password = TestClient.PASSWORD, config = "slowlog-log-slower-than 0")
    private static ValkeyServer server;

    private SecureTls tls;

    @TempDir
    private Path classes = Path.of("");

    private Aead aead;

    @BeforeAll
    void makeKeyAndTls() throws GeneralSecurityException {
        tls = SecureTls.trusting(TrustAnchors.pem(material.caFile()))
                .presenting(ClientIdentity.pem(material.certificateFile(), material.keyFile()))
                .build();
        AeadConfig.register();
        aead = KeysetHandle.generateNew(PredefinedAeadParameters.AES256_GCM)
                .getPrimitive(RegistryConfiguration.get(), Aead.class);
    }

    @AfterAll
    void stop() {
        tls.close();
    }

    private Class<?> fromThePage(String name) throws Exception {
        DocumentationExample example = DocumentationExample.all().stream()
                .filter(each ->
                        each.page().equals("alternatives.md") && each.code().contains("final class " + name + " "))
                .findAny()
                .orElseThrow();
        assertThat(example.compile(classes)).isEmpty();
        return new URLClassLoader(
                        new URL[] {classes.toUri().toURL()}, getClass().getClassLoader())
                .loadClass("Example$" + name);
    }

    private void withLettuce(RedisCodec<String, String> codec, Consumer<RedisCommands<String, String>> use) {
        RedisClient lettuce = SecureLettuce.client(
                tls,
                RedisURI.Builder.redis("localhost", server.port())
                        .withSsl(true)
                        .withAuthentication(TestClient.USER, TestClient.PASSWORD)
                        .withTimeout(Duration.ofSeconds(60))
                        .build());
        try (lettuce) {
            use.accept(lettuce.connect(codec).sync());
        }
    }

    /** The server sees the key and the command, and not the value. */
    private void assertHiddenButForTheKey(String key) {
        assertThat(server.execute("GET", key)).isNotEmpty().doesNotContain(SECRET);
        assertThat(server.execute("SLOWLOG", "GET", "-1")).contains("SET", key).doesNotContain(SECRET);
    }

    @Test
    @SuppressWarnings("unchecked")
    void codec_withTink_hidesTheValueOnly() throws Exception {
        Constructor<?> made = fromThePage("EncryptedValues").getDeclaredConstructor(Aead.class);
        made.setAccessible(true);
        withLettuce((RedisCodec<String, String>) made.newInstance(aead), commands -> {
            commands.set("card:1", SECRET);
            commands.set("empty", "");

            assertThat(commands.get("card:1")).isEqualTo(SECRET);
            assertThat(commands.get("empty")).isEmpty();
            assertHiddenButForTheKey("card:1");
            assertThat(server.execute("STRLEN", "card:1")).contains("" + (SECRET.length() + ADDED_BYTES));

            // an exchanged value is not noticed: a codec knows no key
            server.execute("COPY", "card:1", "card:2");
            assertThat(commands.get("card:2")).isEqualTo(SECRET);
            server.execute("SETRANGE", "card:1", "20", "x");
            assertThatThrownBy(() -> commands.get("card:1")).hasStackTraceContaining("was changed");
        });
    }

    @Test
    void store_withTink_bindsTheValueToItsKey() throws Exception {
        try (UnifiedJedis jedis = SecureJedis.client(
                        tls,
                        new HostAndPort("localhost", server.port()),
                        DefaultJedisClientConfig.builder()
                                .user(TestClient.USER)
                                .password(TestClient.PASSWORD)
                                .timeoutMillis(60_000)
                                .build())
                .build()) {
            Class<?> type = fromThePage("EncryptedStore");
            Constructor<?> made = type.getDeclaredConstructor(UnifiedJedis.class, Aead.class);
            made.setAccessible(true);
            Object store = made.newInstance(jedis, aead);
            Method set = accessible(type.getDeclaredMethod("set", String.class, String.class));
            Method get = accessible(type.getDeclaredMethod("get", String.class));

            set.invoke(store, "card:3", SECRET);

            assertThat(get.invoke(store, "card:3")).isEqualTo(SECRET);
            assertThat(get.invoke(store, "card:none")).isNull();
            assertHiddenButForTheKey("card:3");
            server.execute("COPY", "card:3", "card:4");
            assertThat(catchThrowable(() -> get.invoke(store, "card:4")))
                    .isInstanceOf(InvocationTargetException.class)
                    .hasCauseInstanceOf(GeneralSecurityException.class);
        }
    }

    private static Method accessible(Method method) {
        method.setAccessible(true);
        return method;
    }

    @Test
    @SuppressWarnings("unchecked")
    void cipherCodec_withANonceInItsDescriptor_hidesTheValueOnly() throws Exception {
        KeyGenerator generator = KeyGenerator.getInstance("AES");
        generator.init(256);
        Method codec = accessible(fromThePage("CipherCodecValues").getDeclaredMethod("codec", SecretKey.class));
        withLettuce((RedisCodec<String, String>) codec.invoke(null, generator.generateKey()), commands -> {
            commands.set("card:5", SECRET);
            String first = server.execute("GET", "card:5");
            commands.set("card:5", SECRET);

            assertThat(commands.get("card:5")).isEqualTo(SECRET);
            assertThat(server.execute("GET", "card:5")).as("another nonce").isNotEqualTo(first);
            assertHiddenButForTheKey("card:5");
            commands.set("empty", "");
            assertThat(commands.get("empty")).isEmpty();
        });
    }
}
