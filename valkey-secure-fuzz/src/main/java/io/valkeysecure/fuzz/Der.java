package io.valkeysecure.fuzz;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * DER as a tree that can be changed: what an OCTET STRING or a BIT STRING holds is part of the tree if it is DER
 * itself, so that lengths around a change stay right unless it is they that lie.
 */
public final class Der {
    /** SEQUENCE. */
    public static final int SEQUENCE = 0x30;

    private static final int INTEGER = 0x02;
    private static final int BIT_STRING = 0x03;
    private static final int OCTET_STRING = 0x04;
    private static final int CONSTRUCTED = 0x20;
    private static final int LARGEST_BYTES = 64 * 1024;
    private static final int MOST_CHANGES = 6;
    private static final int DEEPEST = 200;

    /** Numbers at which parsers and counters break: signs, 20 and 21 octets, 2^20, 10,000,000, 2^31 - 1. */
    private static final List<byte[]> INTEGERS = List.of(
            new byte[] {0},
            new byte[] {-1},
            new byte[] {0, 1},
            new byte[0],
            new byte[20],
            new byte[21],
            new byte[] {0x10, 0, 0},
            new byte[] {0, (byte) 0x98, (byte) 0x96, (byte) 0x80},
            new byte[] {0x7f, -1, -1, -1},
            new byte[] {0x7f, -1, -1, -1, -1, -1, -1, -1});

    /** Characters that drive a terminal or a log: CR LF, ESC, BEL, U+009B, U+202E, U+2028. */
    private static final byte[] CONTROLS = {
        'a',
        '\r',
        '\n',
        0x1b,
        '[',
        'm',
        0x07,
        (byte) 0xc2,
        (byte) 0x9b,
        (byte) 0xe2,
        (byte) 0x80,
        (byte) 0xae,
        (byte) 0xe2,
        (byte) 0x80,
        (byte) 0xa8
    };

    private enum Form {
        SHORTEST,
        LONG,
        INDEFINITE,
        LYING
    }

    private static final class Node {
        int tag;
        byte[] content = {};

        @Nullable
        List<Node> children;

        /** What stands before the children of a BIT STRING. */
        byte[] before = {};

        Form form = Form.SHORTEST;
        int lie;
    }

    private Der() {}

    /**
     * Writes a value.
     *
     * @param tag its tag
     * @param contents what it holds, one after another
     * @return tag, the shortest length, contents
     */
    public static byte[] of(int tag, byte[]... contents) {
        byte[] content = joined(contents);
        return joined(new byte[] {(byte) tag}, length(content.length, false), content);
    }

    /**
     * Splits a constructed value.
     *
     * @param der the value
     * @return what it holds
     * @throws IllegalArgumentException if it is not DER
     */
    public static List<byte[]> children(byte[] der) {
        List<byte[]> children = new ArrayList<>();
        int[] outer = header(der, 0);
        for (int at = outer[0]; at < outer[0] + outer[1]; ) {
            int[] inner = header(der, at);
            children.add(Arrays.copyOfRange(der, at, inner[0] + inner[1]));
            at = inner[0] + inner[1];
        }
        return children;
    }

    /**
     * Changes a value in as many places as the input asks for.
     *
     * @param der what is changed; anything that is no DER is one opaque value
     * @param draw the decisions
     * @return the changed value, no longer than 64 KiB
     */
    public static byte[] changed(byte[] der, Draw draw) {
        Node root = new Node();
        root.children = new ArrayList<>(List.of(parsed(der, 0)));
        for (int i = 0; i < MOST_CHANGES && !draw.isEmpty(); i++) {
            change(root, draw);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        root.children.forEach(child -> out.writeBytes(encoded(child)));
        return Arrays.copyOf(out.toByteArray(), Math.min(out.size(), LARGEST_BYTES));
    }

    private record Place(List<Node> siblings, int index) {
        Node node() {
            return siblings.get(index);
        }
    }

    private static List<Place> places(Node root) {
        List<Place> places = new ArrayList<>();
        collect(root, places);
        return places;
    }

    private static void collect(Node node, List<Place> places) {
        if (node.children != null) {
            for (int i = 0; i < node.children.size(); i++) {
                places.add(new Place(node.children, i));
                collect(node.children.get(i), places);
            }
        }
    }

    private static void change(Node root, Draw draw) {
        List<Place> places = places(root);
        if (places.isEmpty()) {
            return;
        }
        Place place = places.get(draw.below(Math.max(257, places.size())) % places.size());
        Node node = place.node();
        switch (draw.below(20)) {
            case 0 -> place.siblings().remove(place.index());
            case 1 -> place.siblings().add(place.index(), copy(node));
            case 2 -> {
                place.siblings().remove(place.index());
                place.siblings().add(draw.below(place.siblings().size() + 1), node);
            }
            case 3 -> node.tag = draw.octet();
            case 4 -> node.tag ^= CONSTRUCTED;
            case 5 -> flatten(node, draw.bytes(draw.below(40)));
            case 6 -> {
                byte[] content = flattened(node);
                if (content.length > 0) {
                    content[draw.below(Math.max(257, content.length)) % content.length] ^= (byte) (1 << draw.below(8));
                }
                flatten(node, content);
            }
            case 7 -> {
                byte[] content = flattened(node);
                flatten(node, Arrays.copyOf(content, content.length == 0 ? 0 : draw.below(content.length)));
            }
            case 8 -> flatten(node, joined(flattened(node), draw.bytes(1 + draw.below(8))));
            case 9 -> node.form = Form.LONG;
            case 10 -> node.form = Form.INDEFINITE;
            case 11 -> {
                node.form = Form.LYING;
                node.lie = draw.below(9) - 4;
            }
            case 12 -> flatten(node, nested(draw.octet() | CONSTRUCTED, draw.below(6_000)));
            case 13 -> place.siblings().set(place.index(), copy(draw.of(places).node()));
            case 14 -> place.siblings().add(place.index(), copy(draw.of(places).node()));
            case 15 -> place.siblings().add(place.index(), leaf(draw.octet(), draw.bytes(draw.below(20))));
            case 16 -> flatten(node, draw.of(INTEGERS).clone());
            case 17 -> flatten(node, CONTROLS.clone());
            case 18 -> {
                byte[] content = flattened(node);
                flatten(node, repeated(content.length == 0 ? new byte[] {'a'} : content, 1 + draw.below(300)));
            }
            default -> wrap(place, draw.octet());
        }
    }

    private static void wrap(Place place, int tag) {
        Node around = new Node();
        around.tag = tag;
        around.children = new ArrayList<>(List.of(place.node()));
        place.siblings().set(place.index(), around);
    }

    private static Node leaf(int tag, byte[] content) {
        Node node = new Node();
        node.tag = tag;
        node.content = content;
        return node;
    }

    private static void flatten(Node node, byte[] content) {
        node.children = null;
        node.before = new byte[0];
        node.content = content;
    }

    private static byte[] flattened(Node node) {
        if (node.children == null) {
            return node.content.clone();
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(node.before);
        node.children.forEach(child -> out.writeBytes(encoded(child)));
        return out.toByteArray();
    }

    private static byte[] repeated(byte[] content, int times) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < times && out.size() < LARGEST_BYTES; i++) {
            out.writeBytes(content);
        }
        return out.toByteArray();
    }

    /**
     * Puts a value into itself again and again.
     *
     * @param tag the tag of each
     * @param depth how often
     * @return the outermost, at most 64 KiB
     */
    public static byte[] nested(int tag, int depth) {
        // written from the innermost on, backwards: no recursion of ours
        byte[] buffer = new byte[LARGEST_BYTES];
        int at = buffer.length;
        for (int i = 0; i < depth; i++) {
            byte[] length = length(buffer.length - at, false);
            if (at - length.length - 1 < 0) {
                break;
            }
            at -= length.length;
            System.arraycopy(length, 0, buffer, at, length.length);
            buffer[--at] = (byte) tag;
        }
        return Arrays.copyOfRange(buffer, at, buffer.length);
    }

    private static Node copy(Node node) {
        Node copy = new Node();
        copy.tag = node.tag;
        copy.content = node.content;
        copy.before = node.before;
        copy.form = node.form;
        copy.lie = node.lie;
        if (node.children != null) {
            copy.children = new ArrayList<>();
            for (Node child : node.children) {
                copy.children.add(copy(child));
            }
        }
        return copy;
    }

    private static Node parsed(byte[] der, int depth) {
        Node node = new Node();
        try {
            int[] header = header(der, 0);
            if (header[0] + header[1] != der.length) {
                throw new IllegalArgumentException("not one value");
            }
            node.tag = der[0] & 0xff;
            node.content = Arrays.copyOfRange(der, header[0], der.length);
        } catch (IllegalArgumentException e) {
            node.tag = OCTET_STRING;
            node.content = der;
            return node;
        }
        boolean bits = node.tag == BIT_STRING && node.content.length > 1 && node.content[0] == 0;
        if (depth < DEEPEST && (bits || node.tag == OCTET_STRING || (node.tag & CONSTRUCTED) != 0)) {
            byte[] inner = bits ? Arrays.copyOfRange(node.content, 1, node.content.length) : node.content;
            List<Node> children = parsedAll(inner, depth + 1);
            if (children != null && (!children.isEmpty() || (node.tag & CONSTRUCTED) != 0)) {
                node.children = children;
                node.before = bits ? new byte[1] : new byte[0];
            }
        }
        return node;
    }

    private static @Nullable List<Node> parsedAll(byte[] content, int depth) {
        List<Node> nodes = new ArrayList<>();
        try {
            for (int at = 0; at < content.length; ) {
                int[] header = header(content, at);
                nodes.add(parsed(Arrays.copyOfRange(content, at, header[0] + header[1]), depth));
                at = header[0] + header[1];
            }
            return nodes;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** Where the content begins, and how long it is. */
    private static int[] header(byte[] der, int at) {
        if (at + 2 > der.length || (der[at] & 0x1f) == 0x1f) {
            throw new IllegalArgumentException("no header");
        }
        int length = der[at + 1] & 0xff;
        int begin = at + 2;
        if (length >= 0x80) {
            int octets = length & 0x7f;
            if (octets < 1 || octets > 3 || begin + octets > der.length) {
                throw new IllegalArgumentException("no length");
            }
            length = 0;
            for (int i = 0; i < octets; i++) {
                length = length << 8 | (der[begin + i] & 0xff);
            }
            begin += octets;
        }
        if (length > der.length - begin) {
            throw new IllegalArgumentException("cut off");
        }
        return new int[] {begin, length};
    }

    private static byte[] encoded(Node node) {
        byte[] content = flattened(node);
        byte[] tag = {(byte) node.tag};
        return switch (node.form) {
            case SHORTEST -> joined(tag, length(content.length, false), content);
            case LONG -> joined(tag, length(content.length, true), content);
            case INDEFINITE -> joined(tag, new byte[] {(byte) 0x80}, content, new byte[2]);
            case LYING -> joined(tag, length(Math.max(0, content.length + node.lie), false), content);
        };
    }

    private static byte[] length(int length, boolean longForm) {
        if (length < 0x80 && !longForm) {
            return new byte[] {(byte) length};
        }
        int octets = (length < 0x100 ? 1 : length < 0x10000 ? 2 : 3) + (longForm && length >= 0x80 ? 1 : 0);
        byte[] written = new byte[1 + octets];
        written[0] = (byte) (0x80 | octets);
        for (int i = 0; i < octets; i++) {
            written[octets - i] = (byte) (length >>> (8 * i));
        }
        return written;
    }

    static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    /**
     * Writes an INTEGER.
     *
     * @param content its octets
     * @return the value
     */
    public static byte[] integer(byte[] content) {
        return of(INTEGER, content);
    }
}
