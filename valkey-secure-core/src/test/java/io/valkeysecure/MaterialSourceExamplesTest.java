package io.valkeysecure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.sun.net.httpserver.HttpServer;
import io.valkeysecure.testkit.certificate.TestCertificate;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The sources of {@code docs/rotation.md}, compiled and used. */
@SuppressWarnings("JavaUtilDate") // what certificates give
class MaterialSourceExamplesTest {
    private static final TestCertificate ROOT = TestCertificate.root().build();

    private static final class PushedIdentity implements MaterialSource<ClientIdentity> {
        private final AtomicReference<@Nullable ClientIdentity> latest = new AtomicReference<>();
        private final AtomicReference<@Nullable SecureTls> users = new AtomicReference<>();

        @Override
        public ClientIdentity current() throws IOException {
            ClientIdentity identity = latest.get();
            if (identity == null) {
                throw new IOException("no identity was pushed yet");
            }
            return identity;
        }

        void use(SecureTls tls) {
            users.set(tls);
        }

        /** To be called by whoever pushes, first before the {@code SecureTls} is built. */
        void onUpdate(PrivateKey key, List<X509Certificate> chain) {
            latest.set(ClientIdentity.of(key, chain));
            SecureTls tls = users.get();
            if (tls != null) {
                tls.reload();
            }
        }
    }

    private static final class StoredSecret implements MaterialSource<ClientIdentity> {
        private final HttpClient http = HttpClient.newHttpClient();
        private final HttpRequest read;
        private final char[] password;
        private String version = "";
        private @Nullable ClientIdentity last;

        StoredSecret(URI secret, char[] password) {
            this.read = HttpRequest.newBuilder(secret).build();
            this.password = password.clone();
        }

        @Override
        public ClientIdentity current() throws IOException, InterruptedException, GeneralSecurityException {
            HttpResponse<byte[]> answer = http.send(read, HttpResponse.BodyHandlers.ofByteArray());
            if (answer.statusCode() != 200) {
                throw new IOException("the secret store answered with status " + answer.statusCode());
            }
            String seen = answer.headers().firstValue("ETag").orElse("");
            if (last == null || !seen.equals(version)) {
                KeyStore store = KeyStore.getInstance("PKCS12");
                store.load(new ByteArrayInputStream(answer.body()), password);
                String alias = store.aliases().nextElement();
                List<X509Certificate> chain = Arrays.stream(store.getCertificateChain(alias))
                        .map(X509Certificate.class::cast)
                        .toList();
                last = ClientIdentity.of((PrivateKey) store.getKey(alias, password), chain);
                version = seen;
            }
            return last;
        }
    }

    @TempDir
    private Path directory = Path.of("");

    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private URI url(String path) {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
    }

    private void answer(String path, AtomicReference<byte[]> body, AtomicInteger asked) {
        server.createContext(path, exchange -> {
            byte[] bytes = body.get();
            exchange.getResponseHeaders().add("ETag", "\"" + Arrays.hashCode(bytes) + "\"");
            asked.incrementAndGet();
            exchange.sendResponseHeaders(bytes.length == 0 ? 503 : 200, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
    }

    private static SecureTls using(MaterialSource<ClientIdentity> source) {
        return SecureTls.trusting(TrustAnchors.of(ROOT.certificate()))
                .presenting(ClientIdentity.from(source))
                .build();
    }

    @Test
    void pushedIdentity_update_isInForceAtOnce() {
        PushedIdentity pushed = new PushedIdentity();
        assertThatExceptionOfType(TlsConfigurationException.class)
                .isThrownBy(() -> using(pushed))
                .withMessageContaining("no identity was pushed yet");
        TestCertificate first = ROOT.issue().uri("spiffe://example.org/app").build();
        pushed.onUpdate(first.privateKey(), first.chain());
        try (SecureTls tls = using(pushed)) {
            pushed.use(tls);
            TestCertificate second =
                    ROOT.issue().uri("spiffe://example.org/app").build();
            pushed.onUpdate(second.privateKey(), second.chain());
            assertThat(tls.status().generation()).isEqualTo(2);
        }
    }

    @Test
    void storedSecret_newVersion_isInForce() throws IOException {
        char[] password = "correct-horse-battery".toCharArray();
        Path first = ROOT.issue().build().writeKeyStore(directory.resolve("1.p12"), "PKCS12", password);
        Path second = ROOT.issue().build().writeKeyStore(directory.resolve("2.p12"), "PKCS12", password);
        AtomicReference<byte[]> body = new AtomicReference<>(Files.readAllBytes(first));
        answer("/secrets/app", body, new AtomicInteger());
        try (SecureTls tls = using(new StoredSecret(url("/secrets/app"), password))) {
            assertThat(tls.reload()).isFalse();
            body.set(Files.readAllBytes(second));
            assertThat(tls.reload()).isTrue();
        }
    }

    @Test
    void documentation_sources_areTheOnesCompiledHere() throws IOException {
        String source = Files.readString(Path.of("src/test/java/io/valkeysecure/MaterialSourceExamplesTest.java"));
        List<String> examples = blocks(Path.of("../docs/rotation.md"), "implements MaterialSource");
        assertThat(examples).hasSize(2);
        assertThat(examples)
                .allSatisfy(example -> assertThat(withoutSpace(source)).contains(withoutSpace(example)));
    }

    private static List<String> blocks(Path page, String that) throws IOException {
        List<String> found = new ArrayList<>();
        Matcher block = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(page));
        while (block.find()) {
            if (block.group(1).contains(that)) {
                found.add(block.group(1));
            }
        }
        return found;
    }

    /** Line breaks are the formatter's. */
    private static String withoutSpace(String text) {
        return text.replaceAll("\\s", "").replace("privatestaticfinalclass", "finalclass");
    }
}
