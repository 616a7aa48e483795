package io.valkeysecure.internal.handshake;

import static io.valkeysecure.internal.handshake.OwnBytesTest.message;
import static io.valkeysecure.internal.handshake.OwnBytesTest.record;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valkeysecure.PeerRejectedException;
import io.valkeysecure.RefusalReason;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PeerBytesTest {

    @Test
    void nothing_isNeitherPlaintextNorTls() throws PeerRejectedException {
        PeerBytes evidence = evidence(new byte[0]);
        assertThat(evidence.nothingReceived()).isTrue();
        assertThat(evidence.isPlaintext()).isFalse();
        assertThat(evidence.serverHelloSeen()).isFalse();
        assertThat(evidence.tooOldVersion()).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"-ERR unknown command\r\n", "HTTP/1.1 400 Bad Request", "+", "\u0016HTTP", "SSH-2.0-x", "\u0000"
            })
    void isPlaintext_noTlsRecord_isTrue(String bytes) throws PeerRejectedException {
        assertThat(evidence(bytes.getBytes(StandardCharsets.ISO_8859_1)).isPlaintext())
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"16", "1603", "160303007a0200007603", "15", "15030300020228"})
    void isPlaintext_startOfATlsRecord_isFalse(String hex) throws PeerRejectedException {
        assertThat(evidence(HexFormat.of().parseHex(hex)).isPlaintext()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "160303007a020000760303, true,",
        "160301007a020000760301, true, TLSv1.0",
        "160302007a020000760302, true, TLSv1.1",
        "160300007a020000760300, true, SSLv3",
        "160303007a020000760304, true,",
        "160303007a02000076, true,",
        "160303007a0b0000760301, false,",
        "15030300020228, false,"
    })
    void serverHello_versions_areTold(String hex, boolean seen, String tooOld) throws PeerRejectedException {
        PeerBytes evidence = evidence(HexFormat.of().parseHex(hex));
        assertThat(evidence.serverHelloSeen()).isEqualTo(seen);
        assertThat(evidence.tooOldVersion()).isEqualTo(tooOld);
    }

    @Test
    void add_byteByByte_isTheSameAsAtOnce() throws PeerRejectedException {
        byte[] bytes = HexFormat.of().parseHex("160301007a020000760301ffff");
        PeerBytes drops = new PeerBytes();
        for (int i = 0; i < bytes.length; i++) {
            drops.add(ByteBuffer.wrap(bytes, i, 1));
            drops.add(ByteBuffer.wrap(bytes, i, 0));
        }
        assertThat(drops.tooOldVersion()).isEqualTo("TLSv1.0");
        assertThat(drops).hasToString(evidence(bytes).toString());
    }

    @Test
    void toString_text_isShownAsText() throws PeerRejectedException {
        assertThat(evidence("-ERR unknown".getBytes(StandardCharsets.US_ASCII)).toString())
                .contains("2d 45 52 52")
                .contains("(\"-ERR unknow\")");
        assertThat(evidence(new byte[] {1, 2})).hasToString("01 02");
    }

    // TLS 1.2: what is signed, and that there is one handshake

    private static final String HELLO = message(2, "0303" + "00".repeat(32) + "00" + "c02b" + "00");
    private static final String HELLO_CHACHA20 = message(2, "0303" + "00".repeat(32) + "00" + "cca9" + "00" + "0000");
    private static final String CERTIFICATE = message(11, "00".repeat(3000));
    private static final String DONE = message(14, "");
    private static final String CHANGE_CIPHER_SPEC = "140303000101";
    private static final String FINISHED = encrypted(22, 40);
    private static final String DATA = encrypted(23, 1000);

    private static String keyExchange(String scheme) {
        return message(12, "030017" + "04" + "00000000" + scheme + "0002" + "0000");
    }

    private static String encrypted(int type, int length) {
        return String.format("%02x0303%04x", type, length) + "ee".repeat(length);
    }

    /** Shows it in parts of that many bytes. */
    private static PeerBytes shown(String hex, int part) throws PeerRejectedException {
        byte[] bytes = HexFormat.of().parseHex(hex);
        PeerBytes evidence = new PeerBytes();
        for (int from = 0; from < bytes.length; from += part) {
            evidence.add(ByteBuffer.wrap(bytes, from, Math.min(part, bytes.length - from)));
        }
        return evidence;
    }

    /** The messages, in records of that many bytes. */
    private static String records(int length, String... messages) {
        String all = String.join("", messages);
        StringBuilder records = new StringBuilder();
        for (int from = 0; from < all.length(); from += 2 * length) {
            records.append(record(all.substring(from, Math.min(all.length(), from + 2 * length))));
        }
        return records.toString();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 7, 64, 4096, 16384})
    void keyExchange_strong_isSeenHoweverItComes(int length) throws PeerRejectedException {
        String flight = records(length, HELLO, CERTIFICATE, keyExchange("0403"), DONE) + CHANGE_CIPHER_SPEC + FINISHED;
        for (int part : new int[] {1, 3, 1000, 100_000}) {
            PeerBytes evidence = shown(flight + DATA + DATA, part);
            assertThat(evidence.isKeyExchangeSigned()).isTrue();
            assertThat(evidence.isTls12Complete()).isTrue();
            assertThat(evidence.isMoreWanted()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 7, 64, 4096, 16384})
    void keyExchange_weak_isRefusedHoweverItComes(int length) {
        for (String scheme : new String[] {"0101", "0201", "0202", "0203", "0301", "0303", "0402", "0000"}) {
            String flight = records(length, HELLO, CERTIFICATE, keyExchange(scheme));
            for (int part : new int[] {1, 3, 1000, 100_000}) {
                assertRefused(RefusalReason.WEAK_SIGNATURE, flight, part);
            }
        }
    }

    private static void assertRefused(RefusalReason reason, String hex, int part) {
        assertThatThrownBy(() -> shown(hex, part))
                .isInstanceOfSatisfying(
                        PeerRejectedException.class, e -> assertThat(e.reason()).isEqualTo(reason));
    }

    /** What cannot be read is not taken for good: the handshake is then refused when it is verified. */
    @ParameterizedTest
    @ValueSource(strings = {"01", "030017", "0300170400000000", "0200170400000000040300020000"})
    void keyExchange_unreadable_isNotSigned(String body) throws PeerRejectedException {
        PeerBytes evidence =
                shown(records(16384, HELLO, message(12, body), DONE) + CHANGE_CIPHER_SPEC + FINISHED, 1000);
        assertThat(evidence.isTls12Complete()).isTrue();
        assertThat(evidence.isKeyExchangeSigned()).isFalse();
    }

    @Test
    void keyExchange_none_isNotSigned() throws PeerRejectedException {
        PeerBytes evidence = shown(records(16384, HELLO) + CHANGE_CIPHER_SPEC + FINISHED, 1000);
        assertThat(evidence.isTls12Complete()).isTrue();
        assertThat(evidence.isKeyExchangeSigned()).isFalse();
    }

    @Test
    void tls13_serverHello_endsWhatIsRead() throws PeerRejectedException {
        String extensions = "0033000600 1d0002aaaa".replace(" ", "") + "002b00020304";
        String hello = message(
                2,
                "0303" + "00".repeat(32) + "00" + "1301" + "00" + String.format("%04x", extensions.length() / 2)
                        + extensions);
        PeerBytes evidence = shown(record(hello) + CHANGE_CIPHER_SPEC + DATA, 1);
        assertThat(evidence.isMoreWanted()).isFalse();
        assertThat(evidence.keyExchangeGroup()).contains("x25519");
        assertThat(evidence.isTls12Complete()).isFalse();
    }

    /** After it no certificate and no signature follows. */
    @ParameterizedTest
    @CsvSource({
        "002b00020304 002900020000, true",
        "002900020000 002b00020304, true",
        "002b00020304 003300020017, false",
        "002b00020303 002900020000, false",
        "002900020000, false"
    })
    void isSessionResumed_onlyTls13WithThePreSharedKey_isTrue(String extensions, boolean resumed)
            throws PeerRejectedException {
        String all = extensions.replace(" ", "");
        String hello = message(
                2, "0303" + "00".repeat(32) + "00" + "1301" + "00" + String.format("%04x", all.length() / 2) + all);
        assertThat(shown(record(hello), 1).isSessionResumed()).isEqualTo(resumed);
        assertThat(shown(record(hello).substring(0, 20), 1).isSessionResumed()).isFalse();
    }

    /** A request for another ClientHello names a group, but is no choice yet. */
    @Test
    void tls13_helloRetryRequest_isNoServerHello() throws PeerRejectedException {
        String retry = message(
                2,
                "0303" + "cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c" + "00" + "1301" + "00"
                        + "000c" + "003300020018" + "002b00020304");
        PeerBytes evidence = shown(record(retry) + CHANGE_CIPHER_SPEC, 1);
        assertThat(evidence.isMoreWanted()).isTrue();
        assertThat(evidence.keyExchangeGroup()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 100_000})
    void handshakeRecord_afterTheFirst_isRefused(int part) {
        String handshake = records(16384, HELLO, keyExchange("0403"), DONE) + CHANGE_CIPHER_SPEC + FINISHED;
        assertRefused(RefusalReason.RENEGOTIATION, handshake + encrypted(22, 28), part);
        assertRefused(RefusalReason.RENEGOTIATION, handshake + DATA + DATA + encrypted(22, 28), part);
    }

    /** A HelloRequest in the record of the Finished message makes it longer by four bytes. */
    @Test
    void finished_withMoreInItsRecord_isRefused() throws PeerRejectedException {
        assertRefused(
                RefusalReason.RENEGOTIATION,
                records(16384, HELLO, keyExchange("0403"), DONE) + CHANGE_CIPHER_SPEC + encrypted(22, 44),
                1000);
        String chacha20 = records(16384, HELLO_CHACHA20, keyExchange("0403"), DONE) + CHANGE_CIPHER_SPEC;
        assertRefused(RefusalReason.RENEGOTIATION, chacha20 + encrypted(22, 36), 1000);
        assertThat(shown(chacha20 + encrypted(22, 32) + DATA, 1000).isTls12Complete())
                .isTrue();
    }

    /** The JDK's engine does not look at the version in the header of a record. */
    @Test
    void record_unreadableHeaderAfterTheHello_isRefused() {
        assertRefused(RefusalReason.MALFORMED_HANDSHAKE, records(16384, HELLO) + "1600000000", 1000);
        assertRefused(RefusalReason.MALFORMED_HANDSHAKE, records(16384, HELLO) + "9903030000", 1000);
    }

    /** It gives a slot to those who wait, once. */
    @Test
    void whenFirstReceived_runsOnceAndNotForNothing() throws PeerRejectedException {
        PeerBytes evidence = new PeerBytes();
        AtomicInteger runs = new AtomicInteger();
        evidence.whenFirstReceived(runs::incrementAndGet);

        evidence.add(ByteBuffer.allocate(0));
        assertThat(runs).hasValue(0);
        evidence.add(ByteBuffer.wrap(new byte[] {22}));
        evidence.add(ByteBuffer.wrap(new byte[] {3}));
        assertThat(runs).hasValue(1);
    }

    @ParameterizedTest
    @CsvSource({
        "15030300020228, handshake_failure",
        "150301000202ff, alert 255",
        "16030300020228,",
        "15020300020228,",
        "150303000202,",
        "1503030002022800,"
    })
    void lastWords_clearAlert_isKept(String hex, String description) {
        PeerBytes evidence = new PeerBytes();
        evidence.lastWords(HexFormat.of().parseHex(hex));
        if (description == null) {
            assertThat(evidence.lastAlert()).isNull();
        } else {
            assertThat(evidence.lastAlert()).isEqualTo(PeerAlert.of(HexFormat.fromHexDigits(hex.substring(12))));
        }
    }

    /** Behind the change of cipher nothing can be read, whatever it looks like. */
    @Test
    void keyExchange_afterTheChangeOfCipher_isNotRead() throws PeerRejectedException {
        String encryptedThatLooksSo = record(keyExchange("0201"));
        PeerBytes evidence = shown(records(16384, HELLO) + CHANGE_CIPHER_SPEC + encryptedThatLooksSo, 1000);

        assertThat(evidence.isKeyExchangeSigned()).isFalse();
        assertThat(evidence.isTls12Complete()).isTrue();
    }

    @Test
    void refusedOnce_nothingMoreIsWanted() {
        for (String flight : new String[] {
            records(16384, HELLO, keyExchange("0201")),
            records(16384, HELLO, keyExchange("0403")) + CHANGE_CIPHER_SPEC + FINISHED + encrypted(22, 28)
        }) {
            PeerBytes evidence = new PeerBytes();
            assertThatThrownBy(() -> evidence.add(ByteBuffer.wrap(HexFormat.of().parseHex(flight))))
                    .isInstanceOf(PeerRejectedException.class);
            assertThat(evidence.isMoreWanted()).isFalse();
        }
    }

    @Test
    void firstBytes_fewerThanAHello_areNoHelloAndHaveNoVersion() throws PeerRejectedException {
        assertThat(evidence(HexFormat.of().parseHex("160301007a")).serverHelloSeen())
                .isFalse();
        assertThat(evidence(HexFormat.of().parseHex("160301007a02")).serverHelloSeen())
                .isTrue();
        assertThat(evidence(HexFormat.of().parseHex("160301007a020000760301")).tooOldVersion())
                .isEqualTo("TLSv1.0");
        assertThat(evidence(HexFormat.of().parseHex("160301007a0200007602ff")).tooOldVersion())
                .isEqualTo("version 767");
    }

    @Test
    void toString_noText_isHexadecimalAlone() throws PeerRejectedException {
        assertThat(evidence("a b".getBytes(StandardCharsets.US_ASCII))).hasToString("61 20 62 (\"a b\")");
        assertThat(evidence(new byte[] {'a', 0x7f, 'b'})).hasToString("61 7f 62");
        assertThat(evidence(new byte[] {'a', 0x1f, 'b'})).hasToString("61 1f 62");
    }

    private static PeerBytes evidence(byte[] bytes) throws PeerRejectedException {
        PeerBytes evidence = new PeerBytes();
        evidence.add(ByteBuffer.wrap(bytes));
        return evidence;
    }
}
