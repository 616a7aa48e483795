package io.valkeysecure.internal.material;

import io.valkeysecure.RefusalReason;
import io.valkeysecure.internal.root.RootTypes;
import io.valkeysecure.internal.x509.MalformedException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The forms of trust anchors: PEM files, a key store, a source, or certificates in memory. */
public final class AnchorMaterial {
    private AnchorMaterial() {}

    /** Every certificate of PEM files. */
    public static Material<List<X509Certificate>> pem(List<Path> files) {
        return new PemFiles(files);
    }

    /** Every trusted certificate of a key store; the type is null for PKCS#12 or JKS. */
    public static Material<List<X509Certificate>> keyStore(Path file, @Nullable String type, char[] password) {
        return new Store(file, type, password);
    }

    /** Certificates in memory. */
    public static Material<List<X509Certificate>> ready(List<X509Certificate> anchors) {
        return new Ready(anchors);
    }

    /** The certificates of a source. */
    public static Material<List<X509Certificate>> supplied(Supply<List<X509Certificate>> from) {
        return new Supplied(from);
    }

    private record PemFiles(List<Path> files) implements Material<List<X509Certificate>> {
        @Override
        public List<X509Certificate> parse(FileSnapshot snapshot) {
            Set<X509Certificate> anchors = new LinkedHashSet<>();
            for (Path file : files) {
                try {
                    anchors.addAll(Pem.certificates(snapshot.bytes(file)));
                } catch (MalformedException e) {
                    throw RootTypes.configurationRefused(
                            RefusalReason.MATERIAL_UNREADABLE, "trust anchors " + file + ": " + e.problem());
                }
            }
            return List.copyOf(anchors);
        }

        @Override
        public String describe() {
            return "PEM " + files;
        }
    }

    private static final class Store implements Material<List<X509Certificate>> {
        private final Path file;
        private final @Nullable String type;
        private final char[] password;

        Store(Path file, @Nullable String type, char[] password) {
            this.file = file;
            this.type = type;
            this.password = password;
        }

        @Override
        public List<Path> files() {
            return List.of(file);
        }

        @Override
        public List<X509Certificate> parse(FileSnapshot snapshot) {
            KeyStore store = KeyStores.open(file, type, snapshot.bytes(file), password);
            List<X509Certificate> anchors = new ArrayList<>();
            try {
                anchors.addAll(KeyStores.read(file, () -> certificates(store)));
            } catch (GeneralSecurityException e) {
                throw RootTypes.configurationRefused(
                        RefusalReason.MATERIAL_UNREADABLE, "trust anchors " + file + " cannot be listed", e);
            }
            if (anchors.isEmpty()) {
                throw RootTypes.configurationRefused(
                        RefusalReason.MATERIAL_UNREADABLE,
                        "trust anchors " + file + ": no trusted certificate entry is in it; import the CA with"
                                + " \"keytool -importcert -alias ca -file ca.crt -keystore " + file + "\"");
            }
            return List.copyOf(new LinkedHashSet<>(anchors));
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
            return KeyStores.describe(file, type);
        }
    }

    private record Supplied(Supply<List<X509Certificate>> from) implements Material<List<X509Certificate>> {
        @Override
        public List<Path> files() {
            return List.of();
        }

        @Override
        public Supply<List<X509Certificate>> supply() {
            return from;
        }

        @Override
        public List<X509Certificate> parse(FileSnapshot snapshot) {
            List<X509Certificate> anchors = snapshot.value(from);
            if (anchors.isEmpty()) {
                throw RootTypes.configurationRefused(
                        RefusalReason.MATERIAL_UNREADABLE, "trust anchors: the source " + from + " gave none");
            }
            return anchors;
        }

        @Override
        public String describe() {
            return "source " + from;
        }
    }

    private record Ready(List<X509Certificate> anchors) implements Material<List<X509Certificate>> {
        @Override
        public List<Path> files() {
            return List.of();
        }

        @Override
        public List<X509Certificate> parse(FileSnapshot snapshot) {
            return anchors;
        }

        @Override
        public String describe() {
            return anchors.size() + " given in memory";
        }
    }
}
