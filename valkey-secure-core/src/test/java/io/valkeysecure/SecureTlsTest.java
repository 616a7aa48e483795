package io.valkeysecure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.adapter.TlsHandshake;
import io.valkeysecure.internal.material.LoadedIdentity;
import io.valkeysecure.testkit.certificate.TestCertificate;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecureTlsTest {
    private static final Clock NEW_YEAR = Clock.fixed(Instant.parse("2030-01-01T00:00:00Z"), ZoneOffset.UTC);
    private static final char[] PASSWORD = "correct-horse-battery".toCharArray();
    private static final TestCertificate ROOT = TestCertificate.root()
            .clock(NEW_YEAR)
            .subject("CN=Example Root")
            .notAfter(Instant.parse("2039-12-30T00:00:00Z"))
            .build();
    private static final TestCertificate CLIENT = ROOT.issue()
            .subject("CN=app")
            .notAfter(Instant.parse("2030-01-31T12:00:00Z"))
            .build();

    @TempDir
    private Path directory = Path.of("");

    @Test
    void describe_everyPart_isGolden() {
        Path anchors = TestCertificate.writeTrustStore(directory.resolve("ca.p12"), "PKCS12", PASSWORD, ROOT);
        Path identity = CLIENT.writeKeyStore(directory.resolve("app.p12"), "PKCS12", PASSWORD);
        try (SecureTls tls = SecureTls.trusting(TrustAnchors.keyStore(anchors, PASSWORD))
                .presenting(ClientIdentity.keyStore(identity, PASSWORD))
                .policy(TlsPolicy.strict())
                .serverIdentity(ServerIdentity.host("valkey.example"))
                .clock(NEW_YEAR)
                .build()) {
            assertThat(tls.describe().lines())
                    .contains(
                            "policy " + TlsPolicy.strict(),
                            "trust anchors key store " + anchors,
                            "  CN=Example Root, not after 2039-12-30T00:00:00Z (3650 days)",
                            "client identity key store " + identity,
                            "  CN=app, not after 2030-01-31T12:00:00Z (30 days)",
                            "server identity dNSName valkey.example",
                            "generation 1 since 2030-01-01T00:00:00Z");
            assertThat(tls.toString()).startsWith("SecureTls[policy strict: ").doesNotContain("\n");
            assertThat(tls + tls.describe()).doesNotContain(new String(PASSWORD));
            assertThat(tls.policy()).isSameAs(TlsPolicy.strict());
        }
    }

    @Test
    void describe_nothingButAnchors_saysSo() {
        try (SecureTls tls = SecureTls.trusting(TrustAnchors.of(ROOT.certificate()))
                .withoutClientIdentity()
                .clock(NEW_YEAR)
                .build()) {
            assertThat(tls.describe().lines())
                    .contains(
                            "policy " + TlsPolicy.modern(),
                            "trust anchors 1 given in memory",
                            "client identity none",
                            "server identity the dialled host",
                            "pins none",
                            "revocation not checked");
        }
    }

    @Test
    void toString_partsThatHoldSecrets_showWhereTheyComeFromOnly() {
        assertThat(ClientIdentity.pem(Path.of("tls.crt"), Path.of("tls.key"), PASSWORD))
                .hasToString("PEM tls.crt, key tls.key");
        assertThat(ClientIdentity.keyStore(Path.of("tls.p12"), PASSWORD, "app"))
                .hasToString("key store tls.p12, entry app");
        assertThat(ClientIdentity.of(CLIENT.privateKey(), CLIENT.chain())).hasToString("given in memory");
        assertThat(TrustAnchors.keyStore(Path.of("ca.p12"), PASSWORD)).hasToString("key store ca.p12");
        assertThat(TrustAnchors.pem(Path.of("a.crt"), Path.of("b.crt"))).hasToString("PEM [a.crt, b.crt]");
        assertThat(new LoadedIdentity(CLIENT.privateKey(), CLIENT.chain())).hasToString("identity of CN=app");
    }

    @Test
    void close_thenHandshake_throws() {
        SecureTls tls = SecureTls.trusting(TrustAnchors.of(ROOT.certificate()))
                .withoutClientIdentity()
                .clock(NEW_YEAR)
                .build();
        Endpoint endpoint = new Endpoint("valkey.example", 6379);
        assertThat(TlsHandshake.start(tls, endpoint, ClientLibrary.OTHER).endpoint())
                .isEqualTo(endpoint);
        tls.close();
        assertThatIllegalStateException()
                .isThrownBy(() -> TlsHandshake.start(tls, endpoint, ClientLibrary.OTHER))
                .withMessageContaining("closed")
                .withMessageContaining("valkey.example:6379");
        assertThatCode(tls::close).doesNotThrowAnyException();
    }

    /** Whom to trust, then what to present, then all else: no other order compiles. */
    @Test
    void builder_steps_areTwoAndMandatory() {
        assertThat(publicMethods(SecureTls.class)
                        .filter(method -> Modifier.isStatic(method.getModifiers()))
                        .filter(method -> !method.getReturnType().isPrimitive()))
                .extracting(Method::getName)
                .containsExactly("trusting");
        assertThat(publicMethods(SecureTls.WantsClientIdentity.class))
                .extracting(Method::getName)
                .containsExactlyInAnyOrder("presenting", "withoutClientIdentity");
        assertThat(SecureTls.class.getConstructors()).isEmpty();
        assertThat(SecureTls.Builder.class.getConstructors()).isEmpty();
        assertThat(SecureTls.WantsClientIdentity.class.getConstructors()).isEmpty();
    }

    /** No name of a switch that would loosen something: there is none. */
    @Test
    void api_noMethod_weakens() {
        Stream<String> names = Stream.of(SecureTls.Builder.class, TlsPolicy.Builder.class, ServerIdentity.class)
                .flatMap(SecureTlsTest::publicMethods)
                .map(Method::getName);
        assertThat(names)
                .noneMatch(name -> name.matches("(?i).*(insecure|unsafe|trustall|any$|skip|disable|ignore).*"));
    }

    private static Stream<Method> publicMethods(Class<?> type) {
        return Arrays.stream(type.getDeclaredMethods()).filter(method -> Modifier.isPublic(method.getModifiers()));
    }

    @Test
    void builder_nulls_areRefusedAtOnce() {
        assertThatNullPointerException().isThrownBy(() -> SecureTls.trusting(nothing()));
        SecureTls.WantsClientIdentity wants = SecureTls.trusting(TrustAnchors.of(ROOT.certificate()));
        assertThatNullPointerException().isThrownBy(() -> wants.presenting(nothing()));
        SecureTls.Builder builder = wants.withoutClientIdentity();
        assertThatNullPointerException().isThrownBy(() -> builder.policy(nothing()));
        assertThatNullPointerException().isThrownBy(() -> builder.listener(nothing()));
        assertThatNullPointerException().isThrownBy(() -> builder.clock(nothing()));
        assertThatNullPointerException().isThrownBy(() -> builder.serverIdentity(nothing()));
    }

    /** What a caller without a null checker may pass. */
    @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
    private static <T> T nothing() {
        return null;
    }
}
