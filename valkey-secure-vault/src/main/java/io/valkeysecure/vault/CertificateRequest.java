package io.valkeysecure.vault;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x500.style.IETFUtils;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequestBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/** A new key, the request for its certificate (PKCS#10), and the checks of what comes back. */
final class CertificateRequest {
    private final Names names;
    private final KeyPair keys;
    private final String pem;

    /** What the certificate has to hold. */
    record Names(String common, List<String> dns, List<String> uris) {}

    private CertificateRequest(Names names, KeyPair keys, String pem) {
        this.names = names;
        this.keys = keys;
        this.pem = pem;
    }

    /** @param rsaBits 0 for a key on P-256 */
    static CertificateRequest create(Names names, int rsaBits) throws IOException {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(rsaBits == 0 ? "EC" : "RSA");
            if (rsaBits == 0) {
                generator.initialize(new ECGenParameterSpec("secp256r1"));
            } else {
                generator.initialize(rsaBits);
            }
            KeyPair keys = generator.generateKeyPair();
            PKCS10CertificationRequestBuilder request = new JcaPKCS10CertificationRequestBuilder(
                    new X500NameBuilder().addRDN(BCStyle.CN, names.common()).build(), keys.getPublic());
            GeneralName[] alternative = Stream.concat(
                            names.dns().stream().map(name -> new GeneralName(GeneralName.dNSName, name)),
                            names.uris().stream()
                                    .map(uri -> new GeneralName(GeneralName.uniformResourceIdentifier, uri)))
                    .toArray(GeneralName[]::new);
            if (alternative.length > 0) {
                ExtensionsGenerator extensions = new ExtensionsGenerator();
                extensions.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(alternative));
                request.addAttribute(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, extensions.generate());
            }
            byte[] der = request.build(new JcaContentSignerBuilder(rsaBits == 0 ? "SHA256withECDSA" : "SHA256withRSA")
                            .build(keys.getPrivate()))
                    .getEncoded();
            return new CertificateRequest(
                    names,
                    keys,
                    "-----BEGIN CERTIFICATE REQUEST-----\n"
                            + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
                            + "\n-----END CERTIFICATE REQUEST-----\n");
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw new IllegalStateException("every JVM makes such keys and requests", e);
        }
    }

    String pem() {
        return pem;
    }

    PrivateKey key() {
        return keys.getPrivate();
    }

    /**
     * Checks that the certificate is for this key and these names, and in date. Everything else is proved when the
     * material is used.
     *
     * @param certificates PEM, the leaf first
     * @return the chain without self-signed certificates
     * @throws IOException if it is not
     */
    @SuppressWarnings("JavaUtilDate") // what certificates take
    List<X509Certificate> check(List<String> certificates, Instant now) throws IOException {
        List<X509Certificate> chain = new ArrayList<>();
        try {
            for (String each : certificates) {
                X509Certificate certificate = (X509Certificate) CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(each.getBytes(StandardCharsets.US_ASCII)));
                if (chain.isEmpty()
                        || !certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal())) {
                    chain.add(certificate);
                }
            }
            X509Certificate leaf = chain.get(0);
            if (!leaf.getPublicKey().equals(keys.getPublic())) {
                throw new IOException("expected a certificate for the key of the request, was one for another key; does"
                        + " something between this process and Vault answer from a cache?");
            }
            requireNames(leaf);
            leaf.checkValidity(Date.from(now));
            return chain;
        } catch (CertificateException | IllegalArgumentException e) {
            throw new IOException(
                    "expected X.509 certificates in PEM that are valid now, " + now + ": "
                            + e.getClass().getSimpleName() + " " + e.getMessage(),
                    e);
        }
    }

    private void requireNames(X509Certificate leaf) throws IOException, CertificateException {
        List<String> common = Stream.of(
                        X500Name.getInstance(leaf.getSubjectX500Principal().getEncoded())
                                .getRDNs(BCStyle.CN))
                .map(rdn -> IETFUtils.valueToString(rdn.getFirst().getValue()))
                .toList();
        List<String> presented =
                Objects.requireNonNullElse(leaf.getSubjectAlternativeNames(), List.<List<?>>of()).stream()
                        .filter(name -> name.get(1) instanceof String)
                        .map(name -> (String) name.get(1))
                        .toList();
        if (!common.equals(List.of(names.common()))
                || !presented.containsAll(names.dns())
                || !presented.containsAll(names.uris())) {
            throw new IOException("expected a certificate for " + names + ", was one for common name " + common
                    + " and alternative names " + presented + "; look at the role: use_csr_common_name,"
                    + " use_csr_sans and the names that it allows");
        }
    }
}
