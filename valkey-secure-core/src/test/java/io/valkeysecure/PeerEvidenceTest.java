package io.valkeysecure;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PeerEvidenceTest {

    @Test
    void nothing_isNeitherPlaintextNorTls() throws PeerRejectedException {
        PeerEvidence evidence = evidence(new byte[0]);
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
        PeerEvidence evidence = evidence(HexFormat.of().parseHex(hex));
        assertThat(evidence.serverHelloSeen()).isEqualTo(seen);
        assertThat(evidence.tooOldVersion()).isEqualTo(tooOld);
    }

    @Test
    void add_byteByByte_isTheSameAsAtOnce() throws PeerRejectedException {
        byte[] bytes = HexFormat.of().parseHex("160301007a020000760301ffff");
        PeerEvidence drops = new PeerEvidence();
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

    private static PeerEvidence evidence(byte[] bytes) throws PeerRejectedException {
        PeerEvidence evidence = new PeerEvidence();
        evidence.add(ByteBuffer.wrap(bytes));
        return evidence;
    }
}
