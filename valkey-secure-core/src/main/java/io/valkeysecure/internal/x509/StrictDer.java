package io.valkeysecure.internal.x509;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.util.Arrays;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1UTCTime;

/** Reads DER strictly. Bouncy Castle also reads encodings that X.690 and RFC 5280 do not allow. */
public final class StrictDer {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuuMMddHHmmss'Z'").withResolverStyle(ResolverStyle.STRICT);

    private StrictDer() {}

    /**
     * Reads one value, of bounded nesting and in the only encoding that X.690, section 10, allows.
     *
     * @param encoded what is read
     * @return the value
     * @throws MalformedException if it does not parse, nests too deep, has another encoding, or something follows it
     */
    public static ASN1Primitive read(byte[] encoded) throws MalformedException {
        Nesting.require(encoded);
        try {
            ASN1Primitive structure = ASN1Primitive.fromByteArray(encoded);
            if (structure != null && is(structure, encoded)) {
                return structure;
            }
        } catch (IOException | RuntimeException e) {
            throw new MalformedException(
                    "does not parse as DER (" + e.getClass().getSimpleName() + ")");
        }
        throw new MalformedException("is not DER");
    }

    /**
     * Tells whether an encoding is the only one that X.690, section 10, allows.
     *
     * @param structure what was read
     * @param encoded what it was read from
     * @return false if there is another encoding, or something behind it
     * @throws IOException if it cannot be encoded
     */
    public static boolean is(ASN1Primitive structure, byte[] encoded) throws IOException {
        return Arrays.equals(structure.getEncoded(ASN1Encoding.DER), encoded);
    }

    /**
     * Returns the characters of a time.
     *
     * @param time a GeneralizedTime, or a UTCTime, which is given its century by RFC 5280 4.1.2.5.1
     * @return the year in four digits, and the rest as it is written
     * @throws IOException if it cannot be encoded
     */
    public static String time(ASN1Encodable time) throws IOException {
        byte[] encoded = time.toASN1Primitive().getEncoded(ASN1Encoding.DER);
        // no time is longer than 127 bytes, so tag and length are one byte each
        String text = new String(encoded, 2, encoded.length - 2, StandardCharsets.US_ASCII);
        return time.toASN1Primitive() instanceof ASN1UTCTime ? (text.charAt(0) >= '5' ? "19" : "20") + text : text;
    }

    /**
     * Reads a time.
     *
     * @param text YYYYMMDDHHMMSSZ
     * @return the time
     * @throws java.time.DateTimeException if it is not in this form, or no calendar has it
     */
    public static Instant instant(String text) {
        return LocalDateTime.parse(text, TIME).toInstant(ZoneOffset.UTC);
    }
}
