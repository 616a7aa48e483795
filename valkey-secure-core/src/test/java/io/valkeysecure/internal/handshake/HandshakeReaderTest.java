package io.valkeysecure.internal.handshake;

import static org.assertj.core.api.Assertions.assertThat;

import io.valkeysecure.PeerRejectedException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class HandshakeReaderTest {
    private static final int CERTIFICATE = 11;
    private static final int CERTIFICATE_REQUEST = 13;
    private static final int KEPT_BYTES = 16 * 1024;

    private final List<Integer> lengths = new ArrayList<>();
    private final List<String> pieces = new ArrayList<>();
    private final HandshakeReader reader = new HandshakeReader(Set.of(CERTIFICATE), new HandshakeReader.Listener() {
        @Override
        public void record(int type, int length) {}

        @Override
        public void message(int type, ByteBuffer body) {
            lengths.add(body.remaining());
        }

        @Override
        public void piece(int type, boolean isFirst, ByteBuffer piece) {
            pieces.add("%d%s %d".formatted(type, isFirst ? " begins" : "", piece.remaining()));
        }

        @Override
        public void noRecord() {}
    });

    private void readMessage(int type, int length) throws PeerRejectedException {
        ByteBuffer message = ByteBuffer.allocate(4 + length);
        message.putInt(type << 24 | length).rewind();
        while (message.hasRemaining()) {
            byte[] fragment = new byte[Math.min(message.remaining(), 10_000)];
            message.get(fragment);
            reader.read(ByteBuffer.allocate(5 + fragment.length)
                    .put((byte) 22)
                    .putShort((short) 0x0303)
                    .putShort((short) fragment.length)
                    .put(fragment)
                    .flip());
        }
    }

    @Test
    void message_longerThanIsKept_isCut() throws PeerRejectedException {
        for (int length : new int[] {0, 100, KEPT_BYTES, KEPT_BYTES + 1, 200_000, 100}) {
            readMessage(CERTIFICATE, length);
        }
        assertThat(lengths).containsExactly(0, 100, KEPT_BYTES, KEPT_BYTES, KEPT_BYTES, 100);
        assertThat(pieces).isEmpty();
    }

    @Test
    void message_notWantedWhole_comesInPieces() throws PeerRejectedException {
        readMessage(CERTIFICATE_REQUEST, 15_000);
        readMessage(CERTIFICATE_REQUEST, 0);
        readMessage(CERTIFICATE_REQUEST, 100);
        assertThat(pieces).containsExactly("13 begins 9996", "13 5004", "13 begins 0", "13 begins 100");
        assertThat(lengths).isEmpty();
    }
}
