package io.valkeysecure.testkit.certificate;

import io.valkeysecure.testkit.internal.Names;
import io.valkeysecure.testkit.internal.Pem;
import io.valkeysecure.testkit.internal.PrivateFiles;
import io.valkeysecure.testkit.internal.PrivateKeyEncryption;
import io.valkeysecure.testkit.internal.PrivateKeyFormat;
import io.valkeysecure.testkit.internal.TlsContexts;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.bouncycastle.asn1.x500.X500Name;
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
    public static TestCertificateBuilder root() {
        return new TestCertificateBuilder(null, Clock.systemUTC()).ca();
    }

    /** {@return a builder for a leaf that signs itself: a chain of one that no CA vouches for} */
    public static TestCertificateBuilder selfSigned() {
        return new TestCertificateBuilder(null, Clock.systemUTC());
    }

    /**
     * {@return a builder for a certificate that this one signs: a leaf for TLS servers and clients, until {@link
     * TestCertificateBuilder#ca()} is called}
     *
     * <p>This certificate need not be a CA, so that a leaf can be misused as one.
     */
    public TestCertificateBuilder issue() {
        return new TestCertificateBuilder(this, clock);
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
        return Pem.privateKey(keyPair, PrivateKeyFormat.PKCS8);
    }

    /**
     * {@return the private key as PKCS#8 in PEM, encrypted as OpenSSL 3 does it: PBES2 with AES-256}
     *
     * @param password the password
     */
    public String encryptedPrivateKeyPem(char[] password) {
        return Pem.encryptedPrivateKey(keyPair, PrivateKeyEncryption.PBES2_AES_256_CBC, password);
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
}
