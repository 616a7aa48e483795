package io.valkeysecure.internal.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrintableTest {
    @ParameterizedTest
    @ValueSource(
            ints = {
                0x00, 0x07, 0x09, 0x0a, 0x0d, 0x1b, 0x7f, 0x80, 0x85, 0x9b, 0x9f, 0xad, 0x34f, 0x378, 0x61c, 0x115f,
                0x180e, 0x200b, 0x200c, 0x200d, 0x200e, 0x200f, 0x2028, 0x2029, 0x202a, 0x202e, 0x2060, 0x2066, 0x2069,
                0x2800, 0x3164, 0xd800, 0xdfff, 0xe000, 0xfe0f, 0xfeff, 0xffa0, 0xfff9, 0xffff, 0xe0001, 0xe0041,
                0xe0100, 0x10ffff
            })
    void value_codePointThatIsNoText_isEscaped(int codePoint) {
        String escaped = String.format(codePoint > 0xffff ? "\\u{%x}" : "\\u%04x", codePoint);

        assertThat(Printable.isPrintable(Character.toString(codePoint))).isFalse();
        assertThat(Printable.value("a" + Character.toString(codePoint) + "b")).isEqualTo("a" + escaped + "b");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CN=B\u00fccher, O=\"Stra\u00dfe & S\u00f6hne\"",
                "CN=\u65e5\u672c",
                "\u0627\u0644\u0639\u0631\u0628\u064a\u0629",
                "\u05e2\u05d1\u05e8\u05d9\u05ea",
                "\u0939\u093f\u0928\u094d\u0926\u0940",
                "a\\u000a",
                "\ud83d\ude00",
                ""
            })
    void value_honestTextOfAnyScript_staysAsItIs(String text) {
        assertThat(Printable.value(text)).isEqualTo(text);
        assertThat(Printable.isPrintable(text)).isTrue();
    }

    @Test
    void value_anythingAtAll_isPrintableShortAndEscapedOnce() {
        Random random = new Random(14);
        for (int i = 0; i < 5_000; i++) {
            StringBuilder text = new StringBuilder();
            int length = random.nextInt(600);
            for (int j = 0; j < length; j++) {
                text.append((char) random.nextInt(random.nextBoolean() ? 0x10000 : 0x100));
            }
            String value = Printable.value(text);
            String message = Printable.message(text);
            assertThat(Printable.isPrintable(value)).isTrue();
            assertThat(value.length()).isLessThanOrEqualTo(Printable.VALUE + 40);
            assertThat(message.length()).isLessThanOrEqualTo(Printable.MESSAGE + 40);
            assertThat(Printable.all(Printable.all(text.toString()))).isEqualTo(Printable.all(text.toString()));
        }
    }

    @Test
    void value_longest_staysAndOneMoreIsCut() {
        assertThat(Printable.value("a".repeat(Printable.VALUE))).isEqualTo("a".repeat(Printable.VALUE));
        assertThat(Printable.value("a".repeat(20_000)))
                .isEqualTo("a".repeat(Printable.VALUE) + "... (19,744 characters more)");
        assertThat(Printable.value("\n".repeat(100))).isEqualTo("\\u000a".repeat(42) + "... (58 characters more)");
    }

    @Test
    void list_manyEntries_showsSomeAndHowManyMore() {
        List<String> names = IntStream.range(0, 25_000).mapToObj(i -> "n" + i).toList();

        assertThat(Printable.list(names)).isEqualTo("n0, n1, n2, n3, n4, n5, n6, n7, n8, n9 and 24,990 more");
        assertThat(Printable.list(names.subList(0, 10))).endsWith("n8, n9");
        assertThat(Printable.list(Collections.nCopies(25_000, "a".repeat(25_000))))
                .hasSizeLessThan(3_100);
    }

    @Test
    void quotedException_causeThatQuotesAPeer_isCopiedWithItsStackTrace() {
        Exception lowest = new Exception("bad name a\u001b[2Jb");
        Exception cause = new IllegalStateException("clean", lowest);
        cause.addSuppressed(new IllegalArgumentException("x\ny"));

        Throwable quoted = QuotedException.of(cause);

        assertThat(quoted).isNotSameAs(cause).hasMessage("java.lang.IllegalStateException: clean");
        assertThat(quoted.getStackTrace()).isEqualTo(cause.getStackTrace());
        assertThat(quoted.getCause()).hasMessage("java.lang.Exception: bad name a\\u001b[2Jb");
        assertThat(quoted.getSuppressed()[0]).hasMessage("java.lang.IllegalArgumentException: x\\u000ay");
    }

    @Test
    void quotedException_causeThatIsPrintable_staysTheSame() {
        Exception cause = new IllegalStateException("B\u00fccher", new Exception());
        cause.addSuppressed(new Exception("\u65e5\u672c"));

        assertThat(QuotedException.of(cause)).isSameAs(cause);
        assertThat(QuotedException.of(null)).isNull();
    }

    @Test
    void quotedException_chainThatLeadsBackToItself_ends() {
        Exception first = new Exception("a\n");
        Exception second = new Exception("b", first);
        first.addSuppressed(second);

        assertThat(QuotedException.of(first)).hasMessage("java.lang.Exception: a\\u000a");
    }

    @Test
    void quotedException_printableChainThatLeadsBackToItself_staysTheSame() {
        Exception first = new Exception("a");
        first.addSuppressed(new Exception("b", first));

        assertThat(QuotedException.of(first)).isSameAs(first);
    }

    @Test
    void quotedException_chainLongerThanTheStack_isCut() {
        Exception lowest = new Exception("bad\nname");
        Exception chain = lowest;
        for (int i = 0; i < 100_000; i++) {
            chain = new Exception("printable", chain);
        }

        Throwable quoted = QuotedException.of(chain);

        int length = 0;
        for (Throwable next = quoted; next != null; next = next.getCause()) {
            assertThat(next).isInstanceOf(QuotedException.class).hasMessage("java.lang.Exception: printable");
            length++;
        }
        assertThat(length).isEqualTo(256);
        assertThat(QuotedException.of(new Exception("printable", lowest)))
                .hasMessage("java.lang.Exception: printable")
                .cause()
                .hasMessage("java.lang.Exception: bad\\u000aname");
    }

    @Test
    void quotedException_causeThatThrowsWhenItIsAsked_standsUnderTheNameOfItsClass() {
        for (Throwable thrown : List.of(new StackOverflowError(), new IllegalStateException())) {
            Throwable quoted = QuotedException.of(new Exception("printable", new Unreadable(thrown)));

            assertThat(quoted).hasMessage("java.lang.Exception: printable");
            assertThat(quoted.getCause())
                    .isInstanceOf(QuotedException.class)
                    .hasMessage(Unreadable.class.getName())
                    .hasNoCause();
            assertThat(quoted.getCause().getStackTrace()).isEmpty();
        }
    }

    private static final class Unreadable extends Exception {
        private static final long serialVersionUID = 1L;

        private final transient Throwable thrown;

        Unreadable(Throwable thrown) {
            this.thrown = thrown;
        }

        @Override
        public String getMessage() {
            throw Unreadable.<RuntimeException>sneaky(thrown);
        }

        @Override
        public synchronized Throwable getCause() {
            throw Unreadable.<RuntimeException>sneaky(thrown);
        }

        @Override
        public StackTraceElement[] getStackTrace() {
            throw Unreadable.<RuntimeException>sneaky(thrown);
        }

        @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
        private static <T extends Throwable> RuntimeException sneaky(Throwable thrown) throws T {
            throw (T) thrown;
        }
    }

    @Test
    void quotedException_textOfConscrypt_hasNoAddressOfMemory() {
        Throwable quoted = QuotedException.of(new javax.net.ssl.SSLException(
                "Read error: ssl=0x7f5c3c0a1b28: Failure in SSL library, usually a protocol error\n"
                        + "error:10000438:SSL routines:OPENSSL_internal:TLSV1_ALERT_INTERNAL_ERROR"
                        + " (external/boringssl/src/ssl/tls_record.cc:592 0x7f5ca80032b8:0x00000001)"));

        assertThat(quoted)
                .hasMessage("javax.net.ssl.SSLException: Read error: Failure in SSL library, usually a protocol error"
                        + "\\u000aerror:10000438:SSL routines:OPENSSL_internal:TLSV1_ALERT_INTERNAL_ERROR"
                        + " (external/boringssl/src/ssl/tls_record.cc:592)");
        Exception number = new Exception("expected 0x0303, was 0x0304");
        assertThat(QuotedException.of(number)).isSameAs(number);
    }
}
