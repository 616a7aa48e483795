package io.valkeysecure.fuzz;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What a server sends at one time, as records that can be changed; lengths stay right unless it is they that lie. */
final class Flight {
    private static final int HEADER_BYTES = 5;
    private static final int HANDSHAKE = 22;
    private static final int MOST_CHANGES = 4;

    private static final class Part {
        final byte[] header;
        byte[] content;

        Part(byte[] header, byte[] content) {
            this.header = header;
            this.content = content;
        }
    }

    private Flight() {}

    static byte[] changed(byte[] flight, Draw draw) {
        List<Part> records = records(flight);
        for (int i = 0; i < MOST_CHANGES && !draw.isEmpty() && !records.isEmpty(); i++) {
            change(records, draw);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (Part record : records) {
            out.writeBytes(written(record, 3, 2));
        }
        return out.toByteArray();
    }

    private static void change(List<Part> records, Draw draw) {
        int index = draw.below(records.size());
        Part record = records.get(index);
        switch (draw.below(12)) {
            case 0 -> flip(record, draw);
            case 1 -> record.content = Arrays.copyOf(record.content, draw.below(Math.max(1, record.content.length)));
            case 2 -> record.content = Der.joined(record.content, draw.bytes(1 + draw.below(16)));
            case 3 -> record.header[0] = (byte) draw.octet();
            case 4 -> record.header[1 + draw.below(2)] = (byte) draw.octet();
            case 5 -> records.add(index, new Part(record.header.clone(), record.content));
            case 6 -> records.remove(index);
            case 7 -> records.add(draw.below(records.size()), records.remove(index));
            case 8 -> {
                int at = draw.below(Math.max(1, record.content.length));
                records.add(
                        index + 1,
                        new Part(record.header.clone(), Arrays.copyOfRange(record.content, at, record.content.length)));
                record.content = Arrays.copyOf(record.content, at);
            }
            case 9 ->
                records.add(
                        index,
                        new Part(new byte[] {(byte) (20 + draw.below(5)), 3, 3, 0, 0}, draw.bytes(draw.below(8))));
            default -> changeMessage(record, draw);
        }
    }

    private static void flip(Part part, Draw draw) {
        if (part.content.length > 0) {
            int at = draw.below(Math.max(257, part.content.length)) % part.content.length;
            part.content = part.content.clone();
            part.content[at] ^= (byte) (1 << draw.below(8));
        }
    }

    /** A message of a handshake in the clear. */
    private static void changeMessage(Part record, Draw draw) {
        List<Part> messages = record.header[0] == HANDSHAKE ? split(record.content, 4, 1, 3) : List.of();
        if (messages.isEmpty()) {
            flip(record, draw);
            return;
        }
        List<Part> changed = new ArrayList<>(messages);
        int index = draw.below(changed.size());
        Part message = changed.get(index);
        switch (draw.below(8)) {
            case 0 -> message.header[0] = (byte) draw.octet();
            case 1 -> message.content = Arrays.copyOf(message.content, draw.below(Math.max(1, message.content.length)));
            case 2 -> message.content = Der.joined(message.content, draw.bytes(1 + draw.below(16)));
            case 3 -> changed.remove(index);
            case 4 -> changed.add(index, new Part(message.header.clone(), message.content));
            case 5 -> changed.add(draw.below(changed.size()), changed.remove(index));
            default -> flip(message, draw);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        changed.forEach(each -> out.writeBytes(written(each, 1, 3)));
        record.content = out.toByteArray();
    }

    private static List<Part> records(byte[] flight) {
        return new ArrayList<>(split(flight, HEADER_BYTES, 3, 2));
    }

    /** Cuts at headers that hold a length; what is left over is no part. */
    private static List<Part> split(byte[] bytes, int header, int lengthAt, int lengthBytes) {
        List<Part> parts = new ArrayList<>();
        for (int at = 0; at + header <= bytes.length; ) {
            int length = 0;
            for (int i = 0; i < lengthBytes; i++) {
                length = length << 8 | (bytes[at + lengthAt + i] & 0xff);
            }
            if (length > bytes.length - at - header) {
                break;
            }
            int end = at + header + length;
            parts.add(
                    new Part(Arrays.copyOfRange(bytes, at, at + header), Arrays.copyOfRange(bytes, at + header, end)));
            at = end;
        }
        return parts;
    }

    private static byte[] written(Part part, int lengthAt, int lengthBytes) {
        byte[] header = part.header.clone();
        for (int i = 0; i < lengthBytes; i++) {
            header[lengthAt + lengthBytes - 1 - i] = (byte) (part.content.length >>> (8 * i));
        }
        return Der.joined(header, part.content);
    }
}
