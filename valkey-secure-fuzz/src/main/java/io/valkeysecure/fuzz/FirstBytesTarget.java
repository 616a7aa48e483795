package io.valkeysecure.fuzz;

import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a stranger sends first: another protocol, an alert, an old version, half a record. Never accepted. */
final class FirstBytesTarget implements FuzzTarget {
    private final Clients clients = new Clients();

    @Override
    public String name() {
        return "first-bytes";
    }

    @Override
    public List<byte[]> seeds() {
        List<byte[]> seeds = new ArrayList<>();
        List<byte[]> firsts = new ArrayList<>(List.of(
                "-ERR unknown command\r\n".getBytes(StandardCharsets.US_ASCII),
                "HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII),
                "SSH-2.0-\u001b[31mx\r\n".getBytes(StandardCharsets.US_ASCII),
                new byte[0]));
        for (String hex : List.of(
                "15030300020228",
                "15030100020246",
                "1503030002022a",
                "1503030002022f",
                "15030300020100",
                "160303",
                "160301004a0200004603010000000000000000000000000000000000000000000000000000000000000000")) {
            firsts.add(HexFormat.of().parseHex(hex));
        }
        for (byte[] first : firsts) {
            for (int mode = 0; mode < 12; mode++) {
                seeds.add(Der.joined(new byte[] {(byte) mode}, first));
            }
        }
        return seeds;
    }

    @Override
    public void run(byte[] input) {
        Draw draw = new Draw(input);
        int mode = draw.octet();
        Clients.Way way = Clients.Way.of(mode);
        boolean accepted =
                clients.shakeHands(way, clients.freshEndpoint(), new Stranger(draw.rest(), mode / 4 % 3, mode / 12));
        if (accepted) {
            throw new PropertyViolation("a stranger is accepted", way.toString());
        }
    }

    /** Sends bytes, in one piece or in several, and then closes, resets or is silent. */
    private static final class Stranger implements MemorySocket.Peer {
        private final byte[] bytes;
        private final int end;
        private final int piece;
        private int at;

        Stranger(byte[] bytes, int end, int piece) {
            this.bytes = bytes;
            this.end = end;
            this.piece = piece == 0 ? Math.max(1, bytes.length) : piece;
        }

        @Override
        public byte @Nullable [] answer(byte[] sent) throws IOException {
            if (at < bytes.length) {
                int next = Math.min(bytes.length, at + piece);
                byte[] answer = java.util.Arrays.copyOfRange(bytes, at, next);
                at = next;
                return answer;
            }
            switch (end) {
                case 0 -> {
                    return null;
                }
                case 1 -> throw new SocketException("Connection reset");
                default -> throw new SocketTimeoutException("Read timed out");
            }
        }
    }
}
