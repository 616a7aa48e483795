package io.valkeysecure.tests;

import static io.valkeysecure.RefusalReason.CONSTRAINT_VIOLATED;
import static io.valkeysecure.RefusalReason.EXPIRED;
import static io.valkeysecure.RefusalReason.KEY_USAGE;
import static io.valkeysecure.RefusalReason.MALFORMED_CERTIFICATE;
import static io.valkeysecure.RefusalReason.NAME_MISMATCH;
import static io.valkeysecure.RefusalReason.NOT_YET_VALID;
import static io.valkeysecure.RefusalReason.PIN_MISMATCH;
import static io.valkeysecure.RefusalReason.REVOCATION_UNKNOWN;
import static io.valkeysecure.RefusalReason.REVOKED;
import static io.valkeysecure.RefusalReason.UNTRUSTED_ISSUER;
import static io.valkeysecure.RefusalReason.WEAK_KEY;
import static io.valkeysecure.RefusalReason.WEAK_SIGNATURE;

import io.valkeysecure.RefusalReason;
import io.valkeysecure.Revocation;
import io.valkeysecure.SecureTls;
import io.valkeysecure.ServerIdentity;
import io.valkeysecure.SpkiPin;
import io.valkeysecure.TlsPolicy;
import io.valkeysecure.testkit.certificate.ExtendedKeyUsage;
import io.valkeysecure.testkit.certificate.GeneralNameType;
import io.valkeysecure.testkit.certificate.KeyType;
import io.valkeysecure.testkit.certificate.KeyUsage;
import io.valkeysecure.testkit.certificate.OcspResponder;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.certificate.TestCertificateBuilder;
import io.valkeysecure.testkit.certificate.TestCrl;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The rows of {@link VerificationTableTest}: what a server may not be, each beside a twin that differs in one attribute
 * and is a good one. The CRLs lie in a directory and the OCSP responders run until this is closed.
 */
final class VerificationRows implements AutoCloseable {
    /** How a certificate is shown. */
    enum Shown {
        /** By the server itself: a Valkey where the row is a twin, a hostile peer where it is not. */
        BY_SERVER,
        /** By a TLS front before a Valkey. */
        BY_FRONT,
        /** By a TLS front that staples what the responder says that the certificate names. */
        BY_STAPLING_FRONT,
        /** By one that does so under TLS 1.2, where the response is a message of its own (RFC 6066, 8). */
        BY_STAPLING_FRONT_OF_TLS_1_2
    }

    /**
     * A server, and what a client asks of it.
     *
     * @param server what it shows
     * @param shown by whom
     * @param anchor whom the client trusts
     * @param host what the client dials
     * @param settings of the client
     * @param later how far the client's clock is moved between the building of its settings and the connection
     */
    record Side(
            TestCertificate server,
            Shown shown,
            TestCertificate anchor,
            String host,
            UnaryOperator<SecureTls.Builder> settings,
            Duration later) {

        Side showing(TestCertificateBuilder other) {
            return showing(other.build());
        }

        Side showing(TestCertificate other) {
            return new Side(other, shown, anchor, host, settings, later);
        }

        Side shown(Shown how) {
            return new Side(server, how, anchor, host, settings, later);
        }

        Side trusting(TestCertificate other) {
            return new Side(server, shown, other, host, settings, later);
        }

        Side dialling(String other) {
            return new Side(server, shown, anchor, other, settings, later);
        }

        Side with(UnaryOperator<SecureTls.Builder> others) {
            return new Side(server, shown, anchor, host, others, later);
        }

        Side with(TlsPolicy policy) {
            return with(tls -> tls.policy(policy));
        }

        Side with(Revocation revocation) {
            return with(tls -> tls.revocation(revocation));
        }

        Side expecting(ServerIdentity identity) {
            return with(tls -> tls.serverIdentity(identity));
        }

        Side pinning(TestCertificate... keys) {
            return with(tls -> tls.pins(
                    Stream.of(keys).map(key -> SpkiPin.of(key.certificate())).toArray(SpkiPin[]::new)));
        }

        Side later(Duration duration) {
            return new Side(server, shown, anchor, host, settings, duration);
        }
    }

    /**
     * A row.
     *
     * @param rule what is demanded, and what breaks it
     * @param says what the message has to name
     */
    record Row(String rule, RefusalReason reason, String says, Side sinful, Side twin) {}

    private static final String BASIC_CONSTRAINTS = "2.5.29.19";
    private static final String SUBJECT_ALTERNATIVE_NAME = "2.5.29.17";
    private static final String NAME_CONSTRAINTS = "2.5.29.30";
    private static final String OCSP_NO_CHECK = "1.3.6.1.5.5.7.48.1.5";
    private static final String UNKNOWN = "1.3.6.1.4.1.55555.1";
    private static final byte[] NULL = {5, 0};
    private static final byte[] EMPTY_SEQUENCE = {0x30, 0};

    private final Instant now = Instant.now();
    private final Instant yesterday = now.minus(Duration.ofDays(1));
    private final Instant tomorrow = now.plus(Duration.ofDays(1));

    private final TestCertificate root =
            TestCertificate.root().subject("CN=Rows Root").build();
    private final TestCertificate ca = ca().subject("CN=Rows CA").build();
    private final TestCertificate server = leaf().build();
    private final TestCertificate other = leaf().build();
    private final Side honest =
            new Side(server, Shown.BY_SERVER, root, "localhost", UnaryOperator.identity(), Duration.ZERO);

    private final List<Row> rows = new ArrayList<>();
    private final List<OcspResponder> responders = new ArrayList<>();
    private final Path directory;
    private int files;

    VerificationRows() {
        try {
            directory = Files.createTempDirectory("verification-rows");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        form();
        validity();
        uses();
        strength();
        profile();
        paths();
        constraints();
        limits();
        names();
        pins();
        identities();
        crls();
        ocsp();
        stapled();
    }

    List<Row> all() {
        return List.copyOf(rows);
    }

    private void row(String rule, RefusalReason reason, String says, Side sinful, Side twin) {
        rows.add(new Row(rule, reason, says, sinful, twin));
    }

    /** A leaf that differs in one attribute from the honest one. */
    private void row(String rule, RefusalReason reason, String says, Side sinful) {
        row(rule, reason, says, sinful, honest);
    }

    private Side leaf(UnaryOperator<TestCertificateBuilder> change) {
        return honest.showing(change.apply(leaf()));
    }

    private TestCertificateBuilder ca() {
        return root.issue().ca();
    }

    private TestCertificateBuilder leaf() {
        return under(ca);
    }

    private static TestCertificateBuilder under(TestCertificateBuilder issuer) {
        return under(issuer.build());
    }

    private static TestCertificateBuilder under(TestCertificate issuer) {
        return issuer.issue().dnsName("localhost");
    }

    private void form() {
        row("version 3: leaf", MALFORMED_CERTIFICATE, "expected version 3", leaf(TestCertificateBuilder::version1));
        row(
                "version 3: intermediate",
                MALFORMED_CERTIFICATE,
                "expected version 3",
                honest.showing(under(ca().version1())),
                honest.showing(under(ca())));
        row(
                "serial number: zero",
                MALFORMED_CERTIFICATE,
                "expected a positive serial number",
                leaf(it -> it.serialNumber(BigInteger.ZERO)),
                honest.showing(leaf().serialNumber(BigInteger.ONE)));
        row(
                "serial number: negative",
                MALFORMED_CERTIFICATE,
                "expected a positive serial number",
                leaf(it -> it.serialNumber(BigInteger.TWO.negate())),
                honest.showing(leaf().serialNumber(BigInteger.TWO)));
        row(
                "serial number: 21 octets",
                MALFORMED_CERTIFICATE,
                "at most 20 octets",
                leaf(it -> it.serialNumber(BigInteger.ONE.shiftLeft(159))),
                honest.showing(leaf().serialNumber(BigInteger.ONE.shiftLeft(158))));
        row(
                "path length: in a leaf",
                MALFORMED_CERTIFICATE,
                "has a path length and is no CA",
                leaf(it -> it.extension(BASIC_CONSTRAINTS, true, new byte[] {0x30, 3, 2, 1, 0})),
                honest.showing(leaf().extension(BASIC_CONSTRAINTS, true, EMPTY_SEQUENCE)));
        row(
                "path length: below zero",
                MALFORMED_CERTIFICATE,
                "has the path length -1",
                honest.showing(under(ca().extension(BASIC_CONSTRAINTS, true, pathLength(-1)))),
                honest.showing(under(ca().extension(BASIC_CONSTRAINTS, true, pathLength(1)))));
        row(
                "key usage: without a bit",
                MALFORMED_CERTIFICATE,
                "has a key usage without a bit",
                leaf(TestCertificateBuilder::keyUsage));
        row(
                "SAN: malformed name beside a good one",
                MALFORMED_CERTIFICATE,
                "malformed name",
                leaf(it -> it.dnsName("-bad-.test")),
                honest.showing(leaf().dnsName("good.test")));
        row(
                "SAN: address of five octets",
                MALFORMED_CERTIFICATE,
                "",
                leaf(it -> it.rawName(7, new byte[5])),
                honest.showing(leaf().rawName(7, new byte[4])));
        row(
                "SAN: empty",
                MALFORMED_CERTIFICATE,
                "",
                leaf(it -> it.withoutNames().extension(SUBJECT_ALTERNATIVE_NAME, false, EMPTY_SEQUENCE)));
        row(
                "name constraints: in a leaf",
                MALFORMED_CERTIFICATE,
                "has name constraints and is a leaf",
                leaf(it -> it.permitted(GeneralNameType.DNS_NAME, "localhost")));
        row(
                "name constraints: empty",
                MALFORMED_CERTIFICATE,
                "",
                honest.showing(under(ca().extension(NAME_CONSTRAINTS, true, EMPTY_SEQUENCE))),
                honest.showing(under(ca())));
        row(
                "name constraints: malformed base",
                MALFORMED_CERTIFICATE,
                "malformed name constraint",
                honest.showing(under(ca().permitted(GeneralNameType.DNS_NAME, "*.localhost"))),
                honest.showing(under(ca().permitted(GeneralNameType.DNS_NAME, "localhost"))));
        row(
                "name constraints: a leading dot does not permit the domain itself",
                CONSTRAINT_VIOLATED,
                "not permitted",
                honest.showing(under(ca().permitted(GeneralNameType.DNS_NAME, ".localhost"))),
                honest.showing(under(ca().permitted(GeneralNameType.DNS_NAME, "localhost"))));
        row(
                "critical extension: unknown in the leaf",
                CONSTRAINT_VIOLATED,
                "critical extension " + UNKNOWN,
                leaf(it -> it.extension(UNKNOWN, true, NULL)),
                honest.showing(leaf().extension(UNKNOWN, false, NULL)));
        row(
                "critical extension: unknown in an intermediate",
                CONSTRAINT_VIOLATED,
                "critical extension " + UNKNOWN,
                honest.showing(under(ca().extension(UNKNOWN, true, NULL))),
                honest.showing(under(ca().extension(UNKNOWN, false, NULL))));
    }

    private static byte[] pathLength(int length) {
        return new byte[] {0x30, 6, 1, 1, (byte) 0xff, 2, 1, (byte) length};
    }

    private void validity() {
        row(
                "not before: leaf",
                NOT_YET_VALID,
                "leaf CN=",
                leaf(it -> it.notBefore(tomorrow).notAfter(tomorrow.plusSeconds(3600))));
        row(
                "not before: intermediate",
                NOT_YET_VALID,
                "intermediate CN=",
                honest.showing(under(ca().notBefore(tomorrow).notAfter(tomorrow.plusSeconds(3600)))),
                honest.showing(under(ca().notBefore(yesterday))));
        row(
                "not after: leaf",
                EXPIRED,
                "leaf CN=",
                leaf(it -> it.notBefore(yesterday).notAfter(now.minusSeconds(60))),
                honest.showing(leaf().notBefore(yesterday)));
        row(
                "not after: intermediate",
                EXPIRED,
                "intermediate CN=",
                honest.showing(under(ca().notBefore(yesterday).notAfter(now.minusSeconds(60)))),
                honest.showing(under(ca().notBefore(yesterday))));
        TestCertificate dying =
                TestCertificate.root().notAfter(now.plusSeconds(900)).build();
        Side underDying = honest.trusting(dying).showing(under(dying));
        row(
                "not after: trust anchor, since it was loaded",
                EXPIRED,
                "trust anchor CN=",
                underDying.later(Duration.ofSeconds(1000)),
                underDying);
    }

    private void uses() {
        row(
                "CA: the leaf is one",
                CONSTRAINT_VIOLATED,
                "expected a server's certificate as the leaf, it is a CA",
                leaf(it -> it.ca().keyUsage(KeyUsage.DIGITAL_SIGNATURE)));
        TestCertificate serving = TestCertificate.root().dnsName("localhost").build();
        row(
                "CA: the leaf is the trust anchor",
                CONSTRAINT_VIOLATED,
                "",
                honest.trusting(serving).showing(serving),
                honest.trusting(serving).showing(under(serving)));
        row(
                "CA: an intermediate without basicConstraints",
                CONSTRAINT_VIOLATED,
                "is no CA (basicConstraints)",
                honest.showing(under(ca().withoutBasicConstraints())),
                honest.showing(under(ca())));
        row(
                "CA: an intermediate that is none",
                CONSTRAINT_VIOLATED,
                "is no CA (basicConstraints)",
                honest.showing(under(ca().extension(BASIC_CONSTRAINTS, true, EMPTY_SEQUENCE))),
                honest.showing(under(ca().extension(BASIC_CONSTRAINTS, true, pathLength(0)))));
        row(
                "key usage: leaf without digitalSignature",
                KEY_USAGE,
                "digitalSignature",
                leaf(it -> it.keyUsage(KeyUsage.KEY_AGREEMENT)),
                honest.showing(leaf().keyUsage(KeyUsage.KEY_AGREEMENT, KeyUsage.DIGITAL_SIGNATURE)));
        row(
                "key usage: leaf with keyCertSign",
                KEY_USAGE,
                "keyCertSign and is no CA",
                leaf(it -> it.keyUsage(KeyUsage.DIGITAL_SIGNATURE, KeyUsage.KEY_CERT_SIGN)));
        row(
                "key usage: intermediate without keyCertSign",
                KEY_USAGE,
                "keyCertSign",
                honest.showing(under(ca().keyUsage(KeyUsage.CRL_SIGN))),
                honest.showing(under(ca().keyUsage(KeyUsage.CRL_SIGN, KeyUsage.KEY_CERT_SIGN))));
        row(
                "purpose: leaf for clients",
                KEY_USAGE,
                "serverAuth",
                leaf(it -> it.extendedKeyUsage(ExtendedKeyUsage.CLIENT_AUTH)),
                honest.showing(leaf().extendedKeyUsage(ExtendedKeyUsage.SERVER_AUTH)));
        row(
                "purpose: leaf for any",
                KEY_USAGE,
                "serverAuth",
                leaf(it -> it.extendedKeyUsage(ExtendedKeyUsage.ANY)),
                honest.showing(leaf().extendedKeyUsage(ExtendedKeyUsage.ANY, ExtendedKeyUsage.SERVER_AUTH)));
        row(
                "purpose: intermediate for code",
                KEY_USAGE,
                "serverAuth",
                honest.showing(under(ca().extendedKeyUsage(ExtendedKeyUsage.CODE_SIGNING))),
                honest.showing(under(ca().extendedKeyUsage(ExtendedKeyUsage.SERVER_AUTH))));
        row(
                "purpose: strict, leaf without",
                KEY_USAGE,
                "serverAuth, has none",
                honest.with(TlsPolicy.strict()).showing(leaf().withoutExtendedKeyUsage()),
                honest.with(TlsPolicy.strict()));
    }

    private void strength() {
        row(
                "key: leaf of RSA 1024",
                WEAK_KEY,
                "has 1024",
                leaf(it -> it.keyType(KeyType.RSA_1024)),
                honest.showing(leaf().keyType(KeyType.RSA_2048)));
        row(
                "key: intermediate of RSA 1024",
                WEAK_KEY,
                "has 1024",
                honest.showing(under(ca().keyType(KeyType.RSA_1024))),
                honest.showing(under(ca().keyType(KeyType.RSA_2048))));
        row(
                "key: intermediate of DSA",
                WEAK_KEY,
                "expected an EC, Edwards or RSA key",
                honest.showing(under(ca().keyType(KeyType.DSA_2048))),
                honest.showing(under(ca().keyType(KeyType.ED25519))));
        row(
                "key: strict, leaf of RSA 2048",
                WEAK_KEY,
                "has 2048",
                honest.with(TlsPolicy.strict()).showing(leaf().keyType(KeyType.RSA_2048)),
                honest.with(TlsPolicy.strict()).showing(leaf().keyType(KeyType.RSA_3072)));
        row(
                "key: leaf with a curve of its own",
                MALFORMED_CERTIFICATE,
                "expected certificates that can be parsed",
                leaf(it -> it.keyType(KeyType.EC_P256_EXPLICIT)),
                honest.showing(leaf().keyType(KeyType.EC_P384)));
        row(
                "signature: leaf by SHA-1",
                WEAK_SIGNATURE,
                "expected a signature with SHA-256",
                leaf(it -> it.signatureAlgorithm("SHA1withECDSA")),
                honest.showing(leaf().signatureAlgorithm("SHA512withECDSA")));
        row(
                "signature: intermediate by SHA-1",
                WEAK_SIGNATURE,
                "expected a signature with SHA-256",
                honest.showing(under(ca().signatureAlgorithm("SHA1withECDSA"))),
                honest.showing(under(ca().signatureAlgorithm("SHA384withECDSA"))));
    }

    private void profile() {
        Side asked = honest.with(TlsPolicy.builder().requireProfile().build());
        row(
                "profile: leaf without authorityKeyIdentifier",
                CONSTRAINT_VIOLATED,
                "authorityKeyIdentifier",
                asked.showing(leaf().withoutAuthorityKeyIdentifier()),
                asked);
        row(
                "profile: intermediate without subjectKeyIdentifier",
                CONSTRAINT_VIOLATED,
                "subjectKeyIdentifier",
                asked.showing(under(ca().withoutSubjectKeyIdentifier())),
                asked);
        row(
                "profile: intermediate without key usage",
                CONSTRAINT_VIOLATED,
                "expected a key usage in a CA",
                asked.showing(under(ca().withoutKeyUsage())),
                asked);
        row(
                "profile: basicConstraints not critical",
                CONSTRAINT_VIOLATED,
                "expected basicConstraints of a CA to be critical",
                asked.showing(under(ca().critical(BASIC_CONSTRAINTS, false))),
                asked);
    }

    private void paths() {
        row(
                "path: other root of the same name",
                UNTRUSTED_ISSUER,
                "CN=Rows Root",
                honest.trusting(TestCertificate.root().subject("CN=Rows Root").build()),
                honest);
        row(
                "path: intermediate missing",
                UNTRUSTED_ISSUER,
                "CN=Rows CA",
                honest.showing(server.withIntermediates()),
                honest.showing(server.withIntermediates(ca)));
        row(
                "path: leaf signed by another key",
                UNTRUSTED_ISSUER,
                "",
                leaf(it -> it.signedWith(KeyType.EC_P256.generate())),
                honest.showing(leaf().signedWith(ca.keyPair())));
        row(
                "path length: of an intermediate",
                CONSTRAINT_VIOLATED,
                "allows 0 CAs below it, there are 1",
                honest.showing(under(ca().ca(0).build().issue().ca())),
                honest.showing(under(ca().ca(1).build().issue().ca())));
        TestCertificate shortRoot = TestCertificate.root().ca(0).build();
        TestCertificate longRoot = TestCertificate.root().ca(1).build();
        row(
                "path length: of the trust anchor",
                CONSTRAINT_VIOLATED,
                "allows 0 CAs below it, there are 1",
                honest.trusting(shortRoot).showing(under(shortRoot.issue().ca())),
                honest.trusting(longRoot).showing(under(longRoot.issue().ca())));
    }

    private void constraints() {
        row(
                "name constraints: not permitted by an intermediate",
                CONSTRAINT_VIOLATED,
                "dNSName localhost, not permitted",
                honest.showing(under(ca().permitted(GeneralNameType.DNS_NAME, "other.test"))),
                honest.showing(under(ca().permitted(GeneralNameType.DNS_NAME, "localhost"))));
        row(
                "name constraints: excluded by an intermediate",
                CONSTRAINT_VIOLATED,
                "dNSName localhost, excluded by",
                honest.showing(under(ca().excluded(GeneralNameType.DNS_NAME, "localhost"))),
                honest.showing(under(ca().excluded(GeneralNameType.DNS_NAME, "other.test"))));
        TestCertificate narrow = TestCertificate.root()
                .permitted(GeneralNameType.DNS_NAME, "other.test")
                .build();
        TestCertificate wide = TestCertificate.root()
                .permitted(GeneralNameType.DNS_NAME, "localhost")
                .build();
        row(
                "name constraints: not permitted by the trust anchor",
                CONSTRAINT_VIOLATED,
                "dNSName localhost, not permitted",
                honest.trusting(narrow).showing(under(narrow.issue().ca())),
                honest.trusting(wide).showing(under(wide.issue().ca())));
        row(
                "name constraints: a name that is not dialled",
                CONSTRAINT_VIOLATED,
                "dNSName other.test, not permitted",
                honest.showing(under(ca().permitted(GeneralNameType.DNS_NAME, "localhost"))
                        .dnsName("other.test")),
                honest.showing(under(ca().permitted(GeneralNameType.DNS_NAME, "localhost"))
                        .dnsName("db.localhost")));
        row(
                "name constraints: a wildcard that covers an excluded name",
                CONSTRAINT_VIOLATED,
                "dNSName *.example.test, excluded by",
                honest.showing(under(ca().excluded(GeneralNameType.DNS_NAME, "db.example.test"))
                        .dnsName("*.example.test")),
                honest.showing(under(ca().excluded(GeneralNameType.DNS_NAME, "a.db.example.test"))
                        .dnsName("*.example.test")));
        row(
                "name constraints: an address",
                CONSTRAINT_VIOLATED,
                "iPAddress 127.0.0.1, not permitted",
                honest.dialling("127.0.0.1").showing(addressUnder("10.0.0.0/8")),
                honest.dialling("127.0.0.1").showing(addressUnder("127.0.0.0/8")));
        row(
                "name constraints: the subject",
                CONSTRAINT_VIOLATED,
                "not permitted",
                honest.showing(under(ca().permitted(GeneralNameType.DIRECTORY_NAME, "O=Here"))
                        .subject("CN=server,O=There")),
                honest.showing(under(ca().permitted(GeneralNameType.DIRECTORY_NAME, "O=Here"))
                        .subject("CN=server,O=Here")));
    }

    private TestCertificateBuilder addressUnder(String range) {
        return under(ca().permitted(GeneralNameType.IP_ADDRESS, range)).ipAddress("127.0.0.1");
    }

    private void limits() {
        row(
                "limit: 1,025 names",
                MALFORMED_CERTIFICATE,
                "has 1025 names in its SAN",
                leaf(it -> it.dnsName(dnsNames(1024))),
                honest.showing(leaf().dnsName(dnsNames(1023))));
        row(
                "limit: names times constraints",
                CONSTRAINT_VIOLATED,
                "expected at most 20000 comparisons",
                honest.showing(under(excluding(30)).dnsName(dnsNames(1000))),
                honest.showing(under(excluding(15)).dnsName(dnsNames(1000))));
        row(
                "limit: 11 certificates, of which the JDK takes 10",
                CONSTRAINT_VIOLATED,
                "exceeds the maximum allowed length",
                honest.showing(withStrays(9)),
                honest.showing(withStrays(8)));
        row(
                "limit: 40 KiB of certificates, of which the JDK takes 32",
                CONSTRAINT_VIOLATED,
                "exceeds the maximum allowed size",
                leaf(it -> it.extension(UNKNOWN, false, octets(40_000))),
                honest.showing(leaf().extension(UNKNOWN, false, octets(20_000))));
    }

    private TestCertificate withStrays(int count) {
        return server.withIntermediates(
                Stream.concat(Stream.of(ca), Stream.generate(() -> ca().build()).limit(count))
                        .toArray(TestCertificate[]::new));
    }

    private static byte[] octets(int length) {
        return ByteBuffer.allocate(length)
                .put((byte) 4)
                .put((byte) 0x82)
                .putShort((short) (length - 4))
                .array();
    }

    private static String[] dnsNames(int count) {
        return IntStream.range(0, count).mapToObj(i -> "h" + i + ".test").toArray(String[]::new);
    }

    private TestCertificateBuilder excluding(int count) {
        TestCertificateBuilder issuer = ca();
        IntStream.range(0, count).forEach(i -> issuer.excluded(GeneralNameType.DNS_NAME, "x" + i + ".test"));
        return issuer;
    }

    private void names() {
        row(
                "name: another",
                NAME_MISMATCH,
                "expected dNSName localhost, leaf has dNSName other.test",
                honest.showing(ca.issue().dnsName("other.test")),
                honest.showing(ca.issue().dnsName("other.test", "localhost")));
        row(
                "name: in the CN only",
                NAME_MISMATCH,
                "leaf has no SAN",
                honest.showing(ca.issue().subject("CN=localhost")),
                honest.showing(leaf().subject("CN=localhost")));
        row(
                "name: wildcard within a label",
                MALFORMED_CERTIFICATE,
                "malformed name dNSName d*.example.test",
                honest.dialling("db.example.test").showing(ca.issue().dnsName("d*.example.test")),
                honest.dialling("db.example.test").showing(ca.issue().dnsName("*.example.test")));
        row(
                "name: wildcard for two labels",
                NAME_MISMATCH,
                "dNSName *.example.test",
                honest.dialling("a.db.example.test").showing(ca.issue().dnsName("*.example.test")),
                honest.dialling("db.example.test").showing(ca.issue().dnsName("*.example.test")));
        row(
                "name: address only by name",
                NAME_MISMATCH,
                "expected iPAddress 127.0.0.1",
                honest.dialling("127.0.0.1"),
                honest.dialling("127.0.0.1").showing(leaf().ipAddress("127.0.0.1")));
    }

    private void pins() {
        TestCertificate backup = TestCertificate.selfSigned().build();
        TestCertificate stray = ca().build();
        Side withStray = honest.showing(server.withIntermediates(ca, stray));
        row(
                "pin: of another leaf",
                PIN_MISMATCH,
                "expected a key of the pins",
                honest.pinning(other, backup),
                honest.pinning(server, backup));
        row(
                "pin: of another intermediate",
                PIN_MISMATCH,
                SpkiPin.of(ca.certificate()).toString(),
                honest.pinning(stray, backup),
                honest.pinning(ca, backup));
        row(
                "pin: of another root",
                PIN_MISMATCH,
                "CN=Rows Root",
                honest.pinning(TestCertificate.root().build(), backup),
                honest.pinning(root, backup));
        row(
                "pin: of a presented certificate that is not of the path",
                PIN_MISMATCH,
                "the path has",
                withStray.pinning(stray, backup),
                withStray.pinning(ca, backup));
    }

    private void identities() {
        String id = "spiffe://example.org/valkey";
        Side one = honest.expecting(ServerIdentity.anyOf("a.test", "b.test"));
        row(
                "identity: none of the names",
                NAME_MISMATCH,
                "expected dNSName a.test or dNSName b.test",
                one,
                one.showing(ca.issue().dnsName("b.test")));
        row(
                "identity: the dialled name instead",
                NAME_MISMATCH,
                "expected dNSName node.test",
                honest.expecting(ServerIdentity.host("node.test")),
                honest.expecting(ServerIdentity.host("node.test"))
                        .showing(ca.issue().dnsName("node.test")));
        Side spiffe = honest.expecting(ServerIdentity.spiffeId(id));
        row("identity: no SPIFFE ID", NAME_MISMATCH, id, spiffe, spiffe.showing(leaf().uri(id)));
        row(
                "identity: SPIFFE ID of another path",
                NAME_MISMATCH,
                id,
                spiffe.showing(leaf().uri(id + "/replica")),
                spiffe.showing(leaf().uri(id)));
        row(
                "identity: SPIFFE ID of another domain",
                NAME_MISMATCH,
                id,
                spiffe.showing(leaf().uri("spiffe://example.com/valkey")),
                spiffe.showing(leaf().uri(id)));
        row(
                "identity: two SPIFFE IDs",
                NAME_MISMATCH,
                id,
                spiffe.showing(leaf().uri(id, "spiffe://example.org/other")),
                spiffe.showing(leaf().uri(id).dnsName("other.test")));
        Side domain = honest.expecting(ServerIdentity.spiffeTrustDomain("example.org"));
        row(
                "identity: trust domain with a suffix",
                NAME_MISMATCH,
                "spiffe://example.org/*",
                domain.showing(leaf().uri("spiffe://example.org.evil/valkey")),
                domain.showing(leaf().uri("spiffe://example.org/evil/valkey")));
        row(
                "identity: trust domain below it",
                NAME_MISMATCH,
                "spiffe://example.org/*",
                domain.showing(leaf().uri("spiffe://sub.example.org/valkey")),
                domain.showing(leaf().uri("spiffe://example.org/sub/valkey")));
    }

    private void crls() {
        TestCertificate revokedCa = ca().build();
        TestCrl ofRoot = root.crl().revoke(revokedCa).build();
        TestCrl ofRevokedCa = revokedCa.crl().build();
        TestCrl good = ca.crl().revoke(other).build();
        Side checked = honest.with(crls(ofRoot, good, ofRevokedCa));
        row("CRL: revoked leaf", REVOKED, "CN=", checked.showing(other), checked);
        row("CRL: revoked intermediate", REVOKED, "CN=", checked.showing(under(revokedCa)), checked);
        row(
                "CRL: stale",
                REVOCATION_UNKNOWN,
                "fresh CRL of CN=Rows CA",
                honest.with(crls(ofRoot, stale(Duration.ofHours(2)))),
                checked);
        row(
                "CRL: staler than tolerated",
                REVOCATION_UNKNOWN,
                "fresh CRL of CN=Rows CA",
                honest.with(crls(ofRoot, stale(Duration.ofHours(2))).withTolerance(Duration.ofHours(1))),
                honest.with(crls(ofRoot, stale(Duration.ofMinutes(30))).withTolerance(Duration.ofHours(1))));
        row(
                "CRL: not yet in force",
                REVOCATION_UNKNOWN,
                "fresh CRL of CN=Rows CA",
                honest.with(crls(
                        ofRoot,
                        ca.crl()
                                .thisUpdate(tomorrow)
                                .nextUpdate(tomorrow.plusSeconds(60))
                                .build())),
                checked);
        row(
                "CRL: signed by another key",
                REVOCATION_UNKNOWN,
                "not signed by the key of CN=Rows CA",
                honest.with(crls(
                        ofRoot, ca.crl().signedWith(KeyType.EC_P256.generate()).build())),
                honest.with(crls(ofRoot, ca.crl().signedWith(ca.keyPair()).build())));
        row(
                "CRL: none of the intermediate",
                REVOCATION_UNKNOWN,
                "fresh CRL of CN=Rows CA",
                honest.with(crls(ofRoot)),
                checked);
        row("CRL: none of the root", REVOCATION_UNKNOWN, "fresh CRL of CN=Rows Root", honest.with(crls(good)), checked);
        row(
                "CRL: a delta alone",
                REVOCATION_UNKNOWN,
                "delta",
                honest.with(crls(ofRoot, ca.crl().number(2).deltaOf(1).build())),
                honest.with(crls(ofRoot, ca.crl().number(2).build())));
        row(
                "CRL: indirect",
                REVOCATION_UNKNOWN,
                "indirect",
                honest.with(crls(ofRoot, ca.crl().indirect().build())),
                honest.with(crls(ofRoot, ca.crl().build())));
        row(
                "CRL: signed by SHA-1",
                REVOCATION_UNKNOWN,
                "fresh CRL of CN=Rows CA",
                honest.with(crls(
                        ofRoot, ca.crl().signatureAlgorithm("SHA1withECDSA").build())),
                honest.with(crls(
                        ofRoot, ca.crl().signatureAlgorithm("SHA256withECDSA").build())));
        TestCertificate mute = ca().keyUsage(KeyUsage.KEY_CERT_SIGN).build();
        row(
                "CRL: issuer without cRLSign",
                REVOCATION_UNKNOWN,
                "lacks cRLSign",
                honest.with(crls(ofRoot, mute.crl().build())).showing(under(mute)),
                checked);
    }

    private TestCrl stale(Duration since) {
        return ca.crl().thisUpdate(yesterday).nextUpdate(now.minus(since)).build();
    }

    private Revocation.Crls crls(TestCrl... lists) {
        return Revocation.crls(Stream.of(lists)
                .map(list -> list.write(directory.resolve(files++ + ".crl")))
                .toArray(Path[]::new));
    }

    private void ocsp() {
        OcspResponder ofRoot = started(OcspResponder.builder(root));
        OcspResponder revoking = started(OcspResponder.builder(root));
        TestCertificate asked = ca().ocspUrl(ofRoot.url()).build();
        TestCertificate revokedCa = ca().ocspUrl(revoking.url()).build();
        revoking.revoke(revokedCa);
        OcspResponder ofCa = started(OcspResponder.builder(asked));
        TestCertificate good = under(asked).ocspUrl(ofCa.url()).build();
        TestCertificate revoked = under(asked).ocspUrl(ofCa.url()).build();
        TestCertificate unknown = under(asked).ocspUrl(ofCa.url()).build();
        ofCa.revoke(revoked);
        ofCa.forget(unknown);

        Side checked = honest.with(Revocation.ocsp()).showing(good);
        row("OCSP: revoked leaf", REVOKED, "CN=", checked.showing(revoked), checked);
        row(
                "OCSP: revoked intermediate",
                REVOKED,
                "CN=",
                checked.showing(under(revokedCa)
                        .ocspUrl(started(OcspResponder.builder(revokedCa)).url())),
                checked);
        row("OCSP: unknown", REVOCATION_UNKNOWN, "unknown", checked.showing(unknown), checked);
        row(
                "OCSP: no responder named",
                REVOCATION_UNKNOWN,
                "names no OCSP responder",
                checked.showing(under(asked)),
                checked);
        OcspResponder down = started(OcspResponder.builder(asked));
        String nobody = down.url();
        down.close();
        row(
                "OCSP: responder down",
                REVOCATION_UNKNOWN,
                nobody,
                checked.showing(under(asked).ocspUrl(nobody)),
                checked);
        answering(
                "OCSP: responder out of order",
                "503",
                OcspResponder.builder(asked).httpStatus(503),
                asked,
                checked);
        answering("OCSP: try later", "tryLater", OcspResponder.builder(asked).responseStatus(3), asked, checked);
        answering(
                "OCSP: stale",
                "",
                OcspResponder.builder(asked).thisUpdate(yesterday).nextUpdate(now.minusSeconds(3600)),
                asked,
                checked);
        answering(
                "OCSP: for another certificate",
                "",
                OcspResponder.builder(asked).forOtherCertificate(),
                asked,
                checked);
        answering(
                "OCSP: signed by another key",
                "",
                OcspResponder.builder(asked).signedWith(KeyType.EC_P256.generate()),
                asked,
                checked);
        answering("OCSP: another nonce", "nonce", OcspResponder.builder(asked).wrongNonce(), asked, checked);
        answering("OCSP: garbage", "", OcspResponder.builder(asked).rawResponse(NULL), asked, checked);
        OcspResponder undelegated = started(OcspResponder.builder(asked)
                .signedBy(asked.issue().extension(OCSP_NO_CHECK, false, NULL).build()));
        OcspResponder delegated = started(OcspResponder.builder(asked)
                .signedBy(asked.issue()
                        .extension(OCSP_NO_CHECK, false, NULL)
                        .extendedKeyUsage(ExtendedKeyUsage.OCSP_SIGNING)
                        .build()));
        row(
                "OCSP: signed by a server of the CA",
                REVOCATION_UNKNOWN,
                "",
                checked.showing(under(asked).ocspUrl(undelegated.url())),
                checked.showing(under(asked).ocspUrl(delegated.url())));
        OcspResponder slow = started(OcspResponder.builder(asked).delay(Duration.ofSeconds(20)));
        TestCertificate waiting = under(asked).ocspUrl(slow.url()).build();
        row(
                "OCSP: slower than the timeout",
                REVOCATION_UNKNOWN,
                slow.url(),
                checked.with(Revocation.ocsp().withTimeout(Duration.ofMillis(300)))
                        .showing(waiting),
                checked);
    }

    private void answering(
            String rule, String says, OcspResponder.Builder responder, TestCertificate issuer, Side checked) {
        row(
                rule,
                REVOCATION_UNKNOWN,
                says,
                checked.showing(under(issuer).ocspUrl(started(responder).url())),
                checked);
    }

    private void stapled() {
        OcspResponder responder = started(OcspResponder.builder(ca));
        TestCertificate good = leaf().ocspUrl(responder.url()).build();
        TestCertificate revoked = leaf().ocspUrl(responder.url()).build();
        TestCertificate unknown = leaf().ocspUrl(responder.url()).build();
        responder.revoke(revoked);
        responder.forget(unknown);
        Side stapled =
                honest.with(Revocation.stapled()).shown(Shown.BY_STAPLING_FRONT).showing(good);
        Side older = stapled.shown(Shown.BY_STAPLING_FRONT_OF_TLS_1_2);
        row("staple under TLS 1.2: none", REVOCATION_UNKNOWN, "the server stapled none", older.showing(leaf()), older);
        row("staple under TLS 1.2: revoked", REVOKED, "CN=", older.showing(revoked), older);
        row("staple under TLS 1.2: unknown", REVOCATION_UNKNOWN, "unknown", older.showing(unknown), older);
        row("staple: none", REVOCATION_UNKNOWN, "the server stapled none", stapled.shown(Shown.BY_FRONT), stapled);
        row("staple: revoked", REVOKED, "CN=", stapled.showing(revoked), stapled);
        row("staple: unknown", REVOCATION_UNKNOWN, "unknown", stapled.showing(unknown), stapled);
        row(
                "staple: stale",
                REVOCATION_UNKNOWN,
                "",
                stapled.showing(leaf().ocspUrl(started(
                                OcspResponder.builder(ca).thisUpdate(yesterday).nextUpdate(now.minusSeconds(3600)))
                        .url())),
                stapled);
        row(
                "staple: signed by another key",
                REVOCATION_UNKNOWN,
                "",
                stapled.showing(leaf().ocspUrl(started(OcspResponder.builder(ca).signedWith(KeyType.EC_P256.generate()))
                        .url())),
                stapled);
    }

    private OcspResponder started(OcspResponder.Builder responder) {
        OcspResponder started = responder.start();
        responders.add(started);
        return started;
    }

    @Override
    public void close() {
        responders.forEach(OcspResponder::close);
        try (Stream<Path> left = Files.list(directory)) {
            for (Path file : left.toList()) {
                Files.delete(file);
            }
            Files.delete(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
