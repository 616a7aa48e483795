package io.valkeysecure.testkit.certificate;

import io.valkeysecure.testkit.internal.Names;
import java.io.IOException;
import java.math.BigInteger;
import java.security.KeyPair;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.jspecify.annotations.Nullable;

/**
 * Describes a certificate to be issued. {@link TestCertificate#root()}, {@link TestCertificate#selfSigned()} and
 * {@link TestCertificate#issue()} make one.
 *
 * <p>A value that is set again replaces the earlier one, so that a table of tests can start from one good
 * certificate and change one attribute in each row; names are added. Nothing is checked beyond what has no
 * encoding. {@link #build()} may be called more than once: each certificate gets its own serial number and, unless
 * {@link #keyPair} was called, its own key. Builders are not thread-safe.
 */
public final class TestCertificateBuilder {
    private final CertificateFields fields;

    TestCertificateBuilder(@Nullable TestCertificate issuer, Clock clock) {
        this.fields = new CertificateFields(issuer, clock);
    }

    /**
     * Sets the subject. Default: a common name that tells the kind of certificate and is different each time.
     * With an empty subject the subject alternative names are critical, as RFC 5280 section 4.2.1.6 asks for.
     *
     * @param name such as {@code CN=Test Root,O=Example}, or {@code ""} for an empty one
     * @return this builder
     */
    public TestCertificateBuilder subject(String name) {
        fields.subject = Names.parse(name);
        return this;
    }

    /**
     * Writes another issuer name than the subject of the certificate that signs. Default: that subject.
     *
     * @param name the name
     * @return this builder
     */
    public TestCertificateBuilder issuerName(String name) {
        fields.issuerName = Names.parse(name);
        return this;
    }

    /**
     * Sets the serial number, which may be zero or negative. Default: random, positive, 127 bits.
     *
     * @param number the serial number
     * @return this builder
     */
    public TestCertificateBuilder serialNumber(BigInteger number) {
        fields.serialNumber = number;
        return this;
    }

    /**
     * Sets the start of the validity, cut to seconds. Default: one minute before the clock's time.
     *
     * @param instant the time
     * @return this builder
     */
    public TestCertificateBuilder notBefore(Instant instant) {
        fields.notBefore = instant;
        return this;
    }

    /**
     * Sets the end of the validity, cut to seconds. Default: six hours after the clock's time.
     *
     * @param instant the time
     * @return this builder
     */
    public TestCertificateBuilder notAfter(Instant instant) {
        fields.notAfter = instant;
        return this;
    }

    /**
     * Sets the clock that the default validity starts from. Default: the issuer's clock, the system's for a root.
     *
     * @param source the clock
     * @return this builder
     */
    public TestCertificateBuilder clock(Clock source) {
        fields.clock = source;
        return this;
    }

    /**
     * Sets the kind of key to generate. Default: {@link KeyType#EC_P256}.
     *
     * @param type the kind of key
     * @return this builder
     */
    public TestCertificateBuilder keyType(KeyType type) {
        fields.keyType = type;
        return this;
    }

    /**
     * Certifies the given key pair. Default: a fresh one.
     *
     * <p>A renewal that keeps the key, and a CA cross-signed by another, are made with the key pair (and the
     * subject) of the earlier certificate.
     *
     * @param pair the key pair
     * @return this builder
     */
    public TestCertificateBuilder keyPair(KeyPair pair) {
        fields.keyPair = pair;
        return this;
    }

    /**
     * Sets the signature algorithm by its JCA name, such as {@code SHA1withRSA}; names that end in {@code
     * andMGF1} mean RSASSA-PSS. Default: the usual one for the key that signs, with SHA-256 or better.
     *
     * @param name the name
     * @return this builder
     */
    public TestCertificateBuilder signatureAlgorithm(String name) {
        fields.signatureAlgorithm = name;
        return this;
    }

    /**
     * Signs with another key than the issuer's, so that the signature does not verify.
     *
     * @param pair the key pair
     * @return this builder
     */
    public TestCertificateBuilder signedWith(KeyPair pair) {
        fields.signingKey = pair;
        return this;
    }

    /**
     * Makes a version 1 certificate, which has no extensions whatever else is set.
     *
     * @return this builder
     */
    public TestCertificateBuilder version1() {
        fields.version1 = true;
        return this;
    }

    /**
     * Makes a CA: basic constraints say so, the key usages are to sign certificates and revocation lists, and
     * there is no extended key usage unless one is set.
     *
     * @return this builder
     */
    public TestCertificateBuilder ca() {
        fields.ca = true;
        return this;
    }

    /**
     * Makes a CA, like {@link #ca()}, with a limit on the number of intermediates below it.
     *
     * @param maximumPathLength the number of intermediates that may follow
     * @return this builder
     */
    public TestCertificateBuilder ca(int maximumPathLength) {
        fields.pathLength = maximumPathLength;
        return ca();
    }

    /**
     * Leaves the basic constraints out.
     *
     * @return this builder
     */
    public TestCertificateBuilder withoutBasicConstraints() {
        return withoutExtension(Extension.basicConstraints.getId());
    }

    /**
     * Adds {@code dNSName}s to the subject alternative names, as they are written.
     *
     * @param dnsNames the names
     * @return this builder
     */
    public TestCertificateBuilder dnsName(String... dnsNames) {
        return names(GeneralNameType.DNS_NAME, dnsNames);
    }

    /**
     * Adds {@code iPAddress}es, IPv4 or IPv6 literals, to the subject alternative names.
     *
     * @param addresses the addresses
     * @return this builder
     */
    public TestCertificateBuilder ipAddress(String... addresses) {
        return names(GeneralNameType.IP_ADDRESS, addresses);
    }

    /**
     * Adds URIs, such as SPIFFE IDs, to the subject alternative names.
     *
     * @param uris the URIs
     * @return this builder
     */
    public TestCertificateBuilder uri(String... uris) {
        return names(GeneralNameType.URI, uris);
    }

    /**
     * Adds a name of any form to the subject alternative names.
     *
     * @param form the form of the name
     * @param text the name
     * @return this builder
     */
    public TestCertificateBuilder name(GeneralNameType form, String text) {
        return names(form, text);
    }

    private TestCertificateBuilder names(GeneralNameType form, String... texts) {
        for (String text : texts) {
            fields.names.add(form.generalName(text));
        }
        return this;
    }

    /**
     * Adds an {@code otherName} to the subject alternative names.
     *
     * @param oid the object identifier
     * @param der the DER encoding
     * @return this builder
     */
    public TestCertificateBuilder otherName(String oid, byte[] der) {
        fields.names.add(new GeneralName(GeneralName.otherName, new DERSequence(new ASN1Encodable[] {
            new ASN1ObjectIdentifier(oid), new DERTaggedObject(true, 0, primitive(der))
        })));
        return this;
    }

    private static ASN1Primitive primitive(byte[] der) {
        try {
            return ASN1Primitive.fromByteArray(der);
        } catch (IOException e) {
            throw new IllegalArgumentException("the value of an otherName must be DER", e);
        }
    }

    /**
     * Adds a name to the subject alternative names as raw content, which need not be valid: an address of three
     * bytes, a DNS name that is not ASCII.
     *
     * @param tag the context-specific tag of RFC 5280's {@code GeneralName}, 2 for a DNS name, 7 for an address
     * @param content the content of the name, without tag and length
     * @return this builder
     */
    public TestCertificateBuilder rawName(int tag, byte[] content) {
        fields.names.add(new DERTaggedObject(false, tag, new DEROctetString(content)));
        return this;
    }

    /**
     * Takes all subject alternative names away that were added so far.
     *
     * @return this builder
     */
    public TestCertificateBuilder withoutNames() {
        fields.names.clear();
        return this;
    }

    /**
     * Sets the key usages; with no argument the extension has no bit set. Default: digital signature.
     *
     * @param usages the usages
     * @return this builder
     */
    public TestCertificateBuilder keyUsage(KeyUsage... usages) {
        fields.keyUsages = usages.clone();
        return this;
    }

    /**
     * Leaves the key usage out.
     *
     * @return this builder
     */
    public TestCertificateBuilder withoutKeyUsage() {
        return withoutExtension(Extension.keyUsage.getId());
    }

    /**
     * Sets the extended key usages; with no argument the extension is an empty list. Default: server and client
     * authentication for a leaf, no extension for a CA.
     *
     * @param usages the usages
     * @return this builder
     */
    public TestCertificateBuilder extendedKeyUsage(ExtendedKeyUsage... usages) {
        fields.purposes = Arrays.stream(usages).map(ExtendedKeyUsage::oid).toList();
        fields.purposesSet = true;
        return this;
    }

    /**
     * Leaves the extended key usage out.
     *
     * @return this builder
     */
    public TestCertificateBuilder withoutExtendedKeyUsage() {
        return withoutExtension(Extension.extendedKeyUsage.getId());
    }

    /**
     * Adds a permitted subtree to the name constraints, which are critical.
     *
     * @param form the form of the name
     * @param base the base of the subtree
     * @return this builder
     */
    public TestCertificateBuilder permitted(GeneralNameType form, String base) {
        fields.permitted.add(form.generalName(base));
        return this;
    }

    /**
     * Adds an excluded subtree to the name constraints, which are critical.
     *
     * @param form the form of the name
     * @param base the base of the subtree
     * @return this builder
     */
    public TestCertificateBuilder excluded(GeneralNameType form, String base) {
        fields.excluded.add(form.generalName(base));
        return this;
    }

    /**
     * Leaves out the extension that tells the hash of the key.
     *
     * @return this builder
     */
    public TestCertificateBuilder withoutSubjectKeyIdentifier() {
        return withoutExtension(Extension.subjectKeyIdentifier.getId());
    }

    /**
     * Leaves out the extension that tells the hash of the issuer's key. To write a wrong one, use {@link
     * #extension}.
     *
     * @return this builder
     */
    public TestCertificateBuilder withoutAuthorityKeyIdentifier() {
        return withoutExtension(Extension.authorityKeyIdentifier.getId());
    }

    /**
     * Names an OCSP responder for the certificate, RFC 5280 section 4.2.2.1. Default: none.
     *
     * @param url such as {@link OcspResponder#url()}
     * @return this builder
     */
    public TestCertificateBuilder ocspUrl(String url) {
        fields.ocspUrl = url;
        return this;
    }

    /**
     * Names a place where the issuer's revocation list is found, RFC 5280 section 4.2.1.13. Default: none.
     *
     * @param url the place
     * @return this builder
     */
    public TestCertificateBuilder crlUrl(String url) {
        fields.crlUrl = url;
        return this;
    }

    /**
     * Adds an extension as raw bytes. It takes the place of the one that this builder would make itself; the same
     * extension given twice is in the certificate twice.
     *
     * @param oid such as {@code 2.5.29.17}
     * @param isCritical whether the extension is critical
     * @param value the content of the extension's octet string, normally DER; not checked
     * @return this builder
     */
    public TestCertificateBuilder extension(String oid, boolean isCritical, byte[] value) {
        fields.extensions.add(oid, isCritical, value);
        return this;
    }

    /**
     * Leaves out an extension that this builder would make itself.
     *
     * @param oid the object identifier
     * @return this builder
     */
    public TestCertificateBuilder withoutExtension(String oid) {
        fields.extensions.leaveOut(oid);
        return this;
    }

    /**
     * Marks an extension that this builder makes itself as critical or not. Default: critical are basic
     * constraints, key usage, name constraints and, if the subject is empty, the subject alternative names.
     *
     * @param oid the object identifier
     * @param isCritical whether the extension is critical
     * @return this builder
     */
    public TestCertificateBuilder critical(String oid, boolean isCritical) {
        fields.extensions.mark(oid, isCritical);
        return this;
    }

    /**
     * Changes the DER of the {@code TBSCertificate} just before it is signed, so that a malformed certificate has
     * a good signature.
     *
     * @param change gets the encoding and returns the one to sign
     * @return this builder
     */
    public TestCertificateBuilder tbsCertificate(UnaryOperator<byte[]> change) {
        fields.tbsCertificate = change;
        return this;
    }

    /**
     * Issues the certificate.
     *
     * @return the certificate, with its key and chain
     * @throws IllegalStateException if a value has no encoding at all, or this JDK cannot sign in this way
     */
    public TestCertificate build() {
        return fields.issue();
    }
}
