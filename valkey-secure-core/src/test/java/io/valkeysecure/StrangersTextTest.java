package io.valkeysecure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.adapter.TlsHandshake;
import io.valkeysecure.internal.text.Printable;
import io.valkeysecure.observe.LoggingListener;
import io.valkeysecure.testkit.certificate.GeneralNameType;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.certificate.TestCertificateBuilder;
import io.valkeysecure.testkit.hostile.HostilePeer;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Text that a server wrote is printable and short wherever it is shown, and honest text stays readable. */
class StrangersTextTest {
    private static final TestCertificate ROOT =
            TestCertificate.root().subject("CN=Test Root").build();
    private static final TestCertificate OTHER_ROOT =
            TestCertificate.root().subject("CN=Other Root").build();
    private static final int LONGEST = Printable.MESSAGE + 1024;

    static Stream<String> hostileTexts() {
        Random random = new Random(6);
        int[] hostile = {
            0x07, 0x08, 0x0a, 0x0d, 0x1b, 0x7f, 0x85, 0x9b, 0x61c, 0x200b, 0x200e, 0x200f, 0x2028, 0x2029, 0x202a,
            0x202b, 0x202c, 0x202d, 0x202e, 0x2066, 0x2067, 0x2068, 0x2069, 0xfeff, 0xe000, 0x378, 0xe0041
        };
        Stream<String> mixed = IntStream.range(0, 6).mapToObj(i -> {
            StringBuilder text = new StringBuilder("a");
            for (int j = 0; j < 12; j++) {
                text.appendCodePoint(hostile[random.nextInt(hostile.length)]).append("b");
            }
            return text.toString();
        });
        return Stream.concat(
                Stream.of(
                        "x\r\n\u001b[2J\u0007ok\u009b31m\u202ekcab\u2066\u2028y",
                        "a".repeat(15_000),
                        "\u202ea".repeat(2_000)),
                mixed);
    }

    /** Says by itself what may not stand in a line. */
    private static boolean isRaw(int c) {
        return Character.isISOControl(c)
                || Character.getType(c) == Character.FORMAT
                || Character.getType(c) == Character.LINE_SEPARATOR
                || Character.getType(c) == Character.PARAGRAPH_SEPARATOR
                || Character.getType(c) == Character.PRIVATE_USE
                || Character.getType(c) == Character.UNASSIGNED;
    }

    private static void requirePrintable(String text) {
        for (String line : text.split("\n", -1)) {
            assertThat(line.codePoints().noneMatch(StrangersTextTest::isRaw))
                    .as(Printable.message(line))
                    .isTrue();
            assertThat(line.length()).as(Printable.value(line)).isLessThanOrEqualTo(LONGEST + 200);
        }
    }

    /** As a log shows it: the exception, its causes and what was suppressed. */
    private static void requirePrintable(Throwable thrown) {
        assertThat(thrown).isNotNull();
        for (Throwable next = thrown; next != null; next = next.getCause()) {
            String message = String.valueOf(next.getMessage());
            assertThat(Printable.isPrintable(message))
                    .as(Printable.message(message))
                    .isTrue();
            assertThat(message.length()).isLessThanOrEqualTo(LONGEST);
        }
        StringWriter trace = new StringWriter();
        thrown.printStackTrace(new PrintWriter(trace));
        requirePrintable(trace.toString().replace("\t", "").replace("\r", "\u001b"));
    }

    private static Throwable refusalOf(TestCertificate leaf, TestCertificate anchor) throws Exception {
        List<X509Certificate> chain = leaf.chain();
        ChainVerifier verifier = ChainVerifier.trusting(TrustAnchors.of(anchor.certificate()))
                .policy(TlsPolicy.modern())
                .build();
        return catchThrowable(() -> verifier.verify(chain, ServerIdentity.host("valkey.example")));
    }

    @ParameterizedTest
    @MethodSource("hostileTexts")
    void verify_hostileSubjectIssuerOrSan_isRefusedInPrintableText(String text) throws Exception {
        List<UnaryOperator<TestCertificateBuilder>> changes = List.of(
                leaf -> leaf.subject("CN=" + text + ",O=x"),
                leaf -> leaf.issuerName("CN=" + text),
                leaf -> leaf.rawName(2, text.getBytes(StandardCharsets.UTF_8)),
                leaf -> leaf.rawName(6, ("http://" + text).getBytes(StandardCharsets.UTF_8)),
                leaf -> leaf.rawName(1, text.getBytes(StandardCharsets.UTF_8)),
                leaf -> leaf.name(GeneralNameType.DIRECTORY_NAME, "CN=" + text));
        for (UnaryOperator<TestCertificateBuilder> change : changes) {
            TestCertificate leaf =
                    change.apply(ROOT.issue().dnsName("else.example")).build();
            requirePrintable(refusalOf(leaf, ROOT));
            requirePrintable(refusalOf(leaf, OTHER_ROOT));
        }
    }

    @ParameterizedTest
    @MethodSource("hostileTexts")
    void verify_hostileCaName_isRefusedInPrintableText(String text) throws Exception {
        TestCertificate root =
                TestCertificate.root().subject("CN=" + text + ",O=x").build();
        TestCertificate leaf = root.issue().dnsName("else.example").build();

        requirePrintable(refusalOf(leaf, root));
        requirePrintable(refusalOf(leaf, OTHER_ROOT));
    }

    /** The JDK quotes names as they are, as in {@code CertificateParsingException: invalid URI name:...}. */
    @ParameterizedTest
    @MethodSource("hostileTexts")
    void exceptions_messageOrCauseThatQuotesAServer_arePrintable(String text) {
        Exception jdks = new java.security.cert.CertificateException("invalid URI name:" + text);
        jdks.addSuppressed(new java.io.IOException(text));
        Endpoint endpoint = new Endpoint("localhost", 6379);

        requirePrintable(new PeerRejectedException(RefusalReason.MALFORMED_CERTIFICATE, text, jdks));
        requirePrintable(new TlsHandshakeException(
                RefusalReason.UNCLASSIFIED, endpoint, text, new javax.net.ssl.SSLException(text, jdks)));
        requirePrintable(new TlsConfigurationException(RefusalReason.UNCLASSIFIED, text));
    }

    @ParameterizedTest
    @MethodSource("hostileTexts")
    void values_thatCannotBeParsed_arePrintableInTheMessage(String text) {
        List<Supplier<Object>> parsers = List.of(
                () -> SpkiPin.parse(text),
                () -> SpkiPin.parse("sha256/" + text),
                () -> TlsVersion.parse(text),
                () -> TlsPolicy.modern().toBuilder().cipherSuites(List.of(text)),
                () -> TlsPolicy.modern().toBuilder().cipherSuites(List.of(text, text)));
        for (Supplier<Object> parser : parsers) {
            assertThatIllegalArgumentException()
                    .isThrownBy(parser::get)
                    .satisfies(e -> requirePrintable(String.valueOf(e.getMessage())));
        }
    }

    @Test
    void exceptions_causeOfOurs_isFoundBelowOneThatIsCopied() {
        PeerRejectedException ours = new PeerRejectedException(RefusalReason.REVOKED, "expected", null);
        Throwable refused = new TlsHandshakeException(
                RefusalReason.REVOKED,
                new Endpoint("localhost", 6379),
                "expected",
                new javax.net.ssl.SSLException("a\u001b[2J", ours));

        assertThat(refused).hasRootCause(ours);
    }

    @Test
    void verify_25000Names_isRefusedInAShortMessage() throws Exception {
        TestCertificateBuilder builder = ROOT.issue();
        TestCertificate leaf = builder.dnsName(
                        IntStream.range(0, 25_000).mapToObj(i -> "n" + i).toArray(String[]::new))
                .subject("CN=" + String.join(",OU=", java.util.Collections.nCopies(3_000, "unit")))
                .build();

        requirePrintable(refusalOf(leaf, ROOT));
        requirePrintable(refusalOf(leaf, OTHER_ROOT));
    }

    @Test
    void verify_honestNames_stayReadable() throws Exception {
        TestCertificate leaf = ROOT.issue()
                .subject("CN=B\u00fccher \u65e5\u672c")
                .dnsName("else.example")
                .build();

        assertThat(refusalOf(leaf, ROOT)).hasMessageContaining("CN=B\u00fccher \u65e5\u672c");
        assertThat(refusalOf(leaf, OTHER_ROOT)).hasMessageContaining("CN=B\u00fccher \u65e5\u672c");
    }

    @ParameterizedTest
    @MethodSource("hostileTexts")
    void acceptedPath_hostileSubject_isShownInPrintableText(String text) throws Exception {
        TestCertificate root = TestCertificate.root().subject("CN=" + text).build();
        TestCertificate leaf = root.issue()
                .subject("CN=" + text + ",O=leaf")
                .dnsName("localhost")
                .build();
        List<String> logged = new ArrayList<>();
        try (SecureTls tls = SecureTls.trusting(TrustAnchors.of(root.certificate()))
                        .withoutClientIdentity()
                        .listener(LoggingListener.create())
                        .build();
                HostilePeer peer = HostilePeer.tls(leaf)) {
            logging(logged, () -> {
                try (Socket plain = new Socket("localhost", peer.port())) {
                    TlsHandshake handshake =
                            TlsHandshake.start(tls, new Endpoint("localhost", peer.port()), ClientLibrary.OTHER);
                    var unused = handshake.overSocket(plain);
                }
            });
            requirePrintable(tls.status().validities().toString());
            requirePrintable(tls.health().toString());
            requirePrintable(tls.toString());
        }
        requirePrintable(ChainVerifier.trusting(TrustAnchors.of(root.certificate()))
                .policy(TlsPolicy.modern())
                .build()
                .verify(leaf.chain(), ServerIdentity.host("localhost"))
                .toString());
        assertThat(logged).isNotEmpty().allSatisfy(StrangersTextTest::requirePrintable);
    }

    @ParameterizedTest
    @MethodSource("hostileTexts")
    void handshake_hostileCertificate_isRefusedInPrintableText(String text) throws Exception {
        TestCertificate leaf = OTHER_ROOT
                .issue()
                .subject("CN=" + text)
                .rawName(6, ("http://" + text).getBytes(StandardCharsets.UTF_8))
                .build();
        List<String> logged = new ArrayList<>();
        try (SecureTls tls = SecureTls.trusting(TrustAnchors.of(ROOT.certificate()))
                        .withoutClientIdentity()
                        .listener(LoggingListener.create())
                        .build();
                HostilePeer peer = HostilePeer.tls(leaf)) {
            logging(logged, () -> {
                try (Socket plain = new Socket("localhost", peer.port())) {
                    TlsHandshake handshake =
                            TlsHandshake.start(tls, new Endpoint("localhost", peer.port()), ClientLibrary.OTHER);
                    requirePrintable(catchThrowable(() -> handshake.overSocket(plain)));
                }
            });
            assertThat(peer.applicationBytes()).isEmpty();
        }
        assertThat(logged).isNotEmpty().allSatisfy(StrangersTextTest::requirePrintable);
    }

    private interface Action {
        void run() throws Exception;
    }

    private static void logging(List<String> lines, Action action) throws Exception {
        Logger logger = Logger.getLogger("io.valkeysecure");
        Level before = logger.getLevel();
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord entry) {
                synchronized (lines) {
                    lines.add(entry.getMessage());
                }
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        logger.addHandler(handler);
        logger.setLevel(Level.ALL);
        try {
            action.run();
        } finally {
            logger.removeHandler(handler);
            logger.setLevel(before);
        }
    }
}
