package io.valkeysecure.testkit.internal;

import java.util.ArrayList;
import java.util.List;

/**
 * The header of one TLS record as it went over the wire, RFC 8446 section 5.1.
 *
 * @param type the content type byte
 * @param version the legacy version, {@code 0x0303} for TLS 1.2 and 1.3
 * @param length the length of the fragment in bytes, without the five of the header
 */
public record TlsRecord(int type, int version, int length) {
    /** Content type 20. */
    public static final int CHANGE_CIPHER_SPEC = 20;
    /** Content type 21; in TLS 1.3 only of alerts that are sent before keys are agreed. */
    public static final int ALERT = 21;
    /** Content type 22; in TLS 1.3 only of the two hellos. */
    public static final int HANDSHAKE = 22;
    /** Content type 23; in TLS 1.3 of everything that is encrypted, handshake messages and alerts included. */
    public static final int APPLICATION_DATA = 23;

    public static final int HEADER_LENGTH = 5;
    /** RFC 8446 section 5.2 allows 2^14 + 256 bytes, RFC 5246 section 6.2.3 allows 2^14 + 2048. */
    private static final int MAXIMUM_LENGTH = (1 << 14) + 2048;

    /** Returns the complete records at the start of one direction of a connection, in the order of the wire. */
    public static List<TlsRecord> allOf(byte[] direction) {
        List<TlsRecord> records = new ArrayList<>();
        int position = 0;
        while (direction.length - position >= HEADER_LENGTH) {
            TlsRecord header = header(direction, position);
            if (!header.isValid() || header.length() > direction.length - position - HEADER_LENGTH) {
                break;
            }
            records.add(header);
            position += HEADER_LENGTH + header.length();
        }
        return records;
    }

    private static TlsRecord header(byte[] bytes, int position) {
        return new TlsRecord(
                bytes[position] & 0xff,
                ((bytes[position + 1] & 0xff) << 8) | (bytes[position + 2] & 0xff),
                ((bytes[position + 3] & 0xff) << 8) | (bytes[position + 4] & 0xff));
    }

    /** Tells whether the bytes from there on can be the start of a record that was cut off. */
    public static boolean startsAt(byte[] bytes, int position) {
        int left = bytes.length - position;
        if (left >= HEADER_LENGTH) {
            return header(bytes, position).isValid();
        }
        return left > 0 && isType(bytes[position] & 0xff) && (left == 1 || bytes[position + 1] == 3);
    }

    public boolean isApplicationData() {
        return type == APPLICATION_DATA;
    }

    private boolean isValid() {
        return isType(type) && version >> 8 == 3 && length <= MAXIMUM_LENGTH;
    }

    private static boolean isType(int type) {
        return type >= CHANGE_CIPHER_SPEC && type <= APPLICATION_DATA;
    }
}
