package io.valkeysecure.cli.pki.authority;

import io.valkeysecure.cli.base.NewFiles;
import java.io.IOException;
import java.security.KeyPair;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.pkcs.PKCS10CertificationRequestBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/** A request for a certificate, PKCS#10, for a CA that is not ours. */
public final class SigningRequest {
    private SigningRequest() {}

    /**
     * Makes a key and a request for it.
     *
     * @param profile what the leaf is for
     * @param subject its subject
     * @param names its SAN
     * @param keyType the kind of the key
     * @param files where key and request go
     * @throws io.valkeysecure.cli.base.InputException if a file is there already
     * @throws IOException if one cannot be written
     */
    public static void make(Profile profile, X500Name subject, GeneralNames names, KeyType keyType, LeafFiles files)
            throws IOException {
        NewFiles.requireNew(files.key(), files.request());
        KeyPair pair = keyType.generate();
        ExtensionsGenerator wanted = new ExtensionsGenerator();
        wanted.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
        wanted.addExtension(Extension.extendedKeyUsage, false, profile.purposes());
        if (names.getNames().length > 0) {
            wanted.addExtension(Extension.subjectAlternativeName, false, names);
        }
        PKCS10CertificationRequestBuilder builder = new JcaPKCS10CertificationRequestBuilder(subject, pair.getPublic());
        builder.addAttribute(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, wanted.generate());
        NewFiles written = new NewFiles();
        written.secret(files.key(), Pems.of(pair.getPrivate()));
        written.plain(files.request(), Pems.write(builder.build(Issuer.signer(pair.getPrivate()))));
        written.write();
    }
}
