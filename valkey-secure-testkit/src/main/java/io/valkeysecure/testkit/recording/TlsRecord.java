package io.valkeysecure.testkit.recording;

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
}
