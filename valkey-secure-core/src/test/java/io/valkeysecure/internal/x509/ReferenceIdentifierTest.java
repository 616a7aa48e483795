package io.valkeysecure.internal.x509;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valkeysecure.internal.verify.Tlv;
import java.util.List;
import org.bouncycastle.asn1.DERIA5String;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.GeneralName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is dialled, what is presented, and when the two match. */
class ReferenceIdentifierTest {
    @ParameterizedTest
    @CsvSource({
        "valkey, dNSName valkey",
        "VALKEY.Example.COM, dNSName valkey.example.com",
        "valkey.example.com., dNSName valkey.example.com",
        "b\u00fccher.example, dNSName xn--bcher-kva.example",
        "a.1b, dNSName a.1b",
        "192.0.2.7, iPAddress 192.0.2.7",
        "0.0.0.0, iPAddress 0.0.0.0",
        "255.255.255.255, iPAddress 255.255.255.255",
        "2001:db8::7, iPAddress 2001:db8:0:0:0:0:0:7",
        "2001:DB8:0:0:0:0:0:7, iPAddress 2001:db8:0:0:0:0:0:7",
        "fe80::1%eth0, iPAddress fe80:0:0:0:0:0:0:1",
        "::1, iPAddress 0:0:0:0:0:0:0:1"
    })
    void host_nameOrAddress_isRead(String host, String expected) {
        assertThat(ReferenceIdentifier.host(host)).hasToString(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "a..b",
                ".a",
                "a_b",
                "a b",
                "-a",
                "a-",
                "*.example.com",
                "127.1",
                "256.0.0.1",
                "1.2.3",
                "1.2.3.4.5",
                "1.2.3.",
                "a.1",
                "0x7f.1",
                "g::1",
                "1:2",
                "a:b",
                "::1/64",
                "[::1]",
                "1.2.3.1234",
                "1..2.3"
            })
    void host_neitherNameNorAddress_isRefused(String host) {
        assertThatThrownBy(() -> ReferenceIdentifier.host(host))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected a DNS name")
                .hasMessageContaining("was \"" + host + "\"");
    }

    @Test
    void host_ofLongestLabelAndName_isRead() {
        String label = "a".repeat(63);
        String longest = label + "." + label + "." + label + "." + "a".repeat(61);
        assertThat(longest).hasSize(253);
        assertThat(CertificateName.isDnsName(longest)).isTrue();
        assertThat(CertificateName.isDnsName("a" + longest)).isFalse();
        assertThat(CertificateName.isDnsName(longest + "a")).isFalse();
        assertThat(CertificateName.isDnsName(label + "a")).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"192.0.2.7, true", "::1, true", "fe80::1%eth0, true", "localhost, false", "1.2.3, false", "a:b, false"})
    void isAddress_literal_isTrue(String host, boolean expected) {
        assertThat(IpLiteral.isAddress(host)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "a.example.com, a.example.com, true",
        "a.example.com, A.EXAMPLE.com, true",
        "A.example.com, a.example.com, true",
        "a.example.com, *.example.com, true",
        "a.example.com, *.EXAMPLE.com, true",
        "a.example.com, b.example.com, false",
        "a.example.com, example.com, false",
        "example.com, *.example.com, false",
        "a.b.example.com, *.example.com, false",
        "a.example.com, *.com, false",
        "xn--bcher-kva.example.com, *.example.com, true",
        "localhost, localhost, true",
        "localhost, *.localhost, false",
        "aexample.com, *.example.com, false"
    })
    void dns_pattern_matchesOneLabelByAWildcard(String host, String presented, boolean expected) {
        assertThat(ReferenceIdentifier.match(ReferenceIdentifier.host(host), List.of(dns(presented))))
                .isEqualTo(expected);
    }

    @Test
    void match_ofSeveralNames_needsOne() {
        assertThat(ReferenceIdentifier.match(
                        ReferenceIdentifier.host("b.example.com"), List.of(dns("a.example.com"), dns("b.example.com"))))
                .isTrue();
        assertThat(ReferenceIdentifier.match(ReferenceIdentifier.host("b.example.com"), List.of()))
                .isFalse();
    }

    @Test
    void match_acrossTypes_isNone() {
        GeneralName address = new GeneralName(GeneralName.iPAddress, new DEROctetString(new byte[] {10, 0, 0, 1}));
        assertThat(ReferenceIdentifier.match(ReferenceIdentifier.host("10.0.0.1"), List.of(address)))
                .isTrue();
        assertThat(ReferenceIdentifier.match(ReferenceIdentifier.host("10.0.0.2"), List.of(address)))
                .isFalse();
        assertThat(ReferenceIdentifier.match(ReferenceIdentifier.host("10.0.0.1"), List.of(dns("10.0.0.1"))))
                .isFalse();
        assertThat(ReferenceIdentifier.match(ReferenceIdentifier.host("a.example.com"), List.of(uri("a.example.com"))))
                .isFalse();
        assertThat(ReferenceIdentifier.match(ReferenceIdentifier.host("::ffff:10.0.0.1"), List.of(address)))
                .isFalse();
        GeneralName mapped = new GeneralName(
                GeneralName.iPAddress,
                new DEROctetString(Tlv.bytes(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 1)));
        assertThat(ReferenceIdentifier.match(ReferenceIdentifier.host("::ffff:10.0.0.1"), List.of(mapped)))
                .isTrue();
        assertThat(ReferenceIdentifier.match(ReferenceIdentifier.host("10.0.0.1"), List.of(mapped)))
                .isFalse();
    }

    @Test
    void spiffeId_matchesTheOnlyUriExactly() {
        ReferenceIdentifier.Expected id = ReferenceIdentifier.spiffeId("spiffe://example.org/valkey/1");
        assertThat(id).hasToString("uniformResourceIdentifier spiffe://example.org/valkey/1");
        assertThat(ReferenceIdentifier.match(id, List.of(dns("x"), uri("spiffe://example.org/valkey/1"))))
                .isTrue();
        assertThat(ReferenceIdentifier.match(id, List.of(uri("spiffe://example.org/valkey/2"))))
                .isFalse();
        assertThat(ReferenceIdentifier.match(id, List.of(uri("spiffe://example.org/valkey/1/2"))))
                .isFalse();
        assertThat(ReferenceIdentifier.match(
                        id, List.of(uri("spiffe://example.org/valkey/1"), uri("https://a.example/"))))
                .isFalse();
        assertThat(ReferenceIdentifier.match(id, List.of(dns("spiffe.example.org"))))
                .isFalse();
    }

    @Test
    void spiffeTrustDomain_matchesAnyIdOfTheDomain() {
        ReferenceIdentifier.Expected domain = ReferenceIdentifier.spiffeTrustDomain("example.org");
        assertThat(domain).hasToString("uniformResourceIdentifier spiffe://example.org/*");
        assertThat(ReferenceIdentifier.match(domain, List.of(uri("spiffe://example.org/valkey"))))
                .isTrue();
        assertThat(ReferenceIdentifier.match(domain, List.of(uri("spiffe://example.org.evil/valkey"))))
                .isFalse();
        assertThat(ReferenceIdentifier.match(domain, List.of(uri("spiffe://example.org/valkey/../x"))))
                .isFalse();
        assertThat(ReferenceIdentifier.match(domain, List.of(uri("https://example.org/valkey"))))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "spiffe://example.org",
                "spiffe://example.org/",
                "spiffe://Example.org/a",
                "spiffe://example.org:1/a",
                "spiffe://u@example.org/a",
                "spiffe://example.org/a?b",
                "spiffe://example.org/a#b",
                "spiffe://example.org/a//b",
                "spiffe://example.org/./a",
                "spiffe://example.org/a/..",
                "https://example.org/a",
                "spiffe:///a"
            })
    void spiffeId_thatIsNone_isRefused(String id) {
        assertThatThrownBy(() -> ReferenceIdentifier.spiffeId(id))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("SPIFFE ID must be spiffe://trust-domain/path")
                .hasMessageContaining(id);
    }

    @Test
    void spiffeId_ofTheLargestLength_isRead() {
        String prefix = "spiffe://example.org/";
        assertThat(ReferenceIdentifier.spiffeId(prefix + "a".repeat(2048 - prefix.length())))
                .isNotNull();
        assertThatThrownBy(() -> ReferenceIdentifier.spiffeId(prefix + "a".repeat(2049 - prefix.length())))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Example.org", "example.org/a", "example.org/a?", "a b", "example.org:1"})
    void spiffeTrustDomain_thatIsNone_isRefused(String domain) {
        assertThatThrownBy(() -> ReferenceIdentifier.spiffeTrustDomain(domain))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("SPIFFE trust domain must be");
    }

    @Test
    void description_namesTheTypeAndHidesControlCharacters() {
        assertThat(CertificateName.describe(dns("a\nb\u007f~ "))).isEqualTo("dNSName a\\u000ab\\u007f~ ");
        assertThat(CertificateName.describe(uri("a:b"))).isEqualTo("uniformResourceIdentifier a:b");
        assertThat(CertificateName.describe(new GeneralName(GeneralName.rfc822Name, "a@b")))
                .isEqualTo("rfc822Name a@b");
        assertThat(CertificateName.describe(new GeneralName(new X500Name("CN=a"))))
                .isEqualTo("directoryName CN=a");
        assertThat(CertificateName.describe(new GeneralName(GeneralName.registeredID, "1.2.3")))
                .isEqualTo("a name of type 8");
        assertThat(CertificateName.describe(
                        new GeneralName(GeneralName.iPAddress, new DEROctetString(new byte[] {1, 2, 3}))))
                .isEqualTo("iPAddress 010203");
        assertThat(CertificateName.describe(new GeneralName(GeneralName.iPAddress, new DEROctetString(new byte[16]))))
                .isEqualTo("iPAddress 0:0:0:0:0:0:0:0");
        assertThat(CertificateName.describe(dns("a".repeat(253)))).isEqualTo("dNSName " + "a".repeat(253));
        assertThat(CertificateName.describe(dns("a".repeat(257))))
                .isEqualTo("dNSName " + "a".repeat(256) + "... (1 characters more)");
    }

    @Test
    void description_ofManyNames_isCutShort() {
        List<GeneralName> ten = java.util.Collections.nCopies(10, dns("a"));
        List<GeneralName> twelve = java.util.Collections.nCopies(12, dns("a"));
        assertThat(CertificateName.describe(List.of(dns("a"), dns("b")))).isEqualTo("dNSName a, dNSName b");
        assertThat(CertificateName.describe(ten)).doesNotContain("more");
        assertThat(CertificateName.describe(twelve)).endsWith("dNSName a and 2 more");
        assertThat(CertificateName.describe((List<GeneralName>) null)).isEqualTo("no SAN");
    }

    private static GeneralName dns(String name) {
        return new GeneralName(GeneralName.dNSName, new DERIA5String(name));
    }

    private static GeneralName uri(String uri) {
        return new GeneralName(GeneralName.uniformResourceIdentifier, new DERIA5String(uri));
    }

    @Test
    void value_isWhatACertificateHasToHold() {
        assertThat(ReferenceIdentifier.spiffeId("spiffe://example.org/app").value())
                .isEqualTo("spiffe://example.org/app");
        assertThat(ReferenceIdentifier.spiffeTrustDomain("example.org").value()).isEqualTo("spiffe://example.org/");
        assertThat(ReferenceIdentifier.host("DB.example.").value()).isEqualTo("db.example");
    }
}
