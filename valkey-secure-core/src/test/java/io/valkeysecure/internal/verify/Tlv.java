package io.valkeysecure.internal.verify;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

/** Takes DER apart and puts it together again, also such as no encoder would write. */
public final class Tlv {
    public static final int BOOLEAN = 0x01;
    public static final int INTEGER = 0x02;
    public static final int BIT_STRING = 0x03;
    public static final int OCTET_STRING = 0x04;
    public static final int NULL = 0x05;
    public static final int OID = 0x06;
    public static final int UTC_TIME = 0x17;
    public static final int GENERALIZED_TIME = 0x18;
    public static final int SEQUENCE = 0x30;

    /** Where the fields of a TBSCertificate of version 3 are. */
    public static final int VERSION = 0;

    public static final int SERIAL_NUMBER = 1;
    public static final int SIGNATURE = 2;
    public static final int ISSUER = 3;
    public static final int VALIDITY = 4;
    public static final int SUBJECT = 5;
    public static final int KEY = 6;
    public static final int EXTENSIONS = 7;

    private Tlv() {}

    /** Tag, the shortest length, and the contents one after another. */
    public static byte[] of(int tag, byte[]... contents) {
        byte[] content = concat(contents);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        if (content.length < 0x80) {
            out.write(content.length);
        } else {
            int octets = content.length < 0x100 ? 1 : content.length < 0x10000 ? 2 : 3;
            out.write(0x80 | octets);
            for (int shift = 8 * (octets - 1); shift >= 0; shift -= 8) {
                out.write(content.length >>> shift);
            }
        }
        out.writeBytes(content);
        return out.toByteArray();
    }

    public static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    public static byte[] bytes(int... octets) {
        byte[] bytes = new byte[octets.length];
        for (int i = 0; i < octets.length; i++) {
            bytes[i] = (byte) octets[i];
        }
        return bytes;
    }

    /** How many octets the tag and the length take. */
    public static int header(byte[] tlv, int at) {
        int length = tlv[at + 1] & 0xff;
        return length < 0x80 ? 2 : 2 + (length & 0x7f);
    }

    /** How many octets all of it takes. */
    public static int total(byte[] tlv, int at) {
        int length = tlv[at + 1] & 0xff;
        if (length < 0x80) {
            return 2 + length;
        }
        int octets = length & 0x7f;
        length = 0;
        for (int i = 0; i < octets; i++) {
            length = (length << 8) | (tlv[at + 2 + i] & 0xff);
        }
        return 2 + octets + length;
    }

    public static byte[] content(byte[] tlv) {
        return Arrays.copyOfRange(tlv, header(tlv, 0), tlv.length);
    }

    /** What is in a constructed value. */
    public static List<byte[]> children(byte[] constructed) {
        List<byte[]> children = new ArrayList<>();
        int at = header(constructed, 0);
        while (at < constructed.length) {
            int next = at + total(constructed, at);
            children.add(Arrays.copyOfRange(constructed, at, next));
            at = next;
        }
        return children;
    }

    /** The same with other contents. */
    public static byte[] with(byte[] constructed, List<byte[]> children) {
        return of(constructed[0] & 0xff, children.toArray(new byte[0][]));
    }

    /** Puts another one in the place of a field. */
    public static UnaryOperator<byte[]> replace(int field, byte[] value) {
        return change(field, unused -> value);
    }

    /** Changes a field. */
    public static UnaryOperator<byte[]> change(int field, UnaryOperator<byte[]> change) {
        return constructed -> {
            List<byte[]> children = children(constructed);
            children.set(field, change.apply(children.get(field)));
            return with(constructed, children);
        };
    }

    /** Leaves a field out. */
    public static UnaryOperator<byte[]> remove(int field) {
        return constructed -> {
            List<byte[]> children = children(constructed);
            children.remove(field);
            return with(constructed, children);
        };
    }
}
