package io.valkeysecure.testkit.certificate;

import io.valkeysecure.testkit.internal.Names;
import io.valkeysecure.testkit.internal.Pem;
import io.valkeysecure.testkit.internal.PrivateFiles;
import io.valkeysecure.testkit.internal.Signers;
import java.io.ByteArrayInputStream;
import java.io.IOException;
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
import java.util.ArrayList;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.IssuingDistributionPoint;
import org.bouncycastle.asn1.x509.Time;
import org.bouncycastle.operator.ContentSigner;
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
        private final TestCertificate signer;
        private final Clock clock;
        private final List<Entry> entries = new ArrayList<>();
        private final List<Extension> rawExtensions = new ArrayList<>();
        private final Set<String> absent = new HashSet<>();
        private @Nullable X500Name issuerName;
        private @Nullable Instant thisUpdate;
        private @Nullable Instant nextUpdate;
        private boolean withoutNextUpdate;
        private BigInteger number = BigInteger.ONE;
        private @Nullable BigInteger deltaBase;
        private boolean indirect;
        private @Nullable KeyPair signingKey;
        private @Nullable String signatureAlgorithm;

        Builder(TestCertificate signer, Clock clock) {
            this.signer = signer;
            this.clock = clock;
        }

        private record Entry(
                BigInteger serialNumber,
                Instant when,
                @Nullable CRLReason reason,
                @Nullable X500Name issuer) {}

        /**
         * Revokes a certificate, one minute ago by the clock, without a reason.
         *
         * @param certificate the certificate to revoke
         * @return this builder
         */
        public Builder revoke(TestCertificate certificate) {
            return revoke(serialNumber(certificate), clock.instant().minus(Duration.ofMinutes(1)), null);
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
            entries.add(new Entry(serialNumber, when, reason, null));
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
            this.indirect = true;
            entries.add(new Entry(
                    serialNumber(certificate),
                    clock.instant().minus(Duration.ofMinutes(1)),
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
            this.issuerName = Names.parse(name);
            return this;
        }

        /**
         * Sets the time of issue. Default: one minute before the clock's time.
         *
         * @param instant the time
         * @return this builder
         */
        public Builder thisUpdate(Instant instant) {
            this.thisUpdate = instant;
            return this;
        }

        /**
         * Sets the time by which the next list comes. Default: six hours after the clock's time.
         *
         * @param instant the time
         * @return this builder
         */
        public Builder nextUpdate(Instant instant) {
            this.nextUpdate = instant;
            return this;
        }

        /**
         * Leaves the time of the next list out, which RFC 5280 section 5.1.2.5 forbids.
         *
         * @return this builder
         */
        public Builder withoutNextUpdate() {
            this.withoutNextUpdate = true;
            return this;
        }

        /**
         * Sets the number of the list. Default: 1.
         *
         * @param value the value
         * @return this builder
         */
        public Builder number(long value) {
            this.number = BigInteger.valueOf(value);
            return this;
        }

        /**
         * Makes a delta list, which tells only what changed since the complete list of the given number.
         *
         * @param baseNumber the number of the complete list
         * @return this builder
         */
        public Builder deltaOf(long baseNumber) {
            this.deltaBase = BigInteger.valueOf(baseNumber);
            return this;
        }

        /**
         * Marks the list as an indirect one: its entries may be of other issuers.
         *
         * @return this builder
         */
        public Builder indirect() {
            this.indirect = true;
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
            rawExtensions.add(new Extension(new ASN1ObjectIdentifier(oid), critical, value.clone()));
            return this;
        }

        /**
         * Leaves out an extension that this builder would make itself.
         *
         * @param oid the object identifier
         * @return this builder
         */
        public Builder withoutExtension(String oid) {
            absent.add(oid);
            return this;
        }

        /**
         * Sets the signature algorithm by its JCA name. Default: the usual one for the issuer's key.
         *
         * @param name the name
         * @return this builder
         */
        public Builder signatureAlgorithm(String name) {
            this.signatureAlgorithm = name;
            return this;
        }

        /**
         * Signs with another key than the issuer's, so that the signature does not verify.
         *
         * @param pair the key pair
         * @return this builder
         */
        public Builder signedWith(KeyPair pair) {
            this.signingKey = pair;
            return this;
        }

        /**
         * Issues the list.
         *
         * @return the list
         * @throws IllegalStateException if a value has no encoding, or this JDK cannot sign in this way
         */
        public TestCrl build() {
            KeyPair key = signingKey != null ? signingKey : signer.keyPair();
            ContentSigner signature = Signers.signer(key, signatureAlgorithm);
            try {
                byte[] tbs = tbs(signature.getAlgorithmIdentifier()).getEncoded(ASN1Encoding.DER);
                return new TestCrl(Signers.signed(tbs, signature));
            } catch (IOException e) {
                throw new IllegalStateException("cannot encode the revocation list", e);
            }
        }

        private DERSequence tbs(AlgorithmIdentifier algorithm) throws IOException {
            Instant now = clock.instant();
            ASN1EncodableVector tbs = new ASN1EncodableVector();
            tbs.add(new ASN1Integer(1));
            tbs.add(algorithm);
            tbs.add(issuerName != null ? issuerName : signer.subjectName());
            tbs.add(time(thisUpdate != null ? thisUpdate : now.minus(Duration.ofMinutes(1))));
            if (!withoutNextUpdate) {
                tbs.add(time(nextUpdate != null ? nextUpdate : now.plus(Duration.ofHours(6))));
            }
            if (!entries.isEmpty()) {
                ASN1EncodableVector revoked = new ASN1EncodableVector();
                for (Entry entry : entries) {
                    revoked.add(encode(entry));
                }
                tbs.add(new DERSequence(revoked));
            }
            List<Extension> extensions = extensions();
            if (!extensions.isEmpty()) {
                tbs.add(new DERTaggedObject(true, 0, new DERSequence(extensions.toArray(new ASN1Encodable[0]))));
            }
            return new DERSequence(tbs);
        }

        @SuppressWarnings(
                "EnumOrdinal") // the JDK's constants stand in the order of RFC 5280 section 5.3.1, gap included
        private static DERSequence encode(Entry entry) throws IOException {
            ASN1EncodableVector fields = new ASN1EncodableVector();
            fields.add(new ASN1Integer(entry.serialNumber()));
            fields.add(time(entry.when()));
            ASN1EncodableVector extensions = new ASN1EncodableVector();
            CRLReason reason = entry.reason();
            if (reason != null) {
                org.bouncycastle.asn1.x509.CRLReason code =
                        org.bouncycastle.asn1.x509.CRLReason.lookup(reason.ordinal());
                extensions.add(new Extension(Extension.reasonCode, false, code.getEncoded(ASN1Encoding.DER)));
            }
            X500Name issuer = entry.issuer();
            if (issuer != null) {
                GeneralNames names = new GeneralNames(new GeneralName(issuer));
                extensions.add(new Extension(Extension.certificateIssuer, true, names.getEncoded(ASN1Encoding.DER)));
            }
            if (extensions.size() > 0) {
                fields.add(new DERSequence(extensions));
            }
            return new DERSequence(fields);
        }

        private List<Extension> extensions() throws IOException {
            List<Extension> made = new ArrayList<>();
            add(made, Extension.authorityKeyIdentifier, false, new AuthorityKeyIdentifier(signer.keyIdentifier()));
            add(made, Extension.cRLNumber, false, new ASN1Integer(number));
            if (deltaBase != null) {
                add(made, Extension.deltaCRLIndicator, true, new ASN1Integer(deltaBase));
            }
            if (indirect) {
                add(
                        made,
                        Extension.issuingDistributionPoint,
                        true,
                        new IssuingDistributionPoint(null, false, false, null, true, false));
            }
            made.addAll(rawExtensions);
            return made;
        }

        private void add(List<Extension> made, ASN1ObjectIdentifier oid, boolean critical, ASN1Encodable value)
                throws IOException {
            boolean replaced =
                    rawExtensions.stream().anyMatch(raw -> raw.getExtnId().equals(oid));
            if (!replaced && !absent.contains(oid.getId())) {
                made.add(new Extension(oid, critical, value.toASN1Primitive().getEncoded(ASN1Encoding.DER)));
            }
        }

        private static Time time(Instant instant) {
            return new Time(Date.from(instant));
        }
    }
}
