package io.valkeysecure.cli.pki;

import io.valkeysecure.cli.base.InputException;
import io.valkeysecure.cli.base.InputFiles;
import io.valkeysecure.cli.pki.authority.CertificateAuthority;
import io.valkeysecure.internal.text.Printable;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PublicKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;

/**
 * What is in a file: certificates, CRLs, requests and keys, of which nothing but the kind is told. It trusts nobody.
 */
public final class Inspection {
    private static final int ITEMS_LIMIT = 200;
    /**
     * One thing that was found.
     *
     * @param title what it is
     * @param lines a name and a value each
     */
    public record Item(String title, List<Line> lines) {}

    /**
     * A line.
     *
     * @param name the name of a property
     * @param value its value
     */
    public record Line(String name, String value) {

        /** Makes a line. The value becomes printable here. */
        public Line {
            value = Printable.message(value);
        }
    }

    private final Path file;
    private final Instant now;
    private final List<Item> items = new ArrayList<>();

    private Inspection(Path file, Instant now) {
        this.file = file;
        this.now = now;
    }

    /**
     * Looks into a file.
     *
     * @param file PEM or DER, or a PKCS#12 or JKS store
     * @param storePassword asked for where it is a store
     * @param now by which days are counted
     * @return what is in it, at least one item
     * @throws InputException if nothing can be found
     */
    public static List<Item> of(Path file, CertificateAuthority.Passphrase storePassword, Instant now) {
        Inspection inspection = new Inspection(file, now);
        inspection.look(InputFiles.read(file), storePassword);
        return inspection.items;
    }

    private void look(byte[] content, CertificateAuthority.Passphrase storePassword) {
        String start = new String(content, 0, Math.min(content.length, 1 << 16), StandardCharsets.ISO_8859_1);
        if (start.contains("-----BEGIN ")) {
            pem(content);
        } else if (!der(content)) {
            store(content, storePassword);
        }
        if (items.isEmpty()) {
            throw unknown();
        }
    }

    private void pem(byte[] content) {
        try (PemReader reader =
                new PemReader(new InputStreamReader(new ByteArrayInputStream(content), StandardCharsets.ISO_8859_1))) {
            for (PemObject block = reader.readPemObject(); block != null; block = reader.readPemObject()) {
                if (items.size() == ITEMS_LIMIT) {
                    throw new InputException(
                            file + " has more than " + ITEMS_LIMIT + " blocks", "a chain has three or four: split it");
                }
                block(block);
            }
        } catch (IOException | IllegalArgumentException e) {
            throw new InputException(
                    file + ": block " + (items.size() + 1) + " is malformed or cut off",
                    "expected -----BEGIN ...-----, base64, -----END ...-----");
        }
    }

    private void block(PemObject block) {
        String type = block.getType();
        try {
            if (type.endsWith("CERTIFICATE REQUEST")) {
                request(block.getContent());
            } else if (type.endsWith("CERTIFICATE")) {
                add(certificate(block.getContent()));
            } else if (type.equals("X509 CRL")) {
                add(crl(block.getContent()));
            } else if (type.endsWith("PRIVATE KEY")) {
                boolean old = !block.getHeaders().isEmpty();
                privateKey(type.startsWith("ENCRYPTED") ? "encrypted" : old ? "old OpenSSL encryption" : "no");
            } else {
                items.add(new Item((items.size() + 1) + ": " + type, List.of()));
            }
        } catch (GeneralSecurityException | IOException e) {
            throw new InputException(
                    file + ": block " + (items.size() + 1) + " (" + type + ") is malformed", "make or fetch it anew");
        }
    }

    private boolean der(byte[] content) {
        try {
            add(certificate(content));
            return true;
        } catch (CertificateException e) {
            // something else
        }
        try {
            add(crl(content));
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private void store(byte[] content, CertificateAuthority.Passphrase password) {
        boolean jks = content.length > 4 && (content[0] & 0xff) == 0xfe && (content[1] & 0xff) == 0xed;
        boolean pkcs12 = content.length > 4 && content[0] == 0x30;
        if (!jks && !pkcs12) {
            throw unknown();
        }
        try {
            KeyStore store = KeyStore.getInstance(jks ? "JKS" : "PKCS12");
            store.load(new ByteArrayInputStream(content), password.get());
            for (String alias : Collections.list(store.aliases())) {
                if (store.isKeyEntry(alias)) {
                    privateKey("by the store");
                }
                Certificate[] chain = store.getCertificateChain(alias);
                for (Certificate certificate :
                        chain == null ? new Certificate[] {store.getCertificate(alias)} : chain) {
                    add((X509Certificate) certificate);
                }
            }
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            throw new InputException(
                    file + " is no store that this password opens", "give the right one with --store-password-file");
        }
    }

    private void privateKey(String encrypted) {
        items.add(new Item(
                (items.size() + 1) + ": private key",
                List.of(new Line("encrypted", encrypted), new Line("file", permissions()))));
    }

    private String permissions() {
        try {
            String shown = PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
            return shown.endsWith("------")
                    ? shown + ", as it should be"
                    : shown + ": others than the owner may read it; chmod 600 " + file;
        } catch (IOException | UnsupportedOperationException e) {
            return "of unknown permissions";
        }
    }

    private void request(byte[] der) throws IOException, GeneralSecurityException {
        PKCS10CertificationRequest request = new PKCS10CertificationRequest(der);
        PublicKey key = new org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter()
                .getPublicKey(request.getSubjectPublicKeyInfo());
        Extensions wanted = request.getRequestedExtensions();
        GeneralNames names =
                wanted == null ? null : GeneralNames.fromExtensions(wanted, Extension.subjectAlternativeName);
        items.add(new Item(
                (items.size() + 1) + ": certificate request",
                List.of(
                        new Line("subject", Printable.value(request.getSubject())),
                        new Line("key", CertificateItem.key(key)),
                        new Line("names", names == null ? "none" : CertificateItem.names(List.of(names.getNames()))))));
    }

    private void add(X509CRL crl) {
        Set<?> revoked = crl.getRevokedCertificates();
        items.add(new Item(
                (items.size() + 1) + ": CRL",
                List.of(
                        new Line("issuer", Printable.value(crl.getIssuerX500Principal())),
                        new Line("this update", crl.getThisUpdate().toInstant().toString()),
                        new Line(
                                "next update",
                                crl.getNextUpdate() == null
                                        ? "none is told"
                                        : CertificateItem.until(
                                                crl.getNextUpdate().toInstant(), now)),
                        new Line("revoked", Integer.toString(revoked == null ? 0 : revoked.size())))));
    }

    private void add(X509Certificate certificate) {
        items.add(CertificateItem.of(certificate, items.size() + 1, now));
    }

    private static X509Certificate certificate(byte[] der) throws CertificateException {
        Collection<? extends Certificate> read =
                CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(der));
        if (read.size() != 1) {
            throw new CertificateException("expected one certificate");
        }
        return (X509Certificate) read.iterator().next();
    }

    private static X509CRL crl(byte[] der) throws GeneralSecurityException {
        return (X509CRL) CertificateFactory.getInstance("X.509").generateCRL(new ByteArrayInputStream(der));
    }

    private InputException unknown() {
        return new InputException(
                file + " holds no certificate, CRL, request or key that can be read",
                "expected PEM, DER, PKCS#12 or JKS; what is it? file " + file);
    }
}
