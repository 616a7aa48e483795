package io.valkeysecure.testkit.certificate;

import io.valkeysecure.testkit.internal.Signers;
import java.io.IOException;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.cert.CRLReason;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Integer;
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

/** What was asked of a revocation list, and its encoding. */
final class CrlFields {
    private final TestCertificate signer;
    final Clock clock;
    final List<Entry> entries = new ArrayList<>();
    final ExtensionChoices extensions = new ExtensionChoices();

    @Nullable
    X500Name issuerName;

    @Nullable
    Instant thisUpdate;

    @Nullable
    Instant nextUpdate;

    boolean withoutNextUpdate;
    BigInteger number = BigInteger.ONE;

    @Nullable
    BigInteger deltaBase;

    boolean indirect;

    @Nullable
    KeyPair signingKey;

    @Nullable
    String signatureAlgorithm;

    CrlFields(TestCertificate signer, Clock clock) {
        this.signer = signer;
        this.clock = clock;
    }

    record Entry(
            BigInteger serialNumber,
            Instant when,
            @Nullable CRLReason reason,
            @Nullable X500Name issuer) {}

    byte[] encode() {
        KeyPair key = signingKey != null ? signingKey : signer.keyPair();
        ContentSigner signature = Signers.signer(key, signatureAlgorithm);
        try {
            byte[] tbs = tbs(signature.getAlgorithmIdentifier()).getEncoded(ASN1Encoding.DER);
            return Signers.signed(tbs, signature);
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
        ASN1Encodable[] all = extensions();
        if (all.length > 0) {
            tbs.add(new DERTaggedObject(true, 0, new DERSequence(all)));
        }
        return new DERSequence(tbs);
    }

    @SuppressWarnings("EnumOrdinal") // the JDK's constants stand in the order of RFC 5280 section 5.3.1, gap included
    private static DERSequence encode(Entry entry) throws IOException {
        ASN1EncodableVector fields = new ASN1EncodableVector();
        fields.add(new ASN1Integer(entry.serialNumber()));
        fields.add(time(entry.when()));
        ASN1EncodableVector extensions = new ASN1EncodableVector();
        CRLReason reason = entry.reason();
        if (reason != null) {
            org.bouncycastle.asn1.x509.CRLReason code = org.bouncycastle.asn1.x509.CRLReason.lookup(reason.ordinal());
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

    private ASN1Encodable[] extensions() throws IOException {
        ExtensionChoices.Made made = extensions.make();
        made.add(Extension.authorityKeyIdentifier, false, new AuthorityKeyIdentifier(signer.keyIdentifier()));
        made.add(Extension.cRLNumber, false, new ASN1Integer(number));
        if (deltaBase != null) {
            made.add(Extension.deltaCRLIndicator, true, new ASN1Integer(deltaBase));
        }
        if (indirect) {
            made.add(
                    Extension.issuingDistributionPoint,
                    true,
                    new IssuingDistributionPoint(null, false, false, null, true, false));
        }
        return made.withRaw();
    }

    private static Time time(Instant instant) {
        return new Time(Date.from(instant));
    }
}
