package io.valkeysecure.cli.pki.authority;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLNumber;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CRLConverter;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A CA with its key: what signs. What it signs keeps the profile of RFC 5280, 4 and 5, to the letter. */
public final class Issuer {
    private static final int SERIAL_BITS = 126;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final X509Certificate certificate;
    private final PrivateKey key;

    Issuer(X509Certificate certificate, PrivateKey key) {
        this.certificate = certificate;
        this.key = key;
    }

    static Issuer root(KeyPair pair, X500Name subject, int pathLength, Instant from, Instant until) {
        X509v3CertificateBuilder builder = builder(subject, subject, pair.getPublic(), from, until);
        return new Issuer(ca(builder, pair.getPublic(), pathLength, pair.getPrivate()), pair.getPrivate());
    }

    Issuer intermediate(KeyPair pair, X500Name subject, Instant from, Instant until) {
        X509v3CertificateBuilder builder = builder(name(), subject, pair.getPublic(), from, until);
        try {
            builder.addExtension(
                    Extension.authorityKeyIdentifier, false, utilities().createAuthorityKeyIdentifier(certificate));
        } catch (GeneralSecurityException | IOException e) {
            throw impossible(e);
        }
        return new Issuer(ca(builder, pair.getPublic(), 0, key), pair.getPrivate());
    }

    X509Certificate leaf(
            Profile profile, X500Name subject, GeneralNames names, PublicKey of, Instant from, Instant until) {
        X509v3CertificateBuilder builder = builder(name(), subject, of, from, until);
        try {
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
            // enough for every suite that is allowed here: forward secrecy needs signatures only
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
            builder.addExtension(Extension.extendedKeyUsage, false, profile.purposes());
            if (names.getNames().length > 0) {
                builder.addExtension(Extension.subjectAlternativeName, false, names);
            }
            builder.addExtension(
                    Extension.subjectKeyIdentifier, false, utilities().createSubjectKeyIdentifier(of));
            builder.addExtension(
                    Extension.authorityKeyIdentifier, false, utilities().createAuthorityKeyIdentifier(certificate));
        } catch (GeneralSecurityException | IOException e) {
            throw impossible(e);
        }
        return sign(builder, key);
    }

    X509CRL crl(BigInteger number, List<Revoked> revoked, Instant from, Instant until) {
        X509v2CRLBuilder builder = new X509v2CRLBuilder(name(), Date.from(from));
        builder.setNextUpdate(Date.from(until));
        try {
            for (Revoked entry : revoked) {
                // RFC 5280, 5.3.1: an unspecified reason is left out
                if (entry.reason() == Revoked.Reason.UNSPECIFIED) {
                    builder.addCRLEntry(entry.serial(), Date.from(entry.when()), CRLReason.unspecified);
                } else {
                    builder.addCRLEntry(
                            entry.serial(),
                            Date.from(entry.when()),
                            entry.reason().code());
                }
            }
            builder.addExtension(
                    Extension.authorityKeyIdentifier, false, utilities().createAuthorityKeyIdentifier(certificate));
            builder.addExtension(Extension.cRLNumber, false, new CRLNumber(number));
            return new JcaX509CRLConverter().getCRL(builder.build(signer(key)));
        } catch (GeneralSecurityException | IOException e) {
            throw impossible(e);
        }
    }

    X509Certificate certificate() {
        return certificate;
    }

    private X500Name name() {
        try {
            // as it is encoded: a name written anew might not be the same octets
            return new JcaX509CertificateHolder(certificate).getSubject();
        } catch (GeneralSecurityException e) {
            throw impossible(e);
        }
    }

    private static X509v3CertificateBuilder builder(
            X500Name issuer, X500Name subject, PublicKey key, Instant from, Instant until) {
        BigInteger serial = new BigInteger(SERIAL_BITS, RANDOM).setBit(SERIAL_BITS); // positive, and of one length
        return new JcaX509v3CertificateBuilder(issuer, serial, Date.from(from), Date.from(until), subject, key);
    }

    private static X509Certificate ca(
            X509v3CertificateBuilder builder, PublicKey of, int pathLength, PrivateKey signedBy) {
        try {
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(pathLength));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
            builder.addExtension(
                    Extension.subjectKeyIdentifier, false, utilities().createSubjectKeyIdentifier(of));
        } catch (CertIOException e) {
            throw impossible(e);
        }
        return sign(builder, signedBy);
    }

    private static X509Certificate sign(X509v3CertificateBuilder builder, PrivateKey key) {
        try {
            return new JcaX509CertificateConverter().getCertificate(builder.build(signer(key)));
        } catch (GeneralSecurityException e) {
            throw impossible(e);
        }
    }

    static ContentSigner signer(PrivateKey key) {
        try {
            return new JcaContentSignerBuilder(KeyType.signatureAlgorithm(key)).build(key);
        } catch (OperatorCreationException e) {
            throw impossible(e);
        }
    }

    private static JcaX509ExtensionUtils utilities() {
        try {
            return new JcaX509ExtensionUtils();
        } catch (GeneralSecurityException e) {
            throw impossible(e);
        }
    }

    private static IllegalStateException impossible(Exception e) {
        return new IllegalStateException("cannot make a certificate", e);
    }
}
