package io.valkeysecure.internal.revocation;

import io.valkeysecure.internal.x509.MalformedException;
import io.valkeysecure.internal.x509.StrictDer;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1GeneralizedTime;
import org.bouncycastle.asn1.ASN1Sequence;

/**
 * Reads DER strictly: one value, in its only encoding, and nothing after it. So encoding it again gives the bytes that
 * were signed.
 */
final class Der {
    private static final int GENERALIZED_TIME_FROM_YEAR = 2050;

    private Der() {}

    static ASN1Sequence sequence(byte[] encoded) throws IOException {
        try {
            if (StrictDer.read(encoded) instanceof ASN1Sequence sequence) {
                return sequence;
            }
        } catch (MalformedException e) {
            throw new IOException("not in DER: it " + e.problem(), e);
        }
        throw new IOException("not in DER: it is no sequence");
    }

    static byte[] encoded(ASN1Encodable value) throws IOException {
        return value.toASN1Primitive().getEncoded(ASN1Encoding.DER);
    }

    /**
     * Reads a time of a CRL (RFC 5280, 5.1.2.4): UTCTime until 2049, GeneralizedTime from 2050, both to the second in
     * Z.
     */
    static Instant certificateTime(ASN1Encodable time) throws IOException {
        boolean generalized = time.toASN1Primitive() instanceof ASN1GeneralizedTime;
        Instant instant = instant(time);
        if (generalized && instant.atOffset(ZoneOffset.UTC).getYear() < GENERALIZED_TIME_FROM_YEAR) {
            throw new IOException("time " + instant + " is a GeneralizedTime, expected UTCTime until 2049");
        }
        return instant;
    }

    /** Reads a time of an OCSP response (RFC 6960, 4.2.2.1): GeneralizedTime in any year. */
    static Instant ocspTime(ASN1GeneralizedTime time) throws IOException {
        return instant(time);
    }

    private static Instant instant(ASN1Encodable time) throws IOException {
        try {
            return StrictDer.instant(StrictDer.time(time));
        } catch (DateTimeException e) {
            throw new IOException("not a time by RFC 5280", e);
        }
    }
}
