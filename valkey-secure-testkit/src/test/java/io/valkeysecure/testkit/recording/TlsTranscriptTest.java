package io.valkeysecure.testkit.recording;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.valkeysecure.testkit.internal.TlsRecord;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class TlsTranscriptTest {
    @Test
    void noBytes_areAllTlsAndCarryNoCommand() {
        TlsTranscript transcript = TlsTranscript.of(new byte[0]);

        assertThat(transcript.isAllTls()).isTrue();
        assertThat(transcript.mayCarryCommand()).isFalse();
        assertThat(transcript.records()).isEmpty();
        assertThat(transcript.largestApplicationData()).isZero();
    }

    @Test
    void records_ofAnyType_areRead() {
        TlsTranscript transcript = TlsTranscript.of(bytes(record(22, 0x0301, 200), record(23, 0x0303, 35)));

        assertThat(transcript.records()).containsExactly(new TlsRecord(22, 0x0301, 200), new TlsRecord(23, 0x0303, 35));
        assertThat(transcript.isAllTls()).isTrue();
        assertThat(transcript.plaintext()).isEmpty();
    }

    @Test
    void plaintext_afterARecord_isFound() {
        byte[] command = "*1\r\n$4\r\nPING\r\n".getBytes(StandardCharsets.US_ASCII);

        TlsTranscript transcript = TlsTranscript.of(bytes(record(22, 0x0301, 10), command));

        assertThat(transcript.isAllTls()).isFalse();
        assertThat(transcript.plaintext()).isEqualTo(command);
        assertThat(transcript.mayCarryCommand()).isTrue();
    }

    @Test
    void plaintext_ofOneByte_isFound() {
        assertThat(TlsTranscript.of(new byte[] {'*'}).isAllTls()).isFalse();
        assertThat(TlsTranscript.of(new byte[] {22}).isAllTls()).isTrue();
        assertThat(TlsTranscript.of(new byte[] {22, 4}).isAllTls()).isFalse();
    }

    @Test
    void record_cutOff_isTlsButNotListed() {
        byte[] whole = record(22, 0x0301, 100);

        TlsTranscript transcript = TlsTranscript.of(java.util.Arrays.copyOf(whole, 50));

        assertThat(transcript.isAllTls()).isTrue();
        assertThat(transcript.records()).isEmpty();
    }

    @Test
    void record_longerThanAnyVersionAllows_isNoTls() {
        assertThat(TlsTranscript.of(new byte[] {23, 3, 3, (byte) 0xff, (byte) 0xff})
                        .isAllTls())
                .isFalse();
    }

    @Test
    void alertInTls13_withAndWithoutPadding_isNoCommand() {
        byte[] hello = record(22, 0x0301, 300);
        byte[] changeCipherSpec = record(20, 0x0303, 1);

        assertThat(TlsTranscript.of(bytes(hello, changeCipherSpec, record(23, 0x0303, 19)))
                        .mayCarryCommand())
                .isFalse();
        assertThat(TlsTranscript.of(bytes(hello, changeCipherSpec, record(23, 0x0303, 35)))
                        .mayCarryCommand())
                .isFalse();
    }

    @Test
    void finishedInTls13_mayBeFollowedByACommand() {
        TlsTranscript transcript = TlsTranscript.of(bytes(record(22, 0x0301, 300), record(23, 0x0303, 53)));

        assertThat(transcript.mayCarryCommand()).isTrue();
    }

    @Test
    void shortApplicationDataInTls12_isACommand() {
        byte[] handshake =
                bytes(record(22, 0x0301, 300), record(22, 0x0303, 70), record(20, 0x0303, 1), record(22, 0x0303, 40));

        assertThat(TlsTranscript.of(handshake).mayCarryCommand()).isFalse();
        assertThat(TlsTranscript.of(bytes(handshake, record(23, 0x0303, 30))).mayCarryCommand())
                .isTrue();
    }

    @Test
    void secondClientHelloInTls13_isNotTakenForTls12() {
        byte[] second = record(22, 0x0303, 300);
        second[5] = 1;
        second[7] = 1;
        second[8] = (byte) (296 - 256);

        TlsTranscript transcript =
                TlsTranscript.of(bytes(record(22, 0x0301, 300), record(20, 0x0303, 1), second, record(23, 0x0303, 35)));

        assertThat(transcript.mayCarryCommand()).isFalse();
    }

    @Test
    void contains_aSecret_findsItAnywhere() {
        TlsTranscript transcript = TlsTranscript.of("xxsecret".getBytes(StandardCharsets.US_ASCII));

        assertThat(transcript.contains("secret".getBytes(StandardCharsets.US_ASCII)))
                .isTrue();
        assertThat(transcript.contains("secrets".getBytes(StandardCharsets.US_ASCII)))
                .isFalse();
        assertThatIllegalArgumentException().isThrownBy(() -> transcript.contains(new byte[0]));
    }

    private static byte[] record(int type, int version, int length) {
        byte[] record = new byte[5 + length];
        record[0] = (byte) type;
        record[1] = (byte) (version >> 8);
        record[2] = (byte) version;
        record[3] = (byte) (length >> 8);
        record[4] = (byte) length;
        return record;
    }

    private static byte[] bytes(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
