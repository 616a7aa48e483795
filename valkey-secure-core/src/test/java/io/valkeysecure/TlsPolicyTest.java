package io.valkeysecure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The builder, option by option: absent, smallest, largest, too small, too large, twice, weaker, conflicting. */
class TlsPolicyTest {
    private static final String AES_128 = "TLS_AES_128_GCM_SHA256";
    private static final String AES_256 = "TLS_AES_256_GCM_SHA384";
    private static final String ECDHE_256 = "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384";

    @Test
    void builder_nothingSet_isModern() {
        assertThat(TlsPolicy.builder().build()).hasToString(TlsPolicy.modern().toString());
    }

    @Test
    void modern_versions_areTls12AndTls13() {
        assertThat(TlsPolicy.modern().versions()).containsExactly(TlsVersion.TLS_1_2, TlsVersion.TLS_1_3);
    }

    @Test
    void modern_cipherSuites_areAeadWithForwardSecrecy() {
        assertThat(TlsPolicy.modern().cipherSuites())
                .allMatch(suite -> suite.contains("_GCM_") || suite.contains("_CHACHA20_POLY1305_"))
                .allMatch(suite -> suite.startsWith("TLS_ECDHE_") || !suite.contains("_WITH_"));
    }

    @Test
    void strict_everyOption_isTls13AndNotBelowModern() {
        TlsPolicy strict = TlsPolicy.strict();
        assertThat(strict.versions()).containsExactly(TlsVersion.TLS_1_3);
        assertThat(TlsPolicy.modern().cipherSuites()).containsAll(strict.cipherSuites());
        assertThat(strict.cipherSuites()).noneMatch(suite -> suite.contains("_WITH_"));
        assertThat(strict.serverAuthRequired()).isTrue();
        assertThat(strict.minimumRsaKeyBits()).isGreaterThan(TlsPolicy.modern().minimumRsaKeyBits());
    }

    // minimum version

    @Test
    void minimumVersion_absent_isThePresets() {
        assertThat(TlsPolicy.builder().build().minimumVersion()).isEqualTo(TlsVersion.TLS_1_2);
        assertThat(TlsPolicy.strict().toBuilder().build().minimumVersion()).isEqualTo(TlsVersion.TLS_1_3);
    }

    @Test
    void minimumVersion_tls13_leavesNoSuiteOfTls12() {
        TlsPolicy policy =
                TlsPolicy.builder().minimumVersion(TlsVersion.TLS_1_3).build();
        assertThat(policy.versions()).containsExactly(TlsVersion.TLS_1_3);
        assertThat(policy.cipherSuites()).noneMatch(suite -> suite.contains("_WITH_"));
    }

    @Test
    void minimumVersion_weakerThanPreset_throws() {
        TlsPolicy.Builder builder = TlsPolicy.strict().toBuilder();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.minimumVersion(TlsVersion.TLS_1_2))
                .withMessageContaining("minimum version TLSv1.2")
                .withMessageContaining("TLSv1.3 of the preset");
    }

    @Test
    void minimumVersion_twice_throwsWithTheEarlierValue() {
        TlsPolicy.Builder builder = TlsPolicy.builder().minimumVersion(TlsVersion.TLS_1_2);
        assertThatIllegalStateException()
                .isThrownBy(() -> builder.minimumVersion(TlsVersion.TLS_1_3))
                .withMessage("minimum version was already set to TLS_1_2");
    }

    // cipher suites

    @Test
    void cipherSuites_one_isKept() {
        TlsPolicy policy =
                TlsPolicy.strict().toBuilder().cipherSuites(List.of(AES_128)).build();
        assertThat(policy.cipherSuites()).containsExactly(AES_128);
    }

    @Test
    void cipherSuites_all_areKeptInTheGivenOrder() {
        List<String> reversed = new ArrayList<>(TlsPolicy.modern().cipherSuites());
        java.util.Collections.reverse(reversed);
        assertThat(TlsPolicy.builder().cipherSuites(reversed).build().cipherSuites())
                .isEqualTo(reversed);
    }

    @Test
    void cipherSuites_listChangedAfterwards_isACopy() {
        List<String> given = new ArrayList<>(List.of(AES_256));
        TlsPolicy.Builder builder = TlsPolicy.strict().toBuilder().cipherSuites(given);
        given.add(AES_128);
        assertThat(builder.build().cipherSuites()).containsExactly(AES_256);
    }

    @Test
    void cipherSuites_empty_throws() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TlsPolicy.builder().cipherSuites(List.of()))
                .withMessageContaining("cipher suites must not be empty");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "NOT_A_SUITE",
                "tls_aes_128_gcm_sha256",
                "",
                "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384",
                "TLS_RSA_WITH_AES_256_GCM_SHA384",
                "TLS_EMPTY_RENEGOTIATION_INFO_SCSV",
                "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384"
            })
    void cipherSuites_unknownOrWeak_throwsWithItsName(String suite) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TlsPolicy.builder().cipherSuites(List.of(AES_128, suite)))
                .withMessageContaining("cipher suite must be one of")
                .withMessageEndingWith("was " + suite);
    }

    @Test
    void cipherSuites_oneRepeated_throws() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TlsPolicy.builder().cipherSuites(List.of(AES_128, AES_128)))
                .withMessageContaining("must not repeat");
    }

    @Test
    void cipherSuites_notInThePreset_throws() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TlsPolicy.strict().toBuilder().cipherSuites(List.of(AES_128, ECDHE_256)))
                .withMessageEndingWith("was " + ECDHE_256);
    }

    @Test
    void cipherSuites_twice_throwsWithTheEarlierValue() {
        TlsPolicy.Builder builder = TlsPolicy.strict().toBuilder().cipherSuites(List.of(AES_128));
        assertThatIllegalStateException()
                .isThrownBy(() -> builder.cipherSuites(List.of(AES_256)))
                .withMessage("cipher suites was already set to [" + AES_128 + "]");
    }

    @Test
    void build_noSuiteOfTls13_throws() {
        TlsPolicy.Builder builder = TlsPolicy.builder().cipherSuites(List.of(ECDHE_256));
        assertThatIllegalArgumentException()
                .isThrownBy(builder::build)
                .withMessageContaining("cipher suites must hold one of TLS 1.3");
    }

    @Test
    void build_noSuiteOfTheMinimumVersion_throws() {
        TlsPolicy.Builder builder = TlsPolicy.builder().cipherSuites(List.of(AES_128));
        assertThatIllegalArgumentException()
                .isThrownBy(builder::build)
                .withMessageContaining("no cipher suite of TLS 1.2")
                .withMessageContaining("set the minimum version to TLSv1.3");
    }

    @Test
    void build_suiteBelowTheMinimumVersion_throws() {
        TlsPolicy.Builder builder =
                TlsPolicy.builder().cipherSuites(List.of(AES_128, ECDHE_256)).minimumVersion(TlsVersion.TLS_1_3);
        assertThatIllegalArgumentException().isThrownBy(builder::build).withMessageContaining("leave it out");
    }

    // handshake timeout

    @Test
    void handshakeTimeout_absent_isTenSeconds() {
        assertThat(TlsPolicy.builder().build().handshakeTimeout()).isEqualTo(Duration.ofSeconds(10));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 60_000})
    void handshakeTimeout_smallestAndLargest_areKept(long millis) {
        Duration timeout = Duration.ofMillis(millis);
        assertThat(TlsPolicy.builder().handshakeTimeout(timeout).build().handshakeTimeout())
                .isEqualTo(timeout);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT0S", "PT-1S", "PT0.000999S", "PT1M0.000000001S", "PT9999999999H"})
    void handshakeTimeout_outOfRange_throwsWithTheValue(String timeout) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TlsPolicy.builder().handshakeTimeout(Duration.parse(timeout)))
                .withMessageContaining("handshake timeout must be from PT0.001S to PT1M")
                .withMessageEndingWith("was " + Duration.parse(timeout));
    }

    @Test
    void handshakeTimeout_twice_throwsWithTheEarlierValue() {
        TlsPolicy.Builder builder = TlsPolicy.builder().handshakeTimeout(Duration.ofSeconds(5));
        assertThatIllegalStateException()
                .isThrownBy(() -> builder.handshakeTimeout(Duration.ofSeconds(5)))
                .withMessage("handshake timeout was already set to PT5S");
    }

    // minimum RSA key bits

    @ParameterizedTest
    @ValueSource(ints = {2048, 2049, 16_384})
    void minimumRsaKeyBits_inRange_isKept(int bits) {
        assertThat(TlsPolicy.builder().minimumRsaKeyBits(bits).build().minimumRsaKeyBits())
                .isEqualTo(bits);
    }

    @ParameterizedTest
    @ValueSource(ints = {2047, 1024, 0, -1, Integer.MIN_VALUE})
    void minimumRsaKeyBits_weaker_throws(int bits) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TlsPolicy.builder().minimumRsaKeyBits(bits))
                .withMessageContaining("minimum RSA key bits " + bits + " would be weaker than 2048");
    }

    @ParameterizedTest
    @ValueSource(ints = {16_385, Integer.MAX_VALUE})
    void minimumRsaKeyBits_tooLarge_throws(int bits) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TlsPolicy.builder().minimumRsaKeyBits(bits))
                .withMessageContaining("at most 16384, was " + bits);
    }

    @Test
    void minimumRsaKeyBits_twice_throwsWithTheEarlierValue() {
        TlsPolicy.Builder builder = TlsPolicy.builder().minimumRsaKeyBits(3072);
        assertThatIllegalStateException()
                .isThrownBy(() -> builder.minimumRsaKeyBits(4096))
                .withMessage("minimum RSA key bits was already set to 3072");
    }

    // serverAuth

    @Test
    void requireServerAuth_absentAndSet() {
        assertThat(TlsPolicy.builder().build().serverAuthRequired()).isFalse();
        assertThat(TlsPolicy.builder().requireServerAuth().build().serverAuthRequired())
                .isTrue();
    }

    @Test
    void requireServerAuth_twice_throws() {
        TlsPolicy.Builder builder = TlsPolicy.builder().requireServerAuth();
        assertThatIllegalStateException()
                .isThrownBy(builder::requireServerAuth)
                .withMessage("serverAuth required was already set to true");
    }

    // profile

    @Test
    void requireProfile_absentAndSet() {
        assertThat(TlsPolicy.builder().build().profileRequired()).isFalse();
        assertThat(TlsPolicy.builder().requireProfile().build().profileRequired())
                .isTrue();
    }

    @Test
    void requireProfile_twice_throws() {
        TlsPolicy.Builder builder = TlsPolicy.builder().requireProfile();
        assertThatIllegalStateException()
                .isThrownBy(builder::requireProfile)
                .withMessage("profile required was already set to true");
    }

    // anchors

    @Test
    void requireEveryAnchor_absentAndSet() {
        assertThat(TlsPolicy.builder().build().everyAnchorRequired()).isFalse();
        assertThat(TlsPolicy.builder().requireEveryAnchor().build().everyAnchorRequired())
                .isTrue();
        assertThat(TlsPolicy.strict().toBuilder()
                        .minimumRsaKeyBits(4096)
                        .build()
                        .everyAnchorRequired())
                .isTrue();
    }

    @Test
    void requireEveryAnchor_twice_throws() {
        TlsPolicy.Builder builder = TlsPolicy.builder().requireEveryAnchor();
        assertThatIllegalStateException()
                .isThrownBy(builder::requireEveryAnchor)
                .withMessage("every anchor required was already set to true");
    }

    // the whole

    @Test
    void build_twice_makesEqualPolicies() {
        TlsPolicy.Builder builder = TlsPolicy.builder().minimumVersion(TlsVersion.TLS_1_3);
        assertThat(builder.build()).hasToString(builder.build().toString());
    }

    @Test
    void toBuilder_tightenedTwice_staysTightened() {
        TlsPolicy once = TlsPolicy.builder().minimumRsaKeyBits(3072).build();
        TlsPolicy twice =
                once.toBuilder().handshakeTimeout(Duration.ofSeconds(1)).build();
        assertThat(twice.minimumRsaKeyBits()).isEqualTo(3072);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> twice.toBuilder().minimumRsaKeyBits(2048))
                .withMessageContaining("would be weaker than 3072");
    }

    @Test
    void toString_strict_isOneReadableLine() {
        assertThat(TlsPolicy.strict())
                .hasToString("strict: TLSv1.3, cipher suites [TLS_AES_256_GCM_SHA384, TLS_AES_128_GCM_SHA256,"
                        + " TLS_CHACHA20_POLY1305_SHA256], handshake timeout PT10S, RSA from 3072 bits,"
                        + " serverAuth required, certificates by the profile of RFC 5280, every trust anchor usable,"
                        + " key exchange hybrid preferred");
    }
}
