package io.valkeysecure.testkit.certificate;

import io.valkeysecure.testkit.internal.Names;
import io.valkeysecure.testkit.internal.Pem;
import io.valkeysecure.testkit.internal.PrivateFiles;
import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.CRLException;
import java.security.cert.CRLReason;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A certificate revocation list made for a test, RFC 5280 section 5.
 *
 * <pre>{@code
 * TestCrl crl = ca.crl().revoke(server).build();
 * crl.write(directory.resolve("ca.crl"));
 * }</pre>
 *
 * <p>What the builder makes without further words is a complete, current list that verifies. Every attribute can be
 * changed, also to what no CA should sign. This class is immutable and thread-safe.
 */
public final class TestCrl {
    private final byte[] encoded;

    private TestCrl(byte[] encoded) {
        this.encoded = encoded;
    }

    /** {@return the DER encoding} */
    public byte[] encoded() {
        return encoded.clone();
    }

    /**
     * {@return the list as the JDK parses it}
     *
     * @throws IllegalStateException if the JDK cannot parse it
     */
    public X509CRL crl() {
        try {
            return (X509CRL) CertificateFactory.getInstance("X.509").generateCRL(new ByteArrayInputStream(encoded));
        } catch (CertificateException | CRLException e) {
            throw new IllegalStateException("the JDK cannot parse this revocation list; use encoded()", e);
        }
    }

    /** {@return the list as PEM, {@code X509 CRL}} */
    public String pem() {
        return Pem.encode("X509 CRL", encoded);
    }

    /**
     * Writes the list as PEM; the file appears or is replaced at once.
     *
     * @param file the file to write
     * @return {@code file}
     */
    public Path write(Path file) {
        return PrivateFiles.write(file, pem());
    }

    /**
     * Describes a revocation list to be issued. A value that is set again replaces the earlier one; revoked
     * certificates and extensions are added. Builders are not thread-safe.
     */
    public static final class Builder {
        private final CrlFields fields;

        Builder(TestCertificate signer, Clock clock) {
            this.fields = new CrlFields(signer, clock);
        }

        /**
         * Revokes a certificate, one minute ago by the clock, without a reason.
         *
         * @param certificate the certificate to revoke
         * @return this builder
         */
        public Builder revoke(TestCertificate certificate) {
            return revoke(serialNumber(certificate), fields.clock.instant().minus(Duration.ofMinutes(1)), null);
        }

        /**
         * Revokes a certificate for a reason.
         *
         * @param certificate the certificate to revoke
         * @param reason the reason
         * @param when the time of revocation
         * @return this builder
         */
        public Builder revoke(TestCertificate certificate, CRLReason reason, Instant when) {
            return revoke(serialNumber(certificate), when, reason);
        }

        /**
         * Revokes whatever certificate of this issuer has the given serial number.
         *
         * @param serialNumber the serial number
         * @param when the time of revocation
         * @param reason the reason
         * @return this builder
         */
        public Builder revoke(BigInteger serialNumber, Instant when, @Nullable CRLReason reason) {
            fields.entries.add(new CrlFields.Entry(serialNumber, when, reason, null));
            return this;
        }

        /**
         * Revokes a certificate of another issuer, whom the entry names: this makes the list an indirect one, RFC
         * 5280 section 5.3.3.
         *
         * @param certificate the certificate to revoke
         * @return this builder
         */
        public Builder revokeForOtherIssuer(TestCertificate certificate) {
            fields.indirect = true;
            fields.entries.add(new CrlFields.Entry(
                    serialNumber(certificate),
                    fields.clock.instant().minus(Duration.ofMinutes(1)),
                    null,
                    certificate.issuer().subjectName()));
            return this;
        }

        private static BigInteger serialNumber(TestCertificate certificate) {
            return certificate.certificate().getSerialNumber();
        }

        /**
         * Writes another issuer name than the subject of the certificate that signs.
         *
         * @param name the name
         * @return this builder
         */
        public Builder issuerName(String name) {
            fields.issuerName = Names.parse(name);
            return this;
        }

        /**
         * Sets the time of issue. Default: one minute before the clock's time.
         *
         * @param instant the time
         * @return this builder
         */
        public Builder thisUpdate(Instant instant) {
            fields.thisUpdate = instant;
            return this;
        }

        /**
         * Sets the time by which the next list comes. Default: six hours after the clock's time.
         *
         * @param instant the time
         * @return this builder
         */
        public Builder nextUpdate(Instant instant) {
            fields.nextUpdate = instant;
            return this;
        }

        /**
         * Leaves the time of the next list out, which RFC 5280 section 5.1.2.5 forbids.
         *
         * @return this builder
         */
        public Builder withoutNextUpdate() {
            fields.withoutNextUpdate = true;
            return this;
        }

        /**
         * Sets the number of the list. Default: 1.
         *
         * @param value the value
         * @return this builder
         */
        public Builder number(long value) {
            fields.number = BigInteger.valueOf(value);
            return this;
        }

        /**
         * Makes a delta list, which tells only what changed since the complete list of the given number.
         *
         * @param baseNumber the number of the complete list
         * @return this builder
         */
        public Builder deltaOf(long baseNumber) {
            fields.deltaBase = BigInteger.valueOf(baseNumber);
            return this;
        }

        /**
         * Marks the list as an indirect one: its entries may be of other issuers.
         *
         * @return this builder
         */
        public Builder indirect() {
            fields.indirect = true;
            return this;
        }

        /**
         * Adds an extension as raw bytes, in the place of the one that this builder would make itself.
         *
         * @param oid the object identifier
         * @param critical whether the extension is critical
         * @param value the value
         * @return this builder
         */
        public Builder extension(String oid, boolean critical, byte[] value) {
            fields.extensions.add(oid, critical, value);
            return this;
        }

        /**
         * Leaves out an extension that this builder would make itself.
         *
         * @param oid the object identifier
         * @return this builder
         */
        public Builder withoutExtension(String oid) {
            fields.extensions.leaveOut(oid);
            return this;
        }

        /**
         * Sets the signature algorithm by its JCA name. Default: the usual one for the issuer's key.
         *
         * @param name the name
         * @return this builder
         */
        public Builder signatureAlgorithm(String name) {
            fields.signatureAlgorithm = name;
            return this;
        }

        /**
         * Signs with another key than the issuer's, so that the signature does not verify.
         *
         * @param pair the key pair
         * @return this builder
         */
        public Builder signedWith(KeyPair pair) {
            fields.signingKey = pair;
            return this;
        }

        /**
         * Issues the list.
         *
         * @return the list
         * @throws IllegalStateException if a value has no encoding, or this JDK cannot sign in this way
         */
        public TestCrl build() {
            return new TestCrl(fields.encode());
        }
    }
}
