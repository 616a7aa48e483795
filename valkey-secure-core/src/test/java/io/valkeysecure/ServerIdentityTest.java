package io.valkeysecure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.valkeysecure.testkit.certificate.KeyUsage;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.certificate.TestCertificateBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which names of a leaf match which host (RFC 9525, 6), through the verifier that every connection uses. */
class ServerIdentityTest {
    private static final TestCertificate ROOT = TestCertificate.root().build();
    private static final ChainVerifier VERIFIER =
            ChainVerifier.trusting(TrustAnchors.of(ROOT.certificate())).build();

    @ParameterizedTest
    @CsvSource({
        "valkey.example, valkey.example",
        "VALKEY.Example, valkey.example",
        "valkey.example, VALKEY.EXAMPLE",
        "valkey.example., valkey.example",
        "localhost, localhost",
        "bücher.example, xn--bcher-kva.example",
        "db.valkey.example, *.valkey.example",
        "DB.valkey.example, *.VALKEY.example",
        "valkey.example.test, *.example.test"
    })
    void verify_dnsNameMatches_isAccepted(String host, String dnsName) {
        assertThat(refusal(host, ROOT.issue().dnsName(dnsName))).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "valkey.example, other.example",
        "valkey.example, valkey.example.org",
        "valkey.example, example",
        "db.valkey.example, valkey.example",
        "valkey.example, *.valkey.example",
        "a.db.valkey.example, *.valkey.example"
    })
    void verify_dnsNameDoesNotMatch_isRefused(String host, String dnsName) {
        assertThat(refusal(host, ROOT.issue().dnsName(dnsName))).isEqualTo(RefusalReason.NAME_MISMATCH);
    }

    /** A wildcard that is not a whole leftmost label before two others, and an address, are no names at all. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "d*.valkey.example",
                "*b.valkey.example",
                "db.*.example",
                "*.*.example",
                "*.example",
                "*",
                "127.0.0.1",
                "*.0.0.1"
            })
    void verify_dnsNameIsMalformed_isRefused(String dnsName) {
        assertThat(refusal("db.valkey.example", ROOT.issue().dnsName(dnsName)))
                .isEqualTo(RefusalReason.MALFORMED_CERTIFICATE);
        assertThat(refusal("127.0.0.1", ROOT.issue().dnsName(dnsName))).isEqualTo(RefusalReason.MALFORMED_CERTIFICATE);
        assertThat(refusal("db.valkey.example", ROOT.issue().dnsName("db.valkey.example", dnsName)))
                .isEqualTo(RefusalReason.MALFORMED_CERTIFICATE);
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, 127.0.0.1",
        "::1, ::1",
        "2001:DB8:0:0::1, 2001:db8::1",
    })
    void verify_addressMatches_isAccepted(String host, String address) {
        assertThat(refusal(host, ROOT.issue().ipAddress(address))).isNull();
    }

    @ParameterizedTest
    @CsvSource({"127.0.0.1, 127.0.0.2", "127.0.0.1, ::1", "::1, 127.0.0.1", "localhost, 127.0.0.1"})
    void verify_addressDoesNotMatch_isRefused(String host, String address) {
        assertThat(refusal(host, ROOT.issue().ipAddress(address))).isEqualTo(RefusalReason.NAME_MISMATCH);
    }

    @Test
    void verify_nameInTheCommonNameOnly_isRefused() {
        assertThat(refusal("localhost", ROOT.issue().subject("CN=localhost").withoutNames()))
                .isEqualTo(RefusalReason.NAME_MISMATCH);
        assertThat(refusal("localhost", ROOT.issue().subject("CN=localhost").ipAddress("127.0.0.1")))
                .isEqualTo(RefusalReason.NAME_MISMATCH);
    }

    @Test
    void verify_oneOfSeveralNamesMatches_isAccepted() {
        TestCertificateBuilder leaf =
                ROOT.issue().dnsName("a.example", "b.example").ipAddress("127.0.0.1");
        assertThat(refusal("b.example", leaf)).isNull();
        assertThat(refusal("127.0.0.1", leaf)).isNull();
    }

    @Test
    void verify_nameDoesNotMatch_messageHasExpectedAndSeen() {
        Throwable thrown = catchThrowable(() -> VERIFIER.verify(
                ROOT.issue().dnsName("db.internal").build().chain(), ServerIdentity.host("valkey.example")));
        assertThat(thrown)
                .isInstanceOf(PeerRejectedException.class)
                .hasMessageContaining("dNSName valkey.example")
                .hasMessageContaining("db.internal");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "a..b", "-a", "a-", "a b", "*.example", "a/b", "a@b", "http://a"})
    void host_neitherNameNorAddress_throws(String host) {
        assertThatIllegalArgumentException().isThrownBy(() -> ServerIdentity.host(host));
    }

    /** X509-SVID, 2 and 5.2; each beside the twin that is accepted. */
    @Test
    void verify_spiffeId_isTheOnlyUriOfALeafThatSignsNoCrl() {
        ServerIdentity id = ServerIdentity.spiffeId("spiffe://example.org/valkey");
        assertThat(refusal(id, svid())).isNull();
        assertThat(refusal(id, svid().dnsName("valkey.example"))).isNull();
        assertThat(refusal(id, svid().uri("spiffe://example.org/other"))).isEqualTo(RefusalReason.NAME_MISMATCH);
        assertThat(refusal(id, ROOT.issue().uri("spiffe://example.org/other"))).isEqualTo(RefusalReason.NAME_MISMATCH);
        assertThat(refusal(id, ROOT.issue().uri("spiffe://example.org"))).isEqualTo(RefusalReason.NAME_MISMATCH);
        assertThat(refusal(id, ROOT.issue().dnsName("valkey.example"))).isEqualTo(RefusalReason.NAME_MISMATCH);
        assertThat(refusal(id, svid().keyUsage(KeyUsage.DIGITAL_SIGNATURE))).isNull();
        assertThat(refusal(id, svid().keyUsage(KeyUsage.DIGITAL_SIGNATURE, KeyUsage.CRL_SIGN)))
                .isEqualTo(RefusalReason.KEY_USAGE);
        assertThat(refusal(
                        ServerIdentity.host("valkey.example"),
                        svid().dnsName("valkey.example").keyUsage(KeyUsage.DIGITAL_SIGNATURE, KeyUsage.CRL_SIGN)))
                .isNull();
    }

    private static TestCertificateBuilder svid() {
        return ROOT.issue().uri("spiffe://example.org/valkey");
    }

    @Test
    void toString_nameAndAddress_sayWhatIsExpected() {
        assertThat(ServerIdentity.host("Valkey.Example.")).hasToString("dNSName valkey.example");
        assertThat(ServerIdentity.host("127.0.0.1")).hasToString("iPAddress 127.0.0.1");
    }

    private static @Nullable RefusalReason refusal(String host, TestCertificateBuilder leaf) {
        return refusal(ServerIdentity.host(host), leaf);
    }

    private static @Nullable RefusalReason refusal(ServerIdentity identity, TestCertificateBuilder leaf) {
        try {
            assertThat(VERIFIER.verify(leaf.build().chain(), identity)).isNotNull();
            return null;
        } catch (PeerRejectedException e) {
            return e.reason();
        }
    }
}
