package io.valkeysecure.internal.handshake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valkeysecure.PeerRejectedException;
import io.valkeysecure.RefusalReason;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What our own engine says in the clear. */
class OwnBytesTest {
    private static final String HELLO_UNTIL_EXTENSIONS = "0303" + "00".repeat(32) + "00" + "0002c02b" + "0100";

    private final OwnBytes own = new OwnBytes();

    @ParameterizedTest
    @ValueSource(strings = {"0201", "0203", "0101", "0301", "0202", "ffff"})
    void certificateVerify_weak_isRefused(String scheme) {
        assertThatThrownBy(() -> add(record(message(15, scheme + "000101"))))
                .isInstanceOfSatisfying(
                        PeerRejectedException.class,
                        e -> assertThat(e.reason()).isEqualTo(RefusalReason.WEAK_SIGNATURE));
        assertThat(own.isComplete()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0401", "0403", "0804", "0807", "0808", "080b"})
    void certificateVerify_strong_isNot(String scheme) {
        assertThatCode(() -> add(record(message(15, scheme + "000101")))).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({
        "0000, false", // no extensions
        "000400230000, false", // a ticket is asked for
        "0006002300020102, true", // a ticket of TLS 1.2 is brought
        "0005002900010a, true" // a session of TLS 1.3 is brought
    })
    void clientHello_session_isTold(String extensions, boolean offered) throws PeerRejectedException {
        add(record(message(1, HELLO_UNTIL_EXTENSIONS + extensions)));
        assertThat(own.isSessionOffered()).isEqualTo(offered);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2, 3, 34, 38, 44, 46})
    void clientHello_cut_offersNothing(int octets) throws PeerRejectedException {
        String whole = HELLO_UNTIL_EXTENSIONS + "0006002300020102";
        add(record(message(1, whole.substring(0, 2 * octets))));
        assertThat(own.isSessionOffered()).isFalse();
    }

    /** One byte a record, which divides every number of the ClientHello. */
    @Test
    void clientHello_inPieces_isTold() throws PeerRejectedException {
        String extensions = "0013" + "00170000" + "002300020102" + "002b0003020304";
        String hello = message(1, HELLO_UNTIL_EXTENSIONS + extensions);
        for (int octet = 0; octet < hello.length(); octet += 2) {
            add(record(hello.substring(octet, octet + 2)));
        }
        assertThat(own.isSessionOffered()).isTrue();
    }

    /** The second, after a HelloRetryRequest, is read from its own beginning. */
    @ParameterizedTest
    @CsvSource({"0005002900010a, true", "0005002b00010a, false"})
    void clientHello_second_isTold(String extensions, boolean offered) throws PeerRejectedException {
        add(record(message(1, HELLO_UNTIL_EXTENSIONS + "000400230000")));
        add(record(message(1, HELLO_UNTIL_EXTENSIONS + extensions)));
        assertThat(own.isSessionOffered()).isEqualTo(offered);
    }

    /** The numbers of an extension stand where another has its content. */
    @Test
    void clientHello_contentOfAnotherExtension_isNotRead() throws PeerRejectedException {
        add(record(message(1, HELLO_UNTIL_EXTENSIONS + "000900150005" + "0029000101")));
        assertThat(own.isSessionOffered()).isFalse();
    }

    @Test
    void changeCipherSpec_endsTheClearPart() throws PeerRejectedException {
        add(record(message(1, HELLO_UNTIL_EXTENSIONS + "0000")));
        assertThat(own.isComplete()).isFalse();
        add("140303000101");
        assertThat(own.isComplete()).isTrue();
        add(record(message(15, "02010000"))); // encrypted, and no message
    }

    private void add(String hex) throws PeerRejectedException {
        own.add(ByteBuffer.wrap(HexFormat.of().parseHex(hex)));
    }

    static String message(int type, String body) {
        return String.format("%02x%06x", type, body.length() / 2) + body;
    }

    static String record(String content) {
        return String.format("160303%04x", content.length() / 2) + content;
    }
}
