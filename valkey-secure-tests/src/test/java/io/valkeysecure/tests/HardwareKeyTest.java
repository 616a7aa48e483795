package io.valkeysecure.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.valkeysecure.ClientIdentity;
import io.valkeysecure.Engine;
import io.valkeysecure.MaterialSource;
import io.valkeysecure.Refusal;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.observe.TlsHealth;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Security;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** A client identity whose private key cannot leave its PKCS#11 token, with both clients and a real Valkey. */
class HardwareKeyTest {
    private static final TestCertificate ROOT = TestCertificate.root().build();
    private static final TestCertificate OTHER = TestCertificate.root().build();
    private static final TrustAnchors ANCHORS = TrustAnchors.of(ROOT.certificate());

    @TempDir
    private static Path directory = Path.of("");

    private static SoftHsm token;
    private static ValkeyServer server;

    /** As in {@code docs/key-stores.md}. */
    static final class TokenIdentity implements MaterialSource<ClientIdentity> {
        private final Provider provider;
        private final String alias;

        /** Logs in, once: a token that is given a wrong PIN several times locks itself. */
        TokenIdentity(Provider provider, char[] pin, String alias) throws GeneralSecurityException, IOException {
            this.provider = provider;
            this.alias = alias;
            KeyStore.getInstance("PKCS11", provider).load(null, pin);
        }

        @Override
        public ClientIdentity current() throws GeneralSecurityException, IOException {
            KeyStore store = KeyStore.getInstance("PKCS11", provider);
            store.load(null, null);
            if (!(store.getKey(alias, null) instanceof PrivateKey key)) {
                throw new KeyStoreException(
                        "no private key " + alias + " is on the token, it has " + Collections.list(store.aliases()));
            }
            List<X509Certificate> chain = Arrays.stream(store.getCertificateChain(alias))
                    .map(X509Certificate.class::cast)
                    .toList();
            return ClientIdentity.of(key, chain);
        }
    }

    @BeforeAll
    static void start() throws Exception {
        token = SoftHsm.start(directory);
        server = ValkeyServer.builder(ROOT.issue().dnsName("localhost").build(), ROOT)
                .user(TestClient.USER, TestClient.PASSWORD)
                .start();
    }

    @AfterAll
    static void stop() {
        server.close();
        token.close();
    }

    private static SecureTls tls(ClientIdentity identity, TestClient client) {
        return SecureTls.trusting(ANCHORS)
                .presenting(identity)
                .engine(client.engine())
                .build();
    }

    private static void setAndGet(SecureTls tls, TestClient client) {
        try (TestClient.Connection connection = client.connect(tls, server.host(), server.port())) {
            connection.set("key", "value of " + client);
            assertThat(connection.get("key")).isEqualTo("value of " + client);
        }
    }

    @ParameterizedTest
    @CsvSource({"LETTUCE, EC", "JEDIS, EC", "JEDIS_BORINGSSL, EC", "LETTUCE, RSA", "JEDIS, RSA"})
    void key_onTheToken_isPresentedAndByAnotherCaRefused(TestClient client, String kind) throws Exception {
        KeyPair pair = token.generate(kind);
        assertThat(pair.getPrivate().getEncoded()).isNull();
        assertThat(pair.getPrivate().toString()).contains("unextractable");
        try (SecureTls tls = tls(
                ClientIdentity.of(
                        pair.getPrivate(), ROOT.issue().keyPair(pair).build().chain()),
                client)) {
            setAndGet(tls, client);
        }

        try (SecureTls tls = tls(
                ClientIdentity.of(
                        pair.getPrivate(), OTHER.issue().keyPair(pair).build().chain()),
                client)) {
            assertThat(RefusalReason.of(catchThrowable(() -> setAndGet(tls, client))))
                    .contains(RefusalReason.CLIENT_IDENTITY_REJECTED);
        }
    }

    /** It wants the key itself; what happens by default is in the first line of {@code describe()}. */
    @Test
    void key_onTheToken_isNotForBoringSslByNetty() throws Exception {
        KeyPair pair = token.generate("EC");
        ClientIdentity identity = ClientIdentity.of(
                pair.getPrivate(), ROOT.issue().keyPair(pair).build().chain());
        try (SecureTls tls = SecureTls.trusting(ANCHORS).presenting(identity).build()) {
            assertThat(tls.describe())
                    .containsPattern("for Lettuce and Redisson JDK .*, not BoringSSL: .*for Jedis BoringSSL");
            setAndGet(tls, TestClient.LETTUCE);
        }

        try (SecureTls tls = SecureTls.trusting(ANCHORS)
                .presenting(identity)
                .engine(Engine.boringSsl())
                .build()) {
            assertThat(RefusalReason.of(catchThrowable(() -> setAndGet(tls, TestClient.LETTUCE))))
                    .contains(RefusalReason.KEY_MISMATCH);
        }
    }

    @Test
    void key_ofAnotherCertificate_isAMismatch() throws Exception {
        KeyPair pair = token.generate("EC");
        KeyPair another = token.generate("EC");
        ClientIdentity identity = ClientIdentity.of(
                pair.getPrivate(), ROOT.issue().keyPair(another).build().chain());

        assertThat(RefusalReason.of(catchThrowable(() -> tls(identity, TestClient.JEDIS))))
                .contains(RefusalReason.KEY_MISMATCH);
    }

    @Test
    void provider_notAddedToTheJvm_isSaid() throws Exception {
        KeyPair pair = token.generate("EC");
        ClientIdentity identity = ClientIdentity.of(
                pair.getPrivate(), ROOT.issue().keyPair(pair).build().chain());
        Security.removeProvider(token.provider().getName());
        try {
            Throwable thrown = catchThrowable(() -> tls(identity, TestClient.JEDIS));

            assertThat(RefusalReason.of(thrown)).contains(RefusalReason.MATERIAL_UNREADABLE);
            assertThat(thrown).hasMessageContaining("does not sign").hasMessageContaining("Security.addProvider(..)");
        } finally {
            Security.addProvider(token.provider());
        }
        tls(identity, TestClient.JEDIS).close();
    }

    /** Handles of keys end with the session; the certificate of the key, by which a change is seen, stays. */
    @ParameterizedTest
    @EnumSource(names = {"LETTUCE", "JEDIS"})
    void token_loggedOutAndIn_isReportedAndUsedAgain(TestClient client) throws Exception {
        String alias = "logged-out-" + client;
        KeyPair pair = token.generate("EC");
        token.store(alias, pair, ROOT.issue().keyPair(pair).build().certificate());
        TokenIdentity source = new TokenIdentity(token.provider(), SoftHsm.PIN, alias);
        try (SecureTls tls = tls(ClientIdentity.from(source), client)) {
            assertThat(tls.reload()).isFalse();
            token.logOut();
            try {
                assertThat(Refusal.of(catchThrowable(() -> setAndGet(tls, client))))
                        .hasValueSatisfying(refusal -> assertThat(refusal.message())
                                .contains("is the device of the client identity's private key gone or logged out?"));
                assertThat(RefusalReason.of(catchThrowable(tls::reload))).contains(RefusalReason.MATERIAL_UNREADABLE);
                assertThat(tls.health().state()).isEqualTo(TlsHealth.State.DEGRADED);
            } finally {
                token.logIn();
            }
            assertThat(tls.reload()).isTrue();
            setAndGet(tls, client);
            assertThat(tls.reload()).isFalse();
            assertThat(tls.health().state()).isEqualTo(TlsHealth.State.UP);
        }
    }

    @Test
    void token_renewedUnderTheSameName_isInForce() throws Exception {
        KeyPair first = token.generate("EC");
        token.store("app", first, ROOT.issue().keyPair(first).build().certificate());
        TokenIdentity source = new TokenIdentity(token.provider(), SoftHsm.PIN, "app");
        try (SecureTls tls = tls(ClientIdentity.from(source), TestClient.LETTUCE)) {
            KeyPair second = token.generate("EC");
            token.store("app", second, ROOT.issue().keyPair(second).build().certificate());

            assertThat(tls.reload()).isTrue();
            setAndGet(tls, TestClient.LETTUCE);
        }
    }

    @Test
    void token_unknownName_namesThoseOnIt() throws Exception {
        KeyPair pair = token.generate("EC");
        token.store("known", pair, ROOT.issue().keyPair(pair).build().certificate());
        TokenIdentity source = new TokenIdentity(token.provider(), SoftHsm.PIN, "unknown");

        assertThat(catchThrowable(() -> tls(ClientIdentity.from(source), TestClient.JEDIS)))
                .hasMessageContaining("no private key unknown is on the token")
                .hasMessageContaining("known");
    }

    @Test
    void token_wrongPin_isNotOpened() {
        token.logOut();
        try {
            assertThatThrownBy(() -> new TokenIdentity(token.provider(), "0000".toCharArray(), "app"))
                    .isInstanceOf(IOException.class);
        } finally {
            token.logIn();
        }
    }

    /** The JDK's store of a token takes a file and ignores it. */
    @Test
    void keyStore_ofATokenWithAFile_isRefused() throws Exception {
        Path file = Files.writeString(directory.resolve("decoy"), "no key store");

        assertThat(catchThrowable(() -> tls(ClientIdentity.keyStore(file, "PKCS11", SoftHsm.PIN), TestClient.JEDIS)))
                .hasMessageContaining(file + " was not read");
    }

    @Test
    void documentation_source_isTheOneCompiledHere() throws IOException {
        String source = Files.readString(Path.of("src/test/java/io/valkeysecure/tests/HardwareKeyTest.java"));
        String example = Pattern.compile("```java\n(final class TokenIdentity.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(Path.of("../docs/key-stores.md")))
                .results()
                .findFirst()
                .orElseThrow()
                .group(1);

        assertThat(source.replaceAll("\\s", "")).contains(example.replaceAll("\\s", ""));
    }
}
