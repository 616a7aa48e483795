package io.valkeysecure.testkit.certificate;

import io.valkeysecure.testkit.internal.Names;
import io.valkeysecure.testkit.internal.Pem;
import io.valkeysecure.testkit.internal.PrivateFiles;
import io.valkeysecure.testkit.internal.TlsContexts;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.jspecify.annotations.Nullable;

/**
 * A certificate made for a test, together with its private key and the chain that leads to its root.
 *
 * <p>A <i>root</i> signs itself and is what a client trusts. An <i>intermediate</i> is a CA that another CA issued. A
 * <i>leaf</i> belongs to a server or a client and carries its names in the subject alternative name extension (SAN).
 * The <i>chain</i> is what a peer presents: leaf first, then the intermediates, without the root.
 *
 * <pre>{@code
 * TestCertificate root = TestCertificate.root().build();
 * TestCertificate ca = root.issue().ca().build();
 * TestCertificate server = ca.issue().dnsName("localhost").ipAddress("127.0.0.1").build();
 * TestCertificate expired = ca.issue().dnsName("localhost").notAfter(Instant.now().minusSeconds(30)).build();
 *
 * PemFiles files = server.writePem(directory, "server");
 * }</pre>
 *
 * <p>What the builder makes without further words is a certificate that a careful client accepts, good for six hours.
 * Every attribute can be changed, also to what no CA should ever sign: that is the purpose of this class. It belongs in
 * tests and nowhere else.
 *
 * <p>This class is immutable and thread-safe. {@code toString} shows subject and issuer only.
 */
public final class TestCertificate {
    private final byte[] encoded;
    private final X500Name subject;
    private final byte[] keyIdentifier;
    private final KeyPair keyPair;
    private final @Nullable TestCertificate issuer;
    private final List<TestCertificate> intermediates;
    private final Clock clock;

    TestCertificate(
            byte[] encoded,
            X500Name subject,
            byte[] keyIdentifier,
            KeyPair keyPair,
            @Nullable TestCertificate issuer,
            List<TestCertificate> intermediates,
            Clock clock) {
        this.encoded = encoded;
        this.subject = subject;
        this.keyIdentifier = keyIdentifier;
        this.keyPair = keyPair;
        this.issuer = issuer;
        this.intermediates = intermediates;
        this.clock = clock;
    }

    /**
     * {@return a builder for a root: a CA that signs itself, with critical basic constraints and the key usages to
     * sign certificates and revocation lists}
     */
    public static Builder root() {
        return new Builder(null, Clock.systemUTC()).ca();
    }

    /** {@return a builder for a leaf that signs itself: a chain of one that no CA vouches for} */
    public static Builder selfSigned() {
        return new Builder(null, Clock.systemUTC());
    }

    /**
     * {@return a builder for a certificate that this one signs: a leaf for TLS servers and clients, until {@link
     * Builder#ca()} is called}
     *
     * <p>This certificate need not be a CA, so that a leaf can be misused as one.
     */
    public Builder issue() {
        return new Builder(this, clock);
    }

    /** {@return a builder for a revocation list that this certificate signs} */
    public TestCrl.Builder crl() {
        return new TestCrl.Builder(this, clock);
    }

    /**
     * {@return the certificate as the JDK parses it}
     *
     * @throws IllegalStateException if the JDK cannot parse it, as some broken ones; {@link #encoded()} has its bytes
     */
    public X509Certificate certificate() {
        try {
            return parse(encoded);
        } catch (CertificateException e) {
            throw new IllegalStateException("the JDK cannot parse this certificate; use encoded()", e);
        }
    }

    /** {@return the DER encoding of the certificate} */
    public byte[] encoded() {
        return encoded.clone();
    }

    /**
     * {@return the chain that a peer presents: this certificate first, then its intermediates, without the root}
     *
     * @throws IllegalStateException if the JDK cannot parse one of them
     */
    public List<X509Certificate> chain() {
        return chainOfThis().stream().map(TestCertificate::certificate).toList();
    }

    /** {@return the certificate that signed this one, itself if it is self-signed} */
    public TestCertificate issuer() {
        return issuer == null ? this : issuer;
    }

    /** {@return the subject in the form of RFC 2253, {@code ""} if it is empty} */
    public String subject() {
        return Names.print(subject);
    }

    /** {@return the key pair} */
    public KeyPair keyPair() {
        return keyPair;
    }

    /** {@return the private key} */
    public PrivateKey privateKey() {
        return keyPair.getPrivate();
    }

    /**
     * {@return the same certificate and key with another chain: exactly the given certificates follow the leaf, in
     * this order}
     *
     * <p>With no argument the intermediates are missing. Superfluous, shuffled and cross-signed ones are made so,
     * too.
     *
     * @param others the certificates that follow the leaf
     */
    public TestCertificate withIntermediates(TestCertificate... others) {
        return new TestCertificate(encoded, subject, keyIdentifier, keyPair, issuer, List.of(others), clock);
    }

    /**
     * {@return the same key and chain with other bytes in the place of the certificate, for instance a mutation of
     * {@link #encoded()}} The bytes are not checked.
     *
     * @param der the DER encoding
     */
    public TestCertificate withEncoding(byte[] der) {
        return new TestCertificate(der.clone(), subject, keyIdentifier, keyPair, issuer, intermediates, clock);
    }

    /** {@return the certificate alone as PEM} */
    public String certificatePem() {
        return Pem.encode("CERTIFICATE", encoded);
    }

    /** {@return the chain as PEM: this certificate first, then its intermediates, without the root} */
    public String chainPem() {
        return pem(chainOfThis().toArray(new TestCertificate[0]));
    }

    /**
     * {@return the given certificates, without their intermediates, one after another as PEM}
     *
     * @param certificates the certificates
     */
    public static String pem(TestCertificate... certificates) {
        StringBuilder text = new StringBuilder();
        for (TestCertificate certificate : certificates) {
            text.append(certificate.certificatePem());
        }
        return text.toString();
    }

    /** {@return the private key as unencrypted PKCS#8 in PEM} */
    public String privateKeyPem() {
        return privateKeyPem(PrivateKeyFormat.PKCS8);
    }

    /**
     * {@return the private key unencrypted in PEM}
     *
     * @param format the form of the key
     * @throws IllegalArgumentException if keys of this algorithm have no such form
     */
    public String privateKeyPem(PrivateKeyFormat format) {
        return Pem.privateKey(keyPair, format);
    }

    /**
     * {@return the private key as PKCS#8 in PEM, encrypted as OpenSSL 3 does it: PBES2 with AES-256}
     *
     * @param password the password
     */
    public String encryptedPrivateKeyPem(char[] password) {
        return encryptedPrivateKeyPem(password, PrivateKeyEncryption.PBES2_AES_256_CBC);
    }

    /**
     * {@return the private key in PEM, encrypted in the given way}
     *
     * @param password the password
     * @param encryption the way to encrypt
     * @throws IllegalArgumentException if keys of this algorithm have no such form
     */
    public String encryptedPrivateKeyPem(char[] password, PrivateKeyEncryption encryption) {
        return Pem.encryptedPrivateKey(keyPair, encryption, password);
    }

    /**
     * Writes {@code <name>.crt} with the chain and {@code <name>.key} with the unencrypted private key.
     *
     * <p>Each file appears or is replaced at once, never half-written. The key is readable for its owner only, where
     * the file system knows owners.
     *
     * @param directory an existing directory
     * @param name the name
     * @return the two files
     * @throws UncheckedIOException if a file cannot be written
     */
    public PemFiles writePem(Path directory, String name) {
        Path certificate = directory.resolve(name + ".crt");
        Path key = directory.resolve(name + ".key");
        PrivateFiles.write(certificate, chainPem());
        PrivateFiles.write(key, privateKeyPem());
        return new PemFiles(certificate, key);
    }

    /**
     * Writes a key store with the private key and the chain under the alias {@code key}.
     *
     * @param file the file to write
     * @param type {@code PKCS12} or {@code JKS}
     * @param password of the store and of the key
     * @return {@code file}
     * @throws UncheckedIOException if the file cannot be written
     */
    public Path writeKeyStore(Path file, String type, char[] password) {
        try {
            KeyStore store = KeyStore.getInstance(type);
            store.load(null, null);
            store.setKeyEntry("key", privateKey(), password, chain().toArray(new X509Certificate[0]));
            return PrivateFiles.write(file, out -> store.store(out, password));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("cannot make a key store of type " + type, e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Writes a trust store: the given certificates as trusted entries, under the aliases {@code anchor-0} and so on.
     *
     * @param file the file to write
     * @param type {@code PKCS12} or {@code JKS}
     * @param password the password
     * @param anchors the anchors
     * @return {@code file}
     * @throws UncheckedIOException if the file cannot be written
     */
    public static Path writeTrustStore(Path file, String type, char[] password, TestCertificate... anchors) {
        try {
            KeyStore store = KeyStore.getInstance(type);
            store.load(null, null);
            for (int i = 0; i < anchors.length; i++) {
                store.setCertificateEntry("anchor-" + i, anchors[i].certificate());
            }
            return PrivateFiles.write(file, out -> store.store(out, password));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("cannot make a trust store of type " + type, e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * {@return a JSSE context for a server or a client that presents this chain, whatever is wrong with it, and
     * trusts the given anchors for its peers}
     *
     * <p>Servers made of it ask for no client certificate until told to with {@code setNeedClientAuth}.
     *
     * @param anchors the anchors
     */
    public SSLContext tlsContext(TestCertificate... anchors) {
        return TlsContexts.presenting(this, TlsContexts.trusting(anchors));
    }

    /**
     * Returns this certificate and its intermediates.
     *
     * @return the chain, this one first
     */
    public List<TestCertificate> chainOfThis() {
        List<TestCertificate> chain = new ArrayList<>(intermediates.size() + 1);
        chain.add(this);
        chain.addAll(intermediates);
        return chain;
    }

    X500Name subjectName() {
        return subject;
    }

    byte[] keyIdentifier() {
        return keyIdentifier;
    }

    /**
     * Parses a certificate as the JDK does.
     *
     * @param der the certificate
     * @return the certificate
     * @throws CertificateException if it cannot be parsed
     */
    public static X509Certificate parse(byte[] der) throws CertificateException {
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
    }

    @Override
    public String toString() {
        return "TestCertificate[subject=" + subject() + ", issuer=" + issuer().subject() + "]";
    }

    /**
     * Describes a certificate to be issued.
     *
     * <p>A value that is set again replaces the earlier one, so that a table of tests can start from one good
     * certificate and change one attribute in each row; names are added. Nothing is checked beyond what has no
     * encoding. {@link #build()} may be called more than once: each certificate gets its own serial number and, unless
     * {@link #keyPair} was called, its own key. Builders are not thread-safe.
     */
    public static final class Builder {
        private final CertificateFields fields;

        private Builder(@Nullable TestCertificate issuer, Clock clock) {
            this.fields = new CertificateFields(issuer, clock);
        }

        /**
         * Sets the subject. Default: a common name that tells the kind of certificate and is different each time.
         * With an empty subject the subject alternative names are critical, as RFC 5280 section 4.2.1.6 asks for.
         *
         * @param name such as {@code CN=Test Root,O=Example}, or {@code ""} for an empty one
         * @return this builder
         */
        public Builder subject(String name) {
            fields.subject = Names.parse(name);
            return this;
        }

        /**
         * Writes another issuer name than the subject of the certificate that signs. Default: that subject.
         *
         * @param name the name
         * @return this builder
         */
        public Builder issuerName(String name) {
            fields.issuerName = Names.parse(name);
            return this;
        }

        /**
         * Sets the serial number, which may be zero or negative. Default: random, positive, 127 bits.
         *
         * @param number the serial number
         * @return this builder
         */
        public Builder serialNumber(BigInteger number) {
            fields.serialNumber = number;
            return this;
        }

        /**
         * Sets the start of the validity, cut to seconds. Default: one minute before the clock's time.
         *
         * @param instant the time
         * @return this builder
         */
        public Builder notBefore(Instant instant) {
            fields.notBefore = instant;
            return this;
        }

        /**
         * Sets the end of the validity, cut to seconds. Default: six hours after the clock's time.
         *
         * @param instant the time
         * @return this builder
         */
        public Builder notAfter(Instant instant) {
            fields.notAfter = instant;
            return this;
        }

        /**
         * Sets the clock that the default validity starts from. Default: the issuer's clock, the system's for a root.
         *
         * @param source the clock
         * @return this builder
         */
        public Builder clock(Clock source) {
            fields.clock = source;
            return this;
        }

        /**
         * Sets the kind of key to generate. Default: {@link KeyType#EC_P256}.
         *
         * @param type the kind of key
         * @return this builder
         */
        public Builder keyType(KeyType type) {
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
        public Builder keyPair(KeyPair pair) {
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
         * Makes a version 1 certificate, which has no extensions whatever else is set.
         *
         * @return this builder
         */
        public Builder version1() {
            fields.version1 = true;
            return this;
        }

        /**
         * Makes a CA: basic constraints say so, the key usages are to sign certificates and revocation lists, and
         * there is no extended key usage unless one is set.
         *
         * @return this builder
         */
        public Builder ca() {
            fields.ca = true;
            return this;
        }

        /**
         * Makes a CA, like {@link #ca()}, with a limit on the number of intermediates below it.
         *
         * @param maximumPathLength the number of intermediates that may follow
         * @return this builder
         */
        public Builder ca(int maximumPathLength) {
            fields.pathLength = maximumPathLength;
            return ca();
        }

        /**
         * Leaves the basic constraints out.
         *
         * @return this builder
         */
        public Builder withoutBasicConstraints() {
            return withoutExtension(Extension.basicConstraints.getId());
        }

        /**
         * Adds {@code dNSName}s to the subject alternative names, as they are written.
         *
         * @param dnsNames the names
         * @return this builder
         */
        public Builder dnsName(String... dnsNames) {
            return names(GeneralNameType.DNS_NAME, dnsNames);
        }

        /**
         * Adds {@code iPAddress}es, IPv4 or IPv6 literals, to the subject alternative names.
         *
         * @param addresses the addresses
         * @return this builder
         */
        public Builder ipAddress(String... addresses) {
            return names(GeneralNameType.IP_ADDRESS, addresses);
        }

        /**
         * Adds URIs, such as SPIFFE IDs, to the subject alternative names.
         *
         * @param uris the URIs
         * @return this builder
         */
        public Builder uri(String... uris) {
            return names(GeneralNameType.URI, uris);
        }

        /**
         * Adds a name of any form to the subject alternative names.
         *
         * @param form the form of the name
         * @param text the name
         * @return this builder
         */
        public Builder name(GeneralNameType form, String text) {
            return names(form, text);
        }

        private Builder names(GeneralNameType form, String... texts) {
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
        public Builder otherName(String oid, byte[] der) {
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
        public Builder rawName(int tag, byte[] content) {
            fields.names.add(new DERTaggedObject(false, tag, new DEROctetString(content)));
            return this;
        }

        /**
         * Takes all subject alternative names away that were added so far.
         *
         * @return this builder
         */
        public Builder withoutNames() {
            fields.names.clear();
            return this;
        }

        /**
         * Sets the key usages; with no argument the extension has no bit set. Default: digital signature.
         *
         * @param usages the usages
         * @return this builder
         */
        public Builder keyUsage(KeyUsage... usages) {
            fields.keyUsages = usages.clone();
            return this;
        }

        /**
         * Leaves the key usage out.
         *
         * @return this builder
         */
        public Builder withoutKeyUsage() {
            return withoutExtension(Extension.keyUsage.getId());
        }

        /**
         * Sets the extended key usages; with no argument the extension is an empty list. Default: server and client
         * authentication for a leaf, no extension for a CA.
         *
         * @param usages the usages
         * @return this builder
         */
        public Builder extendedKeyUsage(ExtendedKeyUsage... usages) {
            fields.purposes = Arrays.stream(usages).map(ExtendedKeyUsage::oid).toList();
            fields.purposesSet = true;
            return this;
        }

        /**
         * Leaves the extended key usage out.
         *
         * @return this builder
         */
        public Builder withoutExtendedKeyUsage() {
            return withoutExtension(Extension.extendedKeyUsage.getId());
        }

        /**
         * Adds a permitted subtree to the name constraints, which are critical.
         *
         * @param form the form of the name
         * @param base the base of the subtree
         * @return this builder
         */
        public Builder permitted(GeneralNameType form, String base) {
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
        public Builder excluded(GeneralNameType form, String base) {
            fields.excluded.add(form.generalName(base));
            return this;
        }

        /**
         * Leaves out the extension that tells the hash of the key.
         *
         * @return this builder
         */
        public Builder withoutSubjectKeyIdentifier() {
            return withoutExtension(Extension.subjectKeyIdentifier.getId());
        }

        /**
         * Leaves out the extension that tells the hash of the issuer's key. To write a wrong one, use {@link
         * #extension}.
         *
         * @return this builder
         */
        public Builder withoutAuthorityKeyIdentifier() {
            return withoutExtension(Extension.authorityKeyIdentifier.getId());
        }

        /**
         * Names an OCSP responder for the certificate, RFC 5280 section 4.2.2.1. Default: none.
         *
         * @param url such as {@link OcspResponder#url()}
         * @return this builder
         */
        public Builder ocspUrl(String url) {
            fields.ocspUrl = url;
            return this;
        }

        /**
         * Names a place where the issuer's revocation list is found, RFC 5280 section 4.2.1.13. Default: none.
         *
         * @param url the place
         * @return this builder
         */
        public Builder crlUrl(String url) {
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
        public Builder extension(String oid, boolean isCritical, byte[] value) {
            fields.extensions.add(oid, isCritical, value);
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
         * Marks an extension that this builder makes itself as critical or not. Default: critical are basic
         * constraints, key usage, name constraints and, if the subject is empty, the subject alternative names.
         *
         * @param oid the object identifier
         * @param isCritical whether the extension is critical
         * @return this builder
         */
        public Builder critical(String oid, boolean isCritical) {
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
        public Builder tbsCertificate(UnaryOperator<byte[]> change) {
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
}
