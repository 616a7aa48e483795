package io.valkeysecure.cli.pki.authority;

import io.valkeysecure.cli.base.InputException;
import io.valkeysecure.cli.base.InputFiles;
import io.valkeysecure.internal.material.Pem;
import io.valkeysecure.internal.x509.MalformedException;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PKCS8Generator;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8EncryptorBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemObjectGenerator;

/** PEM text of what is made here, and back. */
public final class Pems {
    /** What OWASP asks for of PBKDF2 with HMAC-SHA-512. */
    private static final int ITERATIONS = 210_000;

    private Pems() {}

    static String of(X509Certificate certificate) {
        return of(List.of(certificate));
    }

    static String of(List<X509Certificate> chain) {
        return write(chain.toArray());
    }

    /** PKCS#8, not encrypted. */
    static String of(PrivateKey key) {
        return write(new PemObject("PRIVATE KEY", key.getEncoded()));
    }

    /** PKCS#8 under PBES2: PBKDF2 with HMAC-SHA-512, AES-256. */
    static String encrypted(PrivateKey key, char[] passphrase) {
        try {
            return write(new PKCS8Generator(
                    PrivateKeyInfo.getInstance(key.getEncoded()),
                    new JceOpenSSLPKCS8EncryptorBuilder(PKCS8Generator.AES_256_CBC)
                            .setProvider(new BouncyCastleProvider())
                            .setPRF(new AlgorithmIdentifier(
                                    PKCSObjectIdentifiers.id_hmacWithSHA512, org.bouncycastle.asn1.DERNull.INSTANCE))
                            .setIterationCount(ITERATIONS)
                            .setRandom(new SecureRandom())
                            .setPassword(passphrase)
                            .build()));
        } catch (OperatorCreationException e) {
            throw new IllegalStateException("cannot encrypt a key", e);
        }
    }

    /** Of whatever the PEM writer knows. */
    static String write(Object... objects) {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            for (Object object : objects) {
                if (object instanceof PemObjectGenerator generator) {
                    writer.writeObject(generator);
                } else {
                    writer.writeObject(object);
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException("cannot write to memory", e);
        }
        return text.toString();
    }

    static List<X509Certificate> certificates(Path file) {
        try {
            return Pem.certificates(InputFiles.read(file));
        } catch (MalformedException e) {
            throw new InputException(file + ": " + e.problem(), "what is in it: valkey-secure pki show " + file);
        }
    }

    static PrivateKey privateKey(Path file, char[] passphrase) {
        try {
            return Pem.privateKey(InputFiles.read(file), passphrase);
        } catch (MalformedException e) {
            throw new InputException(file + ": " + e.problem(), "the passphrase is the one that was given to pki init");
        }
    }
}
