package io.valkeysecure;

import io.valkeysecure.internal.material.FileSnapshot;
import io.valkeysecure.internal.material.KeyStores;
import io.valkeysecure.internal.material.Material;
import io.valkeysecure.internal.material.Pem;
import io.valkeysecure.observe.TlsStatus;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;

/**
 * The CA certificates that a server's certification path may end at, and no others: the trust stores of the JVM and of
 * the system are never consulted.
 *
 * <p>Files are read when a {@link SecureTls} or a {@link ChainVerifier} is built, not here, and for a {@code SecureTls} again
 * when they change; what is wrong with them is reported then. An anchor that is no CA (basicConstraints), out of date or weak is left out as long
 * as another one can be used, see {@link TlsStatus#unusableAnchors()}; {@link TlsPolicy#strict()} refuses it. An anchor that
 * is not valid yet is used from its day on. Immutable.
 */
public final class TrustAnchors {
    private final Material<List<X509Certificate>> material;

    private TrustAnchors(Material<List<X509Certificate>> material) {
        this.material = material;
    }

    /**
     * Takes every certificate of one or more PEM files. During a change of CA pin both, in one file or two.
     *
     * @param files files that hold certificates and nothing else
     * @return the anchors
     * @throws IllegalArgumentException if no file is named
     */
    public static TrustAnchors pem(Path... files) {
        List<Path> named = List.of(files);
        if (named.isEmpty()) {
            throw new IllegalArgumentException("trust anchors must be named: no PEM file was given");
        }
        return new TrustAnchors(new Material<>() {
            @Override
            public List<Path> files() {
                return named;
            }

            @Override
            public List<X509Certificate> parse(FileSnapshot snapshot) {
                List<X509Certificate> anchors = new ArrayList<>();
                for (Path file : named) {
                    try {
                        anchors.addAll(Pem.certificates(snapshot.bytes(file)));
                    } catch (Pem.UnusableException e) {
                        throw new TlsConfigurationException(
                                RefusalReason.MATERIAL_UNREADABLE, "trust anchors " + file + ": " + e.problem());
                    }
                }
                return anchors;
            }

            @Override
            public String describe() {
                return "PEM " + named;
            }
        });
    }

    /**
     * Takes every trusted certificate of a PKCS#12 or JKS store. Entries with a private key are not anchors.
     *
     * @param file the store
     * @param password what opens it; copied
     * @return the anchors
     */
    public static TrustAnchors keyStore(Path file, char[] password) {
        char[] copy = password.clone();
        return new TrustAnchors(new Material<>() {
            @Override
            public List<Path> files() {
                return List.of(file);
            }

            @Override
            public List<X509Certificate> parse(FileSnapshot snapshot) {
                KeyStore store = KeyStores.open(file, snapshot.bytes(file), copy);
                List<X509Certificate> anchors = new ArrayList<>();
                try {
                    anchors.addAll(KeyStores.read(file, () -> certificates(store)));
                } catch (GeneralSecurityException e) {
                    throw new TlsConfigurationException(
                            RefusalReason.MATERIAL_UNREADABLE, "trust anchors " + file + " cannot be listed", e);
                }
                if (anchors.isEmpty()) {
                    throw new TlsConfigurationException(
                            RefusalReason.MATERIAL_UNREADABLE,
                            "trust anchors " + file + ": no trusted certificate entry is in it; import the CA with"
                                    + " \"keytool -importcert -alias ca -file ca.crt -keystore " + file + "\"");
                }
                return anchors;
            }

            private static List<X509Certificate> certificates(KeyStore store) throws KeyStoreException {
                List<X509Certificate> certificates = new ArrayList<>();
                for (String alias : Collections.list(store.aliases())) {
                    if (store.isCertificateEntry(alias)
                            && store.getCertificate(alias) instanceof X509Certificate certificate) {
                        certificates.add(certificate);
                    }
                }
                return certificates;
            }

            @Override
            public String describe() {
                return "key store " + file;
            }
        });
    }

    /**
     * Takes the certificates that a source gives, now and at every check.
     *
     * @param source gives the CA certificates in force
     * @return the anchors
     */
    public static TrustAnchors from(MaterialSource<? extends Collection<X509Certificate>> source) {
        return new TrustAnchors(new Material<>() {
            @Override
            public List<Path> files() {
                return List.of();
            }

            @Override
            public MaterialSource<?> source() {
                return source;
            }

            @Override
            public List<X509Certificate> parse(FileSnapshot snapshot) {
                List<X509Certificate> anchors = snapshot.anchors(source);
                if (anchors.isEmpty()) {
                    throw new TlsConfigurationException(
                            RefusalReason.MATERIAL_UNREADABLE, "trust anchors: the source " + source + " gave none");
                }
                return anchors;
            }

            @Override
            public String describe() {
                return "source " + source;
            }
        });
    }

    /**
     * Takes ready certificates. They are not watched for change.
     *
     * @param anchors at least one CA certificate
     * @return the anchors
     * @throws IllegalArgumentException if there is none
     */
    public static TrustAnchors of(Collection<X509Certificate> anchors) {
        List<X509Certificate> copy = List.copyOf(anchors);
        if (copy.isEmpty()) {
            throw new IllegalArgumentException("trust anchors must not be empty");
        }
        return new TrustAnchors(new Material<>() {
            @Override
            public List<Path> files() {
                return List.of();
            }

            @Override
            public List<X509Certificate> parse(FileSnapshot snapshot) {
                return copy;
            }

            @Override
            public String describe() {
                return copy.size() + " given in memory";
            }
        });
    }

    /**
     * Takes ready certificates. They are not watched for change.
     *
     * @param anchors at least one CA certificate
     * @return the anchors
     * @throws IllegalArgumentException if there is none
     */
    public static TrustAnchors of(X509Certificate... anchors) {
        return of(List.of(anchors));
    }

    List<Path> files() {
        return material.files();
    }

    List<MaterialSource<?>> sources() {
        return material.source() == null ? List.of() : List.of(material.source());
    }

    /** Reads the certificates, each once. */
    List<X509Certificate> parse(FileSnapshot snapshot) {
        return List.copyOf(new LinkedHashSet<>(material.parse(snapshot)));
    }

    /** Returns where the anchors come from. */
    @Override
    public String toString() {
        return material.describe();
    }
}
