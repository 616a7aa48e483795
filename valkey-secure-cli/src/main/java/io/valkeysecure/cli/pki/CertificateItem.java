package io.valkeysecure.cli.pki;

import io.valkeysecure.SpkiPin;
import io.valkeysecure.internal.text.Printable;
import java.io.IOException;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;

/** What {@link Inspection} shows of a certificate, and of a key or names outside of one. */
final class CertificateItem {
    private static final int NAMES_SHOWN = 20;
    private static final List<String> USAGES = List.of(
            "digitalSignature",
            "contentCommitment",
            "keyEncipherment",
            "dataEncipherment",
            "keyAgreement",
            "keyCertSign",
            "cRLSign",
            "encipherOnly",
            "decipherOnly");

    private CertificateItem() {}

    /**
     * Tells what is in a certificate.
     *
     * @param certificate the certificate
     * @param number its place in its file or chain, from 1
     * @param now by which days are counted
     * @return names, dates, usages and pin
     */
    static Inspection.Item of(X509Certificate certificate, int number, Instant now) {
        boolean ca = certificate.getBasicConstraints() >= 0;
        boolean selfIssued = certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal());
        List<Inspection.Line> lines = new ArrayList<>();
        lines.add(new Inspection.Line("subject", Printable.value(certificate.getSubjectX500Principal())));
        lines.add(new Inspection.Line("issuer", Printable.value(certificate.getIssuerX500Principal())));
        lines.add(new Inspection.Line("serial", certificate.getSerialNumber().toString(16)));
        lines.add(new Inspection.Line(
                "not before", certificate.getNotBefore().toInstant().toString()));
        lines.add(
                new Inspection.Line("not after", until(certificate.getNotAfter().toInstant(), now)));
        lines.add(new Inspection.Line("key", key(certificate.getPublicKey())));
        lines.add(new Inspection.Line("signature", certificate.getSigAlgName()));
        if (ca) {
            int length = certificate.getBasicConstraints();
            lines.add(new Inspection.Line(
                    "CAs below", length == Integer.MAX_VALUE ? "any number" : Integer.toString(length)));
        }
        lines.add(new Inspection.Line("key usage", keyUsage(certificate.getKeyUsage())));
        lines.add(new Inspection.Line("purposes", purposes(certificate)));
        lines.add(new Inspection.Line("names", names(certificate)));
        lines.add(new Inspection.Line("pin", SpkiPin.of(certificate).toString()));
        String kind = !ca ? "leaf" : selfIssued ? "root" : "intermediate";
        return new Inspection.Item(number + ": " + kind, lines);
    }

    static String until(Instant end, Instant now) {
        long days = Duration.between(now, end).toDays();
        return end + (end.isBefore(now) ? ", EXPIRED" : ", " + days + " days left");
    }

    static String key(PublicKey key) {
        if (key instanceof RSAPublicKey rsa) {
            return "RSA " + rsa.getModulus().bitLength();
        }
        return key instanceof ECPublicKey ec
                ? "EC P-" + ec.getParams().getOrder().bitLength()
                : key.getAlgorithm();
    }

    private static String keyUsage(boolean[] bits) {
        return bits == null
                ? "none is named"
                : IntStream.range(0, Math.min(bits.length, USAGES.size()))
                        .filter(i -> bits[i])
                        .mapToObj(USAGES::get)
                        .collect(Collectors.joining(", "));
    }

    private static String purposes(X509Certificate certificate) {
        try {
            List<String> oids = certificate.getExtendedKeyUsage();
            return oids == null
                    ? "none is named"
                    : oids.stream().map(CertificateItem::purpose).collect(Collectors.joining(", "));
        } catch (CertificateException e) {
            return "malformed";
        }
    }

    private static String purpose(String oid) {
        return switch (oid) {
            case "1.3.6.1.5.5.7.3.1" -> "serverAuth";
            case "1.3.6.1.5.5.7.3.2" -> "clientAuth";
            case "2.5.29.37.0" -> "any";
            default -> oid;
        };
    }

    private static String names(X509Certificate certificate) {
        byte[] extension = certificate.getExtensionValue(Extension.subjectAlternativeName.getId());
        if (extension == null) {
            return "none";
        }
        try {
            ASN1Encodable value = org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils.parseExtensionValue(extension);
            return names(List.of(GeneralNames.getInstance(value).getNames()));
        } catch (IOException | IllegalArgumentException e) {
            return "malformed";
        }
    }

    static String names(List<GeneralName> names) {
        Function<GeneralName, String> shown = name -> switch (name.getTagNo()) {
            case GeneralName.dNSName -> "dNSName " + Printable.value(name.getName());
            case GeneralName.iPAddress -> "iPAddress " + address(name);
            case GeneralName.uniformResourceIdentifier -> "URI " + Printable.value(name.getName());
            default -> "other";
        };
        String all = names.stream().limit(NAMES_SHOWN).map(shown).collect(Collectors.joining(", "));
        return names.size() > NAMES_SHOWN ? all + " and " + (names.size() - NAMES_SHOWN) + " more" : all;
    }

    private static String address(GeneralName name) {
        byte[] octets = org.bouncycastle.asn1.ASN1OctetString.getInstance(name.getName())
                .getOctets();
        try {
            return java.net.InetAddress.getByAddress(octets).getHostAddress();
        } catch (java.net.UnknownHostException e) {
            return "of " + octets.length + " bytes";
        }
    }
}
