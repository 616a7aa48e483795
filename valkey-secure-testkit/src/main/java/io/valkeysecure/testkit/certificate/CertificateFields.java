package io.valkeysecure.testkit.certificate;

import io.valkeysecure.testkit.internal.Names;
import io.valkeysecure.testkit.internal.Signers;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AccessDescription;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.AuthorityInformationAccess;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x509.Time;
import org.bouncycastle.asn1.x9.ECNamedCurveTable;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.operator.ContentSigner;
import org.jspecify.annotations.Nullable;

/** What was asked of a certificate, and its encoding. */
final class CertificateFields {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final AtomicLong NAME_COUNTER = new AtomicLong();

    private final @Nullable TestCertificate issuer;
    final List<GeneralName> permitted = new ArrayList<>();
    final List<GeneralName> excluded = new ArrayList<>();
    final List<ASN1Encodable> names = new ArrayList<>();
    final ExtensionChoices extensions = new ExtensionChoices();
    Clock clock;
    boolean ca;

    @Nullable
    Integer pathLength;

    @Nullable
    X500Name subject;

    @Nullable
    X500Name issuerName;

    @Nullable
    BigInteger serialNumber;

    @Nullable
    Instant notBefore;

    @Nullable
    Instant notAfter;

    KeyType keyType = KeyType.EC_P256;

    @Nullable
    KeyPair keyPair;

    @Nullable
    KeyPair signingKey;

    @Nullable
    String signatureAlgorithm;

    KeyUsage @Nullable [] keyUsages;
    List<String> purposes = List.of(ExtendedKeyUsage.SERVER_AUTH.oid(), ExtendedKeyUsage.CLIENT_AUTH.oid());
    boolean purposesSet;

    @Nullable
    String ocspUrl;

    @Nullable
    String crlUrl;

    boolean version1;
    UnaryOperator<byte[]> tbsCertificate = UnaryOperator.identity();

    CertificateFields(@Nullable TestCertificate issuer, Clock clock) {
        this.issuer = issuer;
        this.clock = clock;
    }

    TestCertificate issue() {
        KeyPair certified = keyPair != null ? keyPair : keyType.generate();
        X500Name name = subject != null ? subject : defaultSubject();
        SubjectPublicKeyInfo publicKey = publicKeyInfo(certified);
        byte[] identifier = sha1(publicKey.getPublicKeyData().getOctets());
        KeyPair issuerKey = issuer != null ? issuer.keyPair() : certified;
        KeyPair signing = signingKey != null ? signingKey : issuerKey;
        try {
            ContentSigner signer = Signers.signer(signing, signatureAlgorithm);
            byte[] tbs = tbsCertificate.apply(tbs(name, publicKey, identifier, signer.getAlgorithmIdentifier())
                    .getEncoded(ASN1Encoding.DER));
            byte[] der = Signers.signed(tbs, signer);
            return new TestCertificate(der, name, identifier, certified, issuer, defaultIntermediates(), clock);
        } catch (IOException e) {
            throw new IllegalStateException("cannot encode the certificate", e);
        }
    }

    private X500Name defaultSubject() {
        String kind = issuer == null ? (ca ? "root" : "self-signed leaf") : (ca ? "intermediate" : "leaf");
        return Names.parse("CN=test " + kind + " " + NAME_COUNTER.incrementAndGet());
    }

    private List<TestCertificate> defaultIntermediates() {
        return issuer == null || issuer.issuer() == issuer ? List.of() : issuer.chainOfThis();
    }

    private SubjectPublicKeyInfo publicKeyInfo(KeyPair pair) {
        SubjectPublicKeyInfo info =
                SubjectPublicKeyInfo.getInstance(pair.getPublic().getEncoded());
        if (keyType != KeyType.EC_P256_EXPLICIT) {
            return info;
        }
        X9ECParameters curve = ECNamedCurveTable.getByName("secp256r1");
        return new SubjectPublicKeyInfo(
                new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, curve),
                info.getPublicKeyData().getOctets());
    }

    private DERSequence tbs(
            X500Name name, SubjectPublicKeyInfo publicKey, byte[] identifier, AlgorithmIdentifier algorithm)
            throws IOException {
        Instant now = clock.instant();
        Instant from = notBefore != null ? notBefore : now.minus(Duration.ofMinutes(1));
        Instant until = notAfter != null ? notAfter : now.plus(Duration.ofHours(6));
        X500Name signedBy = issuerName != null ? issuerName : issuer != null ? issuer.subjectName() : name;

        ASN1EncodableVector tbs = new ASN1EncodableVector();
        if (!version1) {
            tbs.add(new DERTaggedObject(true, 0, new ASN1Integer(2)));
        }
        tbs.add(new ASN1Integer(serialNumber != null ? serialNumber : new BigInteger(127, RANDOM)));
        tbs.add(algorithm);
        tbs.add(signedBy);
        tbs.add(new DERSequence(new ASN1Encodable[] {new Time(Date.from(from)), new Time(Date.from(until))}));
        tbs.add(name);
        tbs.add(publicKey);
        ASN1Encodable[] all = version1 ? new ASN1Encodable[0] : extensions(name, identifier);
        if (all.length > 0) {
            tbs.add(new DERTaggedObject(true, 3, new DERSequence(all)));
        }
        return new DERSequence(tbs);
    }

    private ASN1Encodable[] extensions(X500Name name, byte[] identifier) throws IOException {
        ExtensionChoices.Made made = extensions.make();
        made.add(Extension.basicConstraints, true, basicConstraints());
        KeyUsage[] usages = keyUsages != null
                ? keyUsages
                : ca
                        ? new KeyUsage[] {KeyUsage.KEY_CERT_SIGN, KeyUsage.CRL_SIGN}
                        : new KeyUsage[] {KeyUsage.DIGITAL_SIGNATURE};
        made.add(Extension.keyUsage, true, bits(usages));
        if (purposesSet || !ca) {
            ASN1Encodable[] oids =
                    purposes.stream().map(ASN1ObjectIdentifier::new).toArray(ASN1Encodable[]::new);
            made.add(Extension.extendedKeyUsage, false, new DERSequence(oids));
        }
        if (!names.isEmpty()) {
            boolean emptySubject = name.getRDNs().length == 0;
            made.add(
                    Extension.subjectAlternativeName,
                    emptySubject,
                    new DERSequence(names.toArray(new ASN1Encodable[0])));
        }
        if (!permitted.isEmpty() || !excluded.isEmpty()) {
            made.add(Extension.nameConstraints, true, new NameConstraints(subtrees(permitted), subtrees(excluded)));
        }
        made.add(Extension.subjectKeyIdentifier, false, new SubjectKeyIdentifier(identifier));
        if (issuer != null) {
            made.add(Extension.authorityKeyIdentifier, false, new AuthorityKeyIdentifier(issuer.keyIdentifier()));
        }
        if (ocspUrl != null) {
            made.add(
                    Extension.authorityInfoAccess,
                    false,
                    new AuthorityInformationAccess(
                            AccessDescription.id_ad_ocsp, GeneralNameType.URI.generalName(ocspUrl)));
        }
        if (crlUrl != null) {
            DistributionPointName place =
                    new DistributionPointName(new GeneralNames(GeneralNameType.URI.generalName(crlUrl)));
            DistributionPoint point = new DistributionPoint(place, null, null);
            made.add(Extension.cRLDistributionPoints, false, new CRLDistPoint(new DistributionPoint[] {point}));
        }
        return made.withRaw();
    }

    private BasicConstraints basicConstraints() {
        return ca && pathLength != null ? new BasicConstraints(pathLength) : new BasicConstraints(ca);
    }

    private static GeneralSubtree @Nullable [] subtrees(Collection<GeneralName> bases) {
        return bases.isEmpty() ? null : bases.stream().map(GeneralSubtree::new).toArray(GeneralSubtree[]::new);
    }

    private static DERBitString bits(KeyUsage... usages) {
        int bits = 0;
        for (KeyUsage usage : usages) {
            bits |= 0x8000 >>> usage.bit();
        }
        int unused = bits == 0 ? 0 : Integer.numberOfTrailingZeros(bits);
        byte[] bytes = {(byte) (bits >>> 8), (byte) bits};
        int length = bits == 0 ? 0 : unused >= 8 ? 1 : 2;
        return new DERBitString(Arrays.copyOf(bytes, length), unused % 8);
    }

    private static byte[] sha1(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-1").digest(bytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
