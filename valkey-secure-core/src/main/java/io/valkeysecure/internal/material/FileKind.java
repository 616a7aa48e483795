package io.valkeysecure.internal.material;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.cert.X509CRLHolder;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.openssl.X509TrustedCertificateBlock;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.jspecify.annotations.Nullable;

/** What a file seems to be that is not the PEM that was expected, and what mends it. */
final class FileKind {
    /** So much of a file shows what it is. */
    private static final int BEGINNING_BYTES = 4096;

    private static final String BOUNDARY = "-----BEGIN ";
    private static final Pattern INDENTED = Pattern.compile("(?m)^[ \\t]+-----BEGIN ");
    private static final Pattern ESCAPED = Pattern.compile("-----BEGIN [A-Z0-9 ]+-----(\\\\r)?\\\\n");
    private static final Pattern ONE_LINE = Pattern.compile("-----BEGIN [A-Z0-9 ]+----- ?[A-Za-z0-9+/]");
    private static final Pattern QUOTED = Pattern.compile("(?m)^\\s*[\"']-----BEGIN ");
    private static final Pattern HTML = Pattern.compile("(?i)^\\s*<(!doctype|html|head|\\?xml)");

    private static final Map<String, String> LABELS = Map.of(
            "OPENSSH PRIVATE KEY",
            "an OpenSSH private key; write it as PKCS#8 with \"ssh-keygen -p -m PKCS8 -f FILE\"",
            "SSH2 PUBLIC KEY",
            "an SSH public key, expected a certificate of a CA",
            "PGP PUBLIC KEY BLOCK",
            "an OpenPGP key, expected a certificate of a CA",
            "PGP PRIVATE KEY BLOCK",
            "an OpenPGP key, expected the key of the certificate");

    private FileKind() {}

    /** {@return what a content seems to be, and what to do; null if it seems to be nothing that is known} */
    static @Nullable String of(byte[] content) {
        String text = new String(content, 0, Math.min(content.length, BEGINNING_BYTES), StandardCharsets.ISO_8859_1);
        if (text.startsWith("\u00ef\u00bb\u00bf")) {
            return "it begins with a byte order mark (BOM); take it off with \"sed -i '1s/^\\xEF\\xBB\\xBF//' FILE\"";
        } else if (text.startsWith("\u00ff\u00fe") || text.startsWith("\u00fe\u00ff") || text.startsWith("-\0")) {
            return "it is text in UTF-16; write it in ASCII with \"iconv -f UTF-16 -t ASCII FILE\"";
        } else if (text.startsWith("\u00fe\u00ed\u00fe\u00ed") || text.startsWith("\u00ce\u00ce\u00ce\u00ce")) {
            return "it is a key store of Java (JKS); name it by keyStore(...)";
        } else if (text.startsWith("LS0tLS1CRUdJTi")) {
            return "it is base64 of a PEM file, as in a Secret of Kubernetes; decode it with \"base64 -d FILE\"";
        } else if (HTML.matcher(text).find()) {
            return "it is a page of HTML or XML, perhaps an error or login page; fetch the file again";
        } else if (text.startsWith("ssh-") || text.startsWith("ecdsa-sha2-")) {
            return "it is an SSH public key, expected a certificate of a CA";
        } else if (isDer(content)) {
            return isStore(content)
                    ? "it is a PKCS#12 store, expected PEM; name it by keyStore(...)"
                    : "it is DER, expected PEM; write a certificate anew with \"openssl x509 -inform der -in FILE\", a key with"
                            + " \"openssl pkey -inform der -in FILE\"";
        } else if (ESCAPED.matcher(text).find()) {
            return "its line breaks are written as \\n; make them line breaks with \"printf '%b' \"$(cat FILE)\"\"";
        } else if (QUOTED.matcher(text).find()) {
            return "it is in quotation marks; take them off";
        } else if (INDENTED.matcher(text).find()) {
            return "its lines are indented, as in YAML; take that off with \"sed -i 's/^[ \\t]*//' FILE\"";
        } else if (ONE_LINE.matcher(text).find()) {
            return "it is on one line; each boundary needs a line of its own, and the base64 lines of 64 characters: \"fold -w 64\"";
        } else if (!text.contains(BOUNDARY) && text.isBlank()) {
            return "it holds only white space; was it written in full?";
        } else if (!text.contains(BOUNDARY) && text.strip().startsWith("{")) {
            return "it is JSON, expected PEM; take the PEM out of it, as with \"jq -r\"";
        }
        return null;
    }

    private static boolean isDer(byte[] content) {
        return content.length > 4
                && content[0] == 0x30
                && ((content[1] & 0x80) != 0 || content.length == 2 + content[1]);
    }

    /** A PFX begins with its version, 3 (RFC 7292, 4). */
    private static boolean isStore(byte[] content) {
        int start = (content[1] & 0x80) == 0 ? 2 : 2 + (content[1] & 0x7f);
        return content.length > start + 3
                && content[start] == 2
                && content[start + 1] == 1
                && content[start + 2] == 3
                && content[start + 3] == 0x30;
    }

    /** {@return what a block of a label is that no parser of ours reads, and what to do; null if that is not known} */
    static @Nullable String ofLabel(String label) {
        return LABELS.get(label.toUpperCase(Locale.ROOT));
    }

    /** {@return what a block is, and what is to be there instead} */
    static String ofBlock(Object block) {
        if (block instanceof X509CertificateHolder) {
            return "a certificate, expected a private key; are the files of certificate and key swapped?";
        } else if (block instanceof PKCS10CertificationRequest) {
            return "a certificate signing request; name the certificate that the CA answered it with";
        } else if (block instanceof SubjectPublicKeyInfo) {
            return "a public key; expected a certificate, or the private key of it";
        } else if (block instanceof X509CRLHolder) {
            return "a revocation list; name it by revocation(Revocation.crls(...))";
        } else if (block instanceof X509TrustedCertificateBlock) {
            return "a certificate with trust settings of OpenSSL; write it anew with \"openssl x509 -in FILE\"";
        } else if (block instanceof ContentInfo) {
            return "PKCS#7; take the certificates out of it with \"openssl pkcs7 -print_certs -in FILE\"";
        } else if (block instanceof ASN1ObjectIdentifier || block instanceof X9ECParameters) {
            return "EC parameters, expected a certificate or a private key";
        }
        return "of another kind (" + block.getClass().getSimpleName() + ")";
    }
}
