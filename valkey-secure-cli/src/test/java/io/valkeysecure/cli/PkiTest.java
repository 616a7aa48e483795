package io.valkeysecure.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.valkeysecure.ChainVerifier;
import io.valkeysecure.ClientIdentity;
import io.valkeysecure.SecureTls;
import io.valkeysecure.ServerIdentity;
import io.valkeysecure.TlsPolicy;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.cli.pki.authority.KeyType;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.hostile.HostilePeer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The command {@code pki}: what it makes, what it refuses to make, and what is left behind of that: nothing. */
class PkiTest {
    private static final String PASSPHRASE = "correct-horse-battery";

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private static Path common;

    private static Path passphrase;
    private static Path ca;

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path directory;

    @BeforeAll
    static void makeCa() throws IOException {
        passphrase = Files.writeString(common.resolve("passphrase"), PASSPHRASE + "\n");
        ca = common.resolve("ca");
        assertThat(pki("init " + ca + " --intermediate").err()).isEmpty();
    }

    private static Outcome pki(String line) {
        return Outcome.ofLine("pki " + line + " --passphrase-file " + passphrase);
    }

    // What is made.

    /** Every profile, and every type of key for a CA and a leaf that is server and client. */
    @ParameterizedTest
    @EnumSource(KeyType.class)
    void everyProfileAndKeyType_passesTheStrictPolicyAndOpenssl(KeyType type) throws Exception {
        // a key of 4096 bits takes seconds to be found: one is enough, the leaf's
        Path own = type == KeyType.RSA_4096 ? ca : directory.resolve("ca");
        boolean intermediate = type == KeyType.EC_P256;
        if (type != KeyType.RSA_4096) {
            assertThat(pki("init " + own + " --key-type " + type + (intermediate ? " --intermediate" : ""))
                            .err())
                    .isEmpty();
        }

        for (String profile : intermediate ? List.of("server", "peer", "client") : List.of("peer")) {
            Path out = directory.resolve(profile);
            String order = profile.equals("client")
                    ? "client " + own + " app"
                    : "server " + own + " localhost 127.0.0.1" + (profile.equals("peer") ? " --peer" : "");
            assertThat(pki(order + " --key-type " + type + " --out " + out).err())
                    .isEmpty();
            Path certificate = directory.resolve(profile + ".crt");
            Path key = directory.resolve(profile + ".key");
            if (!profile.equals("client")) {
                opensslAccepts(own, certificate, "sslserver");
                ChainVerifier strict = ChainVerifier.trusting(TrustAnchors.pem(own.resolve("ca.crt")))
                        .policy(TlsPolicy.strict())
                        .build();
                assertThat(strict.verify(chain(certificate), ServerIdentity.host("127.0.0.1"))
                                .certificates())
                        .isNotEmpty();
            }
            if (!profile.equals("server")) {
                opensslAccepts(own, certificate, "sslclient");
                SecureTls.trusting(TrustAnchors.pem(own.resolve("ca.crt")))
                        .presenting(ClientIdentity.pem(certificate, key))
                        .policy(TlsPolicy.strict())
                        .build()
                        .close();
            }
        }
    }

    private static void opensslAccepts(Path own, Path certificate, String purpose) throws Exception {
        Tool.Run run = Tool.of("openssl", "openssl")
                .run(
                        "verify",
                        "-x509_strict",
                        "-purpose",
                        purpose,
                        "-CAfile",
                        own.resolve("ca.crt").toString(),
                        "-untrusted",
                        certificate.toString(),
                        certificate.toString());
        assertThat(run).isEqualTo(new Tool.Run(0, certificate + ": OK\n"));
    }

    @Test
    void server_isNoClient_andAClientNoServer() throws Exception {
        assertThat(pki("server " + ca + " localhost --out " + directory.resolve("s"))
                        .exitCode())
                .isZero();
        assertThat(pki("client " + ca + " app --san localhost --out " + directory.resolve("c"))
                        .exitCode())
                .isZero();

        Tool.Run asClient = Tool.of("openssl", "openssl")
                .run(
                        "verify",
                        "-purpose",
                        "sslclient",
                        "-CAfile",
                        ca.resolve("ca.crt").toString(),
                        "-untrusted",
                        directory.resolve("s.crt").toString(),
                        directory.resolve("s.crt").toString());
        assertThat(asClient.output()).contains("unsuitable certificate purpose");
        assertThat(verify(directory.resolve("c.crt"), "localhost").err())
                .contains("expected the extended key usage serverAuth");
        assertThat(verify(directory.resolve("s.crt"), "localhost").exitCode()).isZero();
    }

    private static Outcome verify(Path certificate, String name, String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "pki",
                "verify",
                certificate.toString(),
                "--ca",
                ca.resolve("ca.crt").toString(),
                "--expect-name",
                name,
                "--strict"));
        arguments.addAll(List.of(more));
        return Outcome.of(arguments.toArray(String[]::new));
    }

    @Test
    void keys_areTheirOwnersOnly_andThatOfTheCaIsEncrypted() throws IOException {
        Path out = directory.resolve("server");
        assertThat(pki("server " + ca + " valkey.internal --out " + out).exitCode())
                .isZero();

        for (Path key :
                List.of(ca.resolve("ca.key"), ca.resolve("intermediate.key"), directory.resolve("server.key"))) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
                    .isEqualTo("rw-------");
        }
        try (Stream<Path> all = Files.walk(ca)) {
            assertThat(all.filter(Files::isDirectory).toList())
                    .contains(ca, ca.resolve("issued"), ca.resolve("revoked"))
                    .allSatisfy(made -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(made)))
                            .isEqualTo("rwx------"));
        }
        for (String name : List.of("ca.key", "intermediate.key")) {
            assertThat(ca.resolve(name)).content().startsWith("-----BEGIN ENCRYPTED PRIVATE KEY-----");
        }
    }

    /**
     * Where the umask takes nothing away, nothing that was made is for others to write, and no folder for them to
     * enter.
     */
    @Test
    void init_withoutUmask_givesOthersNothingToWrite() throws Exception {
        Path open = directory.resolve("umask-ca");
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();

        Tool.Run run = Tool.of("sh", "dash")
                .run(
                        "-c",
                        "umask 000; exec \"$0\" -cp \"$1\" io.valkeysecure.cli.Main pki init \"$2\" --passphrase-file \"$3\"",
                        java,
                        System.getProperty("java.class.path"),
                        open.toString(),
                        passphrase.toString());

        assertThat(run.exitCode()).as(run.output()).isZero();
        try (Stream<Path> all = Files.walk(open)) {
            assertThat(all.toList()).hasSizeGreaterThan(5).allSatisfy(made -> {
                String permissions = PosixFilePermissions.toString(Files.getPosixFilePermissions(made));
                assertThat(permissions)
                        .matches(
                                Files.isDirectory(made)
                                        ? "rwx------"
                                        : made.toString().endsWith(".key") ? "rw-------" : "rw-r--r--");
            });
        }
    }

    @Test
    void caKey_opensWithItsPassphraseOnly_inOpensslToo() throws Exception {
        Tool openssl = Tool.of("openssl", "openssl");
        String key = ca.resolve("ca.key").toString();

        assertThat(openssl.run("pkey", "-in", key, "-noout", "-passin", "file:" + passphrase)
                        .exitCode())
                .isZero();
        assertThat(openssl.run("pkey", "-in", key, "-noout", "-passin", "pass:wrong")
                        .exitCode())
                .isNotZero();
        assertThat(openssl.run("asn1parse", "-in", key).output())
                .contains("PBES2", "PBKDF2", "hmacWithSHA512", "aes-256-cbc");
    }

    @Test
    void names_hostsAddressesAndSpiffeIds_areInTheSan() throws Exception {
        Path out = directory.resolve("n");
        Outcome outcome = pki("server " + ca
                + " valkey.internal *.cluster.internal 10.0.0.5 ::1 spiffe://example.org/valkey --out " + out);

        assertThat(outcome.err()).isEmpty();
        assertThat(Outcome.of("pki", "show", out + ".crt").out())
                .contains("names       dNSName valkey.internal, dNSName *.cluster.internal, iPAddress 10.0.0.5,"
                        + " iPAddress 0:0:0:0:0:0:0:1, URI spiffe://example.org/valkey\n");
        for (String name : List.of("a.cluster.internal", "10.0.0.5", "::1", "spiffe://example.org/valkey")) {
            assertThat(verify(directory.resolve("n.crt"), name).err()).isEmpty();
        }
        assertThat(verify(directory.resolve("n.crt"), "other.internal").err()).contains("dNSName other.internal");
    }

    /** RFC 5280 section 7.2: a name goes into the SAN as the verifier looks for it. */
    @Test
    void names_ofOtherAlphabetsAndWithADotAtTheEnd_areIssuedAsTheVerifierWantsThem() {
        Outcome outcome =
                pki("server " + ca + " b\u00fccher.example valkey.example. --out " + directory.resolve("idn"));

        assertThat(outcome.err()).isEmpty();
        assertThat(Outcome.of("pki", "show", directory.resolve("idn.crt").toString())
                        .out())
                .contains("names       dNSName xn--bcher-kva.example, dNSName valkey.example\n");
        for (String name : List.of("b\u00fccher.example", "xn--bcher-kva.example", "valkey.example")) {
            assertThat(verify(directory.resolve("idn.crt"), name).err())
                    .as(name)
                    .isEmpty();
        }
    }

    @Test
    void verify_ofAFileWithAUser_isRefused() {
        assertThat(pki("server " + ca + " u.internal --out " + directory.resolve("u"))
                        .exitCode())
                .isZero();
        assertThat(Outcome.of("pki", "verify", directory.resolve("u.crt").toString(), "--user", "app")
                        .err())
                .contains("--user is for HOST:PORT: nobody logs in to a file");
    }

    @Test
    void renew_newKey_keepsNamesAndUse() throws Exception {
        assertThat(pki("server " + ca + " r.internal --peer --out " + directory.resolve("old"))
                        .exitCode())
                .isZero();
        Outcome outcome =
                pki("renew " + ca + " " + directory.resolve("old.crt") + " --out " + directory.resolve("new"));

        X509Certificate old = chain(directory.resolve("old.crt")).get(0);
        X509Certificate renewed = chain(directory.resolve("new.crt")).get(0);
        assertThat(outcome.err()).isEmpty();
        assertThat(renewed.getSubjectX500Principal()).isEqualTo(old.getSubjectX500Principal());
        assertThat(renewed.getSubjectAlternativeNames()).containsExactlyElementsOf(old.getSubjectAlternativeNames());
        assertThat(renewed.getExtendedKeyUsage())
                .isEqualTo(old.getExtendedKeyUsage())
                .hasSize(2);
        assertThat(renewed.getPublicKey()).isNotEqualTo(old.getPublicKey());
        assertThat(renewed.getSerialNumber()).isNotEqualTo(old.getSerialNumber());
        assertThat(directory.resolve("new.key")).exists();
    }

    @Test
    void renew_sameKey_keepsThePin() throws Exception {
        assertThat(pki("client " + ca + " same --out " + directory.resolve("old"))
                        .exitCode())
                .isZero();
        assertThat(pki("renew " + ca + " " + directory.resolve("old.crt") + " --same-key --out "
                                + directory.resolve("new"))
                        .exitCode())
                .isZero();

        assertThat(chain(directory.resolve("new.crt")).get(0).getPublicKey())
                .isEqualTo(chain(directory.resolve("old.crt")).get(0).getPublicKey());
        assertThat(directory.resolve("new.key")).doesNotExist();
    }

    @Test
    void revoke_andCrl_isRefusedByWhoeverChecks_andTheOthersAreNot() throws Exception {
        for (String name : List.of("stolen", "kept")) {
            assertThat(pki("server " + ca + " " + name + ".internal --out " + directory.resolve(name))
                            .exitCode())
                    .isZero();
        }
        Path stolen = directory.resolve("stolen.crt");
        Outcome revoked = Outcome.of("pki", "revoke", ca.toString(), stolen.toString(), "--reason", "key-compromise");
        assertThat(revoked.err()).isEmpty();
        assertThat(pki("crl " + ca).out()).contains("wrote " + ca.resolve("intermediate.crl"), "1 revoked");

        String[] crls = {
            "--crl",
            ca.resolve("ca.crl").toString(),
            "--crl",
            ca.resolve("intermediate.crl").toString()
        };
        assertThat(verify(stolen, "stolen.internal", crls).err()).contains("revoked");
        assertThat(verify(directory.resolve("kept.crt"), "kept.internal", crls).err())
                .isEmpty();
        Tool.Run openssl = Tool.of("openssl", "openssl")
                .run(
                        "crl",
                        "-in",
                        ca.resolve("intermediate.crl").toString(),
                        "-noout",
                        "-text",
                        "-CAfile",
                        ca.resolve("intermediate.crt").toString());
        assertThat(openssl.output()).contains("verify OK", "Key Compromise", "X509v3 CRL Number");

        // and again: numbers only grow
        assertThat(pki("crl " + ca).exitCode()).isZero();
        assertThat(Tool.of("openssl", "openssl")
                        .run("crl", "-in", ca.resolve("intermediate.crl").toString(), "-noout", "-crlnumber")
                        .output())
                .isEqualTo("crlNumber=0x03\n");
        assertThat(pki("renew " + ca + " " + stolen + " --out " + directory.resolve("again"))
                        .err())
                .contains("was revoked at", "(key-compromise)");
        assertThat(Outcome.of("pki", "revoke", ca.toString(), stolen.toString()).err())
                .contains("was revoked already");
    }

    @Test
    void csr_isWhatAnOutsideCaCanSign() throws Exception {
        Outcome outcome = Outcome.of(
                "pki",
                "csr",
                "peer",
                "valkey.internal",
                "10.0.0.5",
                "--out",
                directory.resolve("o").toString());

        assertThat(outcome)
                .isEqualTo(new Outcome(
                        0,
                        "== made a request for a peer certificate\n   " + directory.resolve("o.csr") + ", "
                                + directory.resolve("o.key") + "\n",
                        ""));
        Tool.Run run = Tool.of("openssl", "openssl")
                .run("req", "-in", directory.resolve("o.csr").toString(), "-verify", "-noout", "-text");
        assertThat(run.output())
                .contains("verify OK", "DNS:valkey.internal, IP Address:10.0.0.5")
                .contains("TLS Web Server Authentication, TLS Web Client Authentication");
        assertThat(Outcome.of("pki", "show", directory.resolve("o.csr").toString())
                        .out())
                .contains("certificate request", "dNSName valkey.internal, iPAddress 10.0.0.5");
    }

    // What is refused, with nothing left behind.

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        }
    }

    private static int issued() throws IOException {
        try (Stream<Path> files = Files.list(ca.resolve("issued"))) {
            return (int) files.count();
        }
    }

    @Test
    void init_directoryNotEmpty_overwritesNothing() throws IOException {
        byte[] before = Files.readAllBytes(ca.resolve("ca.key"));

        assertThat(pki("init " + ca))
                .isEqualTo(Outcome.refusedInput(
                        ca + " is not empty, and nothing is ever overwritten", "give a new directory"));
        assertThat(ca.resolve("ca.key")).hasBinaryContent(before);
    }

    @Test
    void init_shortPassphrase_makesNothing() throws IOException {
        Path shortOne = Files.writeString(common.resolve("short"), "tooshort");

        assertThat(Outcome.of(
                        "pki", "init", directory.resolve("x").toString(), "--passphrase-file", shortOne.toString()))
                .isEqualTo(Outcome.refusedInput(
                        "the passphrase of the CA must have 12 characters or more, has 8",
                        "make one: openssl rand -base64 24"));
        assertThat(files()).isEmpty();
    }

    @Test
    void init_noPassphrase_saysWhereItMayComeFrom() throws IOException {
        assertThat(Outcome.of("pki", "init", directory.resolve("x").toString()))
                .isEqualTo(Outcome.refusedInput(
                        "the passphrase of the CA is missing, and there is no terminal to ask on",
                        "give --passphrase-file FILE or set VALKEY_SECURE_CA_PASSPHRASE"));
        assertThat(files()).isEmpty();
    }

    @Test
    void server_wrongPassphrase_issuesNothing() throws IOException {
        Path wrong = Files.writeString(common.resolve("wrong"), "not-the-passphrase");
        int before = issued();

        assertThat(Outcome.of(
                        "pki",
                        "server",
                        ca.toString(),
                        "a.internal",
                        "--out",
                        directory.resolve("a").toString(),
                        "--passphrase-file",
                        wrong.toString()))
                .isEqualTo(Outcome.refusedInput(
                        ca.resolve("intermediate.key")
                                + ": block 1 is an encrypted private key that the password does not open; try it with"
                                + " \"openssl pkey -in FILE -noout\"",
                        "the passphrase is the one that was given to pki init"));
        assertThat(files()).isEmpty();
        assertThat(issued()).isEqualTo(before);
    }

    @Test
    void server_existingKey_isLeftAlone() throws IOException {
        Path key = Files.writeString(directory.resolve("a.key"), "precious");
        int before = issued();

        assertThat(pki("server " + ca + " a.internal --out " + directory.resolve("a")))
                .isEqualTo(Outcome.refusedInput(
                        key + " exists, and nothing is ever overwritten",
                        "give another name, or move it away: mv " + key + " " + key + ".old"));
        assertThat(key).hasContent("precious");
        assertThat(files()).containsExactly(key);
        assertThat(issued()).isEqualTo(before);
    }

    @Test
    void server_badNames_areSaid() throws IOException {
        for (String bad : List.of("bad_name", "*.com", "a..b", "spiffe:nothing", "1.2.3.4.5")) {
            Outcome outcome = pki("server " + ca + " " + bad + " --subject x --out " + directory.resolve("x"));
            assertThat(outcome.exitCode()).as(bad).isEqualTo(2);
            assertThat(outcome.err()).startsWith("valkey-secure: error: not a name for a certificate: " + bad + " (");
        }
        assertThat(files()).isEmpty();
    }

    @Test
    void server_longerThanTheCa_isRefused() throws IOException {
        assertThat(pki("server " + ca + " a.internal --days 3650 --out " + directory.resolve("a"))
                        .err())
                .contains("would outlive its CA, which ends at")
                .contains("hint: give fewer --days");
        assertThat(files()).isEmpty();
    }

    @Test
    void server_noCa_saysHowToMakeOne() {
        assertThat(pki("server " + directory + " a.internal"))
                .isEqualTo(Outcome.refusedInput(
                        directory + " is not the directory of a CA, ca.crt or issued/ is missing",
                        "make one: valkey-secure pki init " + directory));
    }

    @Test
    void revoke_ofAnotherCa_isRefused() throws IOException {
        Path foreign = TestCertificate.root()
                .build()
                .issue()
                .subject("CN=foreign")
                .build()
                .writePem(directory, "f")
                .certificate();

        Outcome outcome = Outcome.of("pki", "revoke", ca.toString(), foreign.toString());

        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(outcome.err()).contains("of CN=foreign was not issued by " + ca);
        assertThat(Outcome.of("pki", "revoke", ca.toString(), "00ff").err())
                .contains("no certificate ff was issued by " + ca);
    }

    // What is looked at.

    @Test
    void show_keyFile_tellsNothingOfTheKey() throws IOException {
        Path key = TestCertificate.root().build().writePem(directory, "k").key();

        Outcome outcome = Outcome.of("pki", "show", key.toString());

        assertThat(outcome.out()).contains("1: private key", "encrypted   no", "rw-------, as it should be");
        assertThat(outcome.out() + outcome.err())
                .doesNotContain(Files.readString(key).substring(30, 60));
    }

    @Test
    void show_store_asksForItsPassword() throws IOException {
        TestCertificate leaf =
                TestCertificate.root().build().issue().subject("CN=stored").build();
        Path store = leaf.writeKeyStore(directory.resolve("s.p12"), "PKCS12", "changeit".toCharArray());
        Path password = Files.writeString(directory.resolve("pw"), "changeit");

        assertThat(Outcome.of("pki", "show", store.toString(), "--store-password-file", password.toString())
                        .out())
                .contains("private key", "CN=stored");
        assertThat(Outcome.of("pki", "show", store.toString(), "--store-password-file", passphrase.toString()))
                .isEqualTo(Outcome.refusedInput(
                        store + " is no store that this password opens",
                        "give the right one with --store-password-file"));
    }

    @Test
    void show_bomb_isRefusedBeforeItIsParsed() throws IOException {
        Path large = Files.write(directory.resolve("large.pem"), new byte[(1 << 20) + 1]);
        String one = TestCertificate.root().build().certificatePem();
        Path many = Files.writeString(directory.resolve("many.pem"), one.repeat(201));

        assertThat(Outcome.of("pki", "show", large.toString()))
                .isEqualTo(Outcome.refusedInput(
                        large + " is larger than 1048576 bytes, which no certificate or key has to be",
                        "is it the right file? ls -l " + large));
        assertThat(Outcome.of("pki", "show", many.toString()).err()).contains("has more than 200 blocks");
        assertThat(Outcome.of("pki", "pins", large.toString()).exitCode()).isEqualTo(2);
    }

    @Test
    void show_somethingElse_isSaid() throws IOException {
        Path text = Files.writeString(directory.resolve("t"), "hello");
        Path torn = Files.writeString(directory.resolve("torn"), "-----BEGIN CERTIFICATE-----\nMIIB\n");

        assertThat(Outcome.of("pki", "show", text.toString()).err())
                .startsWith("valkey-secure: error: " + text + " holds no certificate, CRL, request or key");
        assertThat(Outcome.of("pki", "show", torn.toString()).err())
                .startsWith("valkey-secure: error: " + torn + ": block 1 is malformed or cut off");
    }

    @Test
    void show_serverThatHangs_isGivenUp() {
        try (HostilePeer peer = HostilePeer.staysSilent()) {
            Outcome outcome = Outcome.of("pki", "show", "localhost:" + peer.port());

            assertThat(outcome.exitCode()).isEqualTo(1);
            assertThat(outcome.err()).contains("presented no certificate");
        }
    }

    @Test
    void show_hostOfNoAddress_isSaid() {
        assertThat(Outcome.of("pki", "show", "no-such-host.invalid:6380"))
                .isEqualTo(Outcome.refusedInput(
                        "unknown host no-such-host.invalid", "is it spelled right? getent hosts NAME"));
    }

    @Test
    void show_subjectThatDrivesATerminal_isDefused() throws IOException {
        Path certificate = TestCertificate.root()
                .subject("CN=\u001b[31mred\u009b2J\u202e")
                .build()
                .writePem(directory, "t")
                .certificate();

        assertThat(Outcome.of("pki", "show", certificate.toString()).out())
                .contains("CN=\\u001b[31mred\\u009b2J\\u202e")
                .doesNotContain("\u001b", "\u009b", "\u202e");
    }

    private static List<X509Certificate> chain(Path file) throws Exception {
        Collection<? extends java.security.cert.Certificate> read = CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(Files.readAllBytes(file)));
        return read.stream().map(X509Certificate.class::cast).toList();
    }
}
