package io.valkeysecure.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.tuple;

import io.valkeysecure.ClientIdentity;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.Rotation;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsConfigurationException;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.jedis.SecureJedis;
import io.valkeysecure.observe.TlsHealth;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.internal.MutableClock;
import io.valkeysecure.testkit.server.ValkeyServer;
import io.valkeysecure.vault.FakeVault.Answer;
import io.valkeysecure.vault.FakeVault.Request;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.RedisClient;

/** Certificates of a Vault that is faked, over HTTPS, used by a real Valkey that asks for them. */
class VaultPkiTest {
    private static final TestCertificate CA =
            TestCertificate.root().subject("CN=Company CA").notAfter(days(3)).build();
    private static final TestCertificate OTHER_CA =
            TestCertificate.root().subject("CN=Other CA").build();
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final Duration LIFE = Duration.ofHours(15);

    /** When the certificates of the kit, which live for six hours, are to be renewed, and not yet over. */
    private static final Duration DUE = Duration.ofHours(5);

    @TempDir
    private Path directory = Path.of("");

    private final MutableClock clock = new MutableClock();
    private FakeVault vault;
    private Path token;

    @BeforeEach
    void start() throws IOException {
        vault = new FakeVault(CA.issue().dnsName("localhost").notAfter(days(2)).build(), CA);
        token = Files.writeString(directory.resolve("token"), FakeVault.TOKEN + "\n");
    }

    @AfterEach
    void stop() {
        vault.close();
    }

    private static Instant days(int ahead) {
        return Instant.now().plus(Duration.ofDays(ahead));
    }

    private VaultPki.Builder pki() {
        return VaultPki.at(vault.address(), TrustAnchors.of(CA.certificate()))
                .tokenFile(token)
                .role("pki", "valkey-client")
                .commonName("app")
                .clock(clock)
                .random(() -> 0);
    }

    /** Asks at calls of reload only, and not by its own checks. */
    private static SecureTls using(VaultPki source) {
        return SecureTls.trusting(TrustAnchors.of(CA.certificate()))
                .presenting(ClientIdentity.from(source))
                .rotation(Rotation.builder().checkInterval(Duration.ofHours(1)).build())
                .build();
    }

    private void assertConnects(SecureTls tls, ValkeyServer server) {
        try (RedisClient client = SecureJedis.client(
                        tls, "rediss://app:correct-horse-battery@localhost:" + server.port())
                .build()) {
            assertThat(client.ping()).isEqualTo("PONG");
        }
    }

    private static ValkeyServer valkey() {
        return ValkeyServer.builder(CA.issue().dnsName("localhost").build(), CA)
                .user("app", "correct-horse-battery")
                .start();
    }

    // asking

    @Test
    void current_tokenOfAFile_presentsACertificateForAKeyThatNeverLeft() throws Exception {
        VaultPki source = pki().dnsNames("app.internal", "app.test")
                .uris("spiffe://example.org/app")
                .ttl(Duration.ofHours(2))
                .build();
        try (ValkeyServer server = valkey();
                SecureTls tls = using(source)) {
            assertConnects(tls, server);
            assertThat(tls.reload()).isFalse();
        }
        assertThat(vault.requests).hasSize(1);
        Request request = vault.requests.get(0);
        assertThat(request.path()).isEqualTo("/v1/pki/sign/valkey-client");
        assertThat(request.token()).isEqualTo(FakeVault.TOKEN);
        assertThat(request.body()).contains("\"common_name\":\"app\"", "\"ttl\":\"7200s\"");
        assertThat(request.body()).doesNotContain("PRIVATE KEY");
        assertThat(request.csr().getSubject()).hasToString("CN=app");
        SubjectPublicKeyInfo key = request.csr().getSubjectPublicKeyInfo();
        assertThat(key.getAlgorithm().getAlgorithm().getId()).isEqualTo("1.2.840.10045.2.1");
    }

    @Test
    void current_appRoleAndRsa_logsInForEachRequest() throws Exception {
        VaultPki source = pki().appRole(
                        Files.writeString(directory.resolve("role-id"), FakeVault.ROLE_ID),
                        Files.writeString(directory.resolve("secret-id"), FakeVault.SECRET_ID + "\n"))
                .rsa(2048)
                .build();
        try (ValkeyServer server = valkey();
                SecureTls tls = using(source)) {
            assertConnects(tls, server);
        }
        assertThat(vault.requests)
                .extracting(Request::path, Request::token)
                .containsExactly(
                        tuple("/v1/auth/approle/login", "null"), tuple("/v1/pki/sign/valkey-client", FakeVault.TOKEN));
        assertThat(vault.requests
                        .get(1)
                        .csr()
                        .getSubjectPublicKeyInfo()
                        .getAlgorithm()
                        .getAlgorithm()
                        .getId())
                .isEqualTo("1.2.840.113549.1.1.1");
    }

    // renewing

    /** At two thirds of the life, or at random up to a fifteenth of it earlier. */
    @ParameterizedTest
    @CsvSource({"0, 10", "0.5, 9.5", "1, 9"})
    void current_afterTwoThirdsOfTheLife_isRenewed(double random, double hours) throws Exception {
        Instant begin = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        vault.answer(request -> vault.signed(vault.builder(request)
                .notBefore(begin)
                .notAfter(begin.plus(LIFE))
                .build()));
        VaultPki source = pki().random(() -> random).build();
        try (SecureTls tls = using(source)) {
            clock.advance(Duration.ofMillis((long) (hours * 3_600_000)).minusMinutes(5));
            assertThat(tls.reload()).isFalse();
            assertThat(vault.requests).hasSize(1);
            clock.advance(Duration.ofMinutes(10));
            assertThat(tls.reload()).isTrue();
            assertThat(vault.requests).hasSize(2);
            assertThat(tls.status().generation()).isEqualTo(2);
        }
        assertThat(vault.requests.get(0).csr().getSubjectPublicKeyInfo())
                .isNotEqualTo(vault.requests.get(1).csr().getSubjectPublicKeyInfo());
    }

    // what goes wrong

    /** Answers that cannot be used, and what is said of each. */
    @SuppressWarnings("ImmutableEnumChecker")
    enum BadAnswer {
        FORBIDDEN((vault, request) -> FakeVault.error(403, "permission denied"), "403", "policy allows update"),
        SEALED((vault, request) -> FakeVault.error(503, "Vault is sealed"), "503", "Vault is sealed", "unseal it"),
        NAME_NOT_ALLOWED(
                (vault, request) -> FakeVault.error(400, "common name app not allowed by this role"),
                "common name app not allowed by this role",
                "a role that allows these names"),
        NO_ROLE((vault, request) -> FakeVault.error(404, ""), "status 404 has no certificate", "mount and role"),
        STANDBY((vault, request) -> Answer.json(307, ""), "307", "the active node"),
        RUBBISH((vault, request) -> new Answer(200, "text/html", "<html>hello</html>"), "has no certificate"),
        NO_CERTIFICATE((vault, request) -> Answer.json(200, "{\"data\":{}}"), "has no certificate"),
        NO_PEM(
                (vault, request) -> Answer.json(200, "{\"data\":{\"certificate\":\"rubbish\"}}"),
                "expected X.509 certificates in PEM"),
        OTHER_KEY(
                (vault, request) -> vault.signed(
                        vault.builder(request, CA.issue().build().keyPair()).build()),
                "was one for another key"),
        OTHER_COMMON_NAME(
                (vault, request) ->
                        vault.signed(vault.builder(request).subject("CN=other").build()),
                "expected a certificate for Names[common=app",
                "was one for common name [other]"),
        WITHOUT_THE_NAMES(
                (vault, request) ->
                        vault.signed(vault.builder(request).withoutNames().build()),
                "and alternative names []",
                "use_csr_sans"),
        EXPIRED(
                (vault, request) -> vault.signed(vault.builder(request)
                        .notBefore(Instant.now().minusSeconds(7200))
                        .notAfter(Instant.now().minusSeconds(3600))
                        .build()),
                "valid now",
                "CertificateExpiredException");

        private final BiFunction<FakeVault, Request, Answer> answer;
        private final String[] told;

        BadAnswer(BiFunction<FakeVault, Request, Answer> answer, String... told) {
            this.answer = answer;
            this.told = told;
        }
    }

    @ParameterizedTest
    @EnumSource
    void renewal_badAnswer_leavesTheLastGoodInForceAndIsToldUntilAGoodOneComes(BadAnswer bad) {
        try (ValkeyServer server = valkey();
                SecureTls tls = using(pki().dnsNames("app.internal").build())) {
            clock.advance(DUE);
            vault.answer(request -> bad.answer.apply(vault, request));
            assertThatExceptionOfType(TlsConfigurationException.class)
                    .isThrownBy(tls::reload)
                    .withMessageContainingAll(bad.told)
                    .withMessageContaining("pki/sign/valkey-client of Vault at " + vault.address())
                    .matches(refused -> refused.reason() == RefusalReason.MATERIAL_UNREADABLE);
            assertThat(tls.health().state()).isEqualTo(TlsHealth.State.DEGRADED);
            assertThat(tls.status().generation()).isEqualTo(1);
            assertConnects(tls, server);
            int asked = vault.requests.size();
            assertThat(vault.requests).noneMatch(request -> request.path().contains("elsewhere"));

            vault.answerWell();
            clock.advance(Duration.ofSeconds(19));
            assertThatExceptionOfType(TlsConfigurationException.class)
                    .isThrownBy(tls::reload)
                    .withMessageContainingAll(bad.told);
            assertThat(vault.requests).hasSize(asked);
            clock.advance(Duration.ofSeconds(2));
            assertThat(tls.reload()).isTrue();
            assertThat(tls.health().details()).isEmpty();
            assertConnects(tls, server);
        }
    }

    @Test
    void build_vaultDoesNotAnswer_failsAfterTheTimeout() {
        CountDownLatch end = new CountDownLatch(1);
        vault.answer(request -> {
            try {
                assertThat(end.await(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return Answer.json(200, "{}");
        });
        try {
            assertThatExceptionOfType(TlsConfigurationException.class)
                    .isThrownBy(
                            () -> using(pki().readTimeout(Duration.ofSeconds(1)).build()))
                    // of the answer; on a busy machine of the connection
                    .withMessageMatching("(?s).*\\bHttp(Connect)?TimeoutException\\b.*")
                    .withMessageContaining("look at address, CA and network");
        } finally {
            end.countDown();
        }
    }

    @Test
    void build_vaultIsDown_failsWithTheAddress() {
        vault.close();
        assertThatExceptionOfType(TlsConfigurationException.class)
                .isThrownBy(() -> using(pki().build()))
                .withMessageContaining("ConnectException")
                .withMessageContaining(vault.address());
    }

    /** Each differs from the Vault of the other tests in one attribute; no token is sent to it. */
    @Test
    void current_vaultThatIsNotProved_getsNoRequest() throws IOException {
        for (TestCertificate identity : new TestCertificate[] {
            CA.issue().dnsName("other.test").build(),
            OTHER_CA.issue().dnsName("localhost").build(),
            CA.issue()
                    .dnsName("localhost")
                    .notAfter(Instant.now().minusSeconds(60))
                    .build()
        }) {
            try (FakeVault other = new FakeVault(identity, CA)) {
                VaultPki source = VaultPki.at(other.address(), TrustAnchors.of(CA.certificate()))
                        .tokenFile(token)
                        .role("pki", "valkey-client")
                        .commonName("app")
                        .build();
                assertThatExceptionOfType(TlsConfigurationException.class)
                        .isThrownBy(() -> using(source))
                        .withMessageContaining("over verified TLS: look at address, CA and network")
                        .withMessageContaining("expected");
                assertThat(other.requests).isEmpty();
            }
        }
    }

    // secrets

    /** What stands before Vault may quote the request. */
    @Test
    void messages_answerThatQuotesTheRequest_holdNoSecret() throws IOException {
        Path roleId = Files.writeString(directory.resolve("role-id"), FakeVault.ROLE_ID);
        Path secretId = Files.writeString(directory.resolve("secret-id"), FakeVault.SECRET_ID);
        vault.answer(request -> FakeVault.error(
                502, "you sent " + request.token() + " " + request.body().replace('"', ' ')));
        for (VaultPki source :
                new VaultPki[] {pki().build(), pki().appRole(roleId, secretId).build()}) {
            assertThatExceptionOfType(TlsConfigurationException.class)
                    .isThrownBy(() -> using(source))
                    .withMessageContaining("you sent")
                    .satisfies(refused ->
                            assertThat(printed(refused)).doesNotContain(FakeVault.TOKEN, FakeVault.SECRET_ID));
            assertThat(source).hasToString("pki/sign/valkey-client of Vault at " + vault.address());
        }
    }

    private static String printed(Throwable thrown) {
        StringWriter text = new StringWriter();
        thrown.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "two words", "two\nlines"})
    void current_tokenFileWithoutOneToken_isTold(String content) throws IOException {
        Files.writeString(token, content);
        assertThatExceptionOfType(TlsConfigurationException.class)
                .isThrownBy(() -> using(pki().build()))
                .withMessageContaining(token + " does not hold one token or ID in one line");
        assertThat(vault.requests).isEmpty();
    }

    @Test
    void current_tokenThatIsRenewedInItsFile_isUsed() throws IOException {
        Files.writeString(token, "hvs.expired");
        VaultPki source = pki().build();
        assertThatExceptionOfType(TlsConfigurationException.class)
                .isThrownBy(() -> using(source))
                .withMessageContaining("permission denied");
        Files.writeString(token, FakeVault.TOKEN);
        clock.advance(Duration.ofSeconds(21));
        using(source).close();
    }

    @Test
    void current_noTokenFile_isTold() {
        VaultPki source = pki().tokenFile(directory.resolve("none")).build();
        assertThatExceptionOfType(TlsConfigurationException.class)
                .isThrownBy(() -> using(source))
                .withMessageContaining("none cannot be read: NoSuchFileException");
    }

    // options

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://vault.internal:8200",
                "vault.internal:8200",
                "https://vault.internal:8200/v1",
                "https://hvs.token@vault.internal:8200",
                "https://vault.internal?token=hvs.token",
                "https://"
            })
    void at_noAddressWithTls_throwsWithoutWhatMayBeASecret(String address) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> VaultPki.at(address, TrustAnchors.of(CA.certificate())))
                .withMessageNotContaining("hvs.token");
    }

    @Test
    void build_incompleteOrMalformedOptions_throw() {
        VaultPki.Builder empty = VaultPki.at("https://vault.internal:8200/", TrustAnchors.of(CA.certificate()));
        assertThatNullPointerException().isThrownBy(empty::build).withMessageContaining("tokenFile");
        empty.tokenFile(token);
        assertThatNullPointerException().isThrownBy(empty::build).withMessageContaining("role");
        assertThatIllegalArgumentException().isThrownBy(() -> empty.role("pki", "../sys"));
        assertThatIllegalArgumentException().isThrownBy(() -> empty.role("pki", "a b"));
        empty.role("pki", "app");
        assertThatNullPointerException().isThrownBy(empty::build).withMessageContaining("common name");
        assertThatIllegalArgumentException().isThrownBy(() -> empty.rsa(1024));
        assertThat(empty.commonName("app").build())
                .hasToString("pki/sign/app of Vault at https://vault.internal:8200/");
    }
}
