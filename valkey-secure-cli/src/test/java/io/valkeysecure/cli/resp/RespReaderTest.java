package io.valkeysecure.cli.resp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What a hostile server may answer: each is refused by a limit, and its twin within the limit is read. */
class RespReaderTest {
    private static final AnswerLimits LIMITS = new AnswerLimits(10_000, 1_000, 15_000, 1_500);

    private static RespReader of(String text) {
        return new RespReader(new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII)), LIMITS);
    }

    /** More than any stack has room for. */
    private static RespReader endless(String text) {
        byte[] bytes = text.repeat(200_000).getBytes(StandardCharsets.US_ASCII);
        return new RespReader(
                new ByteArrayInputStream(bytes),
                new AnswerLimits(Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE));
    }

    private static void assertLimited(RespReader reader, String message) {
        assertThatExceptionOfType(AnswerLimitException.class)
                .isThrownBy(reader::read)
                .withMessageContaining(message);
    }

    @Test
    void attributes_withoutEnd_areLimited() throws IOException {
        assertLimited(endless("|0\r\n"), "more than 32 levels");
        assertLimited(endless("|1\r\n"), "more than 32 levels");
        assertLimited(of("|0\r\n".repeat(33) + "+OK\r\n"), "more than 32 levels");
        assertThat(of("|0\r\n".repeat(32) + "+OK\r\n").read()).isEqualTo(new Reply.Status("OK"));
    }

    @Test
    void arrays_withinArrays_areLimited() throws IOException {
        assertLimited(of("*1\r\n".repeat(33) + ":1\r\n"), "more than 32 levels");
        assertThat(of("*1\r\n".repeat(32) + ":1\r\n").read()).isInstanceOf(Reply.Several.class);
    }

    @Test
    void elements_tooMany_areLimited() throws IOException {
        assertLimited(of("*1000\r\n" + ":1\r\n".repeat(1_000)), "more than 1000 elements");
        assertLimited(of("*2147483647\r\n" + ":1\r\n".repeat(1_000)), "more than 1000 elements");
        assertLimited(of("%2147483647\r\n" + ":1\r\n".repeat(1_000)), "more than 1000 elements");
        assertThat(of("*999\r\n" + ":1\r\n".repeat(999)).read()).isInstanceOf(Reply.Several.class);
    }

    @Test
    void bytes_tooMany_areLimited() throws IOException {
        assertLimited(of("$2147483647\r\nx"), "larger than 10000 bytes");
        assertLimited(of("*3\r\n" + ("$4000\r\n" + "x".repeat(4_000) + "\r\n").repeat(3)), "larger than 10000 bytes");
        assertLimited(of("*200\r\n" + ("+" + "x".repeat(60) + "\r\n").repeat(200)), "larger than 10000 bytes");
        assertThat(of("$9000\r\n" + "x".repeat(9_000) + "\r\n").read()).isInstanceOf(Reply.Bulk.class);
    }

    @Test
    void answers_tooLargeTogether_areLimited() throws IOException {
        RespReader reader = of(("$6000\r\n" + "x".repeat(6_000) + "\r\n").repeat(3));
        assertThat(reader.read()).isInstanceOf(Reply.Bulk.class);
        assertThat(reader.read()).isInstanceOf(Reply.Bulk.class);
        assertLimited(reader, "all answers are larger than 15000");
    }
}
