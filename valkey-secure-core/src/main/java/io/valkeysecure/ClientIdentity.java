package io.valkeysecure;

import io.valkeysecure.internal.material.FileSnapshot;
import io.valkeysecure.internal.material.KeyStores;
import io.valkeysecure.internal.material.Material;
import io.valkeysecure.internal.material.Pem;
import io.valkeysecure.internal.text.Printable;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is presented to a server that asks for a client certificate (mTLS): leaf, intermediates and private key.
 *
 * <p>Files are read when a {@link SecureTls} is built, not here, and again when they change; what is wrong with them is
 * reported then. The key must belong to the leaf, and the leaf must be in date. Immutable; {@code toString} shows where it comes from and nothing of
 * what is in it.
 */
public final class ClientIdentity {

    /** A leaf with its chain and its key, as read. */
    record Loaded(PrivateKey key, List<X509Certificate> chain) {
        Loaded {
            chain = List.copyOf(chain);
        }

        X509Certificate leaf() {
            return chain.get(0);
        }

        @Override
        public String toString() {
            return "identity of " + Printable.value(leaf().getSubjectX500Principal());
        }
    }

    private final Material<Loaded> material;

    private ClientIdentity(Material<Loaded> material) {
        this.material = material;
    }

    /**
     * Takes a certificate chain and its private key from PEM files.
     *
     * @param certificates the leaf, then its intermediates
     * @param key a private key in PKCS#8, PKCS#1 or SEC1 form; may be the same file
     * @return the identity
     */
    public static ClientIdentity pem(Path certificates, Path key) {
        return new ClientIdentity(new PemFiles(certificates, key, null));
    }

    /**
     * Takes a certificate chain and its encrypted private key from PEM files.
     *
     * @param certificates the leaf, then its intermediates
     * @param key a private key in encrypted PKCS#8 form
     * @param password what opens the key; copied
     * @return the identity
     */
    public static ClientIdentity pem(Path certificates, Path key, char[] password) {
        return new ClientIdentity(new PemFiles(certificates, key, password.clone()));
    }

    /**
     * Takes the one private key entry of a PKCS#12 or JKS store.
     *
     * @param file the store
     * @param password what opens the store and the entry; copied
     * @return the identity
     */
    public static ClientIdentity keyStore(Path file, char[] password) {
        return new ClientIdentity(new Store(file, password.clone(), null));
    }

    /**
     * Takes a private key entry of a PKCS#12 or JKS store that holds several.
     *
     * @param file the store
     * @param password what opens the store and the entry; copied
     * @param alias the name of the entry
     * @return the identity
     */
    public static ClientIdentity keyStore(Path file, char[] password, String alias) {
        return new ClientIdentity(new Store(file, password.clone(), alias));
    }

    /**
     * Takes a ready key, which may live in a hardware module, and its chain. They are not watched for change.
     *
     * @param key the private key
     * @param chain the leaf, then its intermediates
     * @return the identity
     * @throws IllegalArgumentException if the chain is empty
     */
    public static ClientIdentity of(PrivateKey key, List<X509Certificate> chain) {
        if (chain.isEmpty()) {
            throw new IllegalArgumentException("certificate chain of the client identity must not be empty");
        }
        return new ClientIdentity(new Ready(new Loaded(key, chain)));
    }

    /**
     * Takes the identity that a source gives, now and at every check.
     *
     * @param source gives the identity in force, such as one made by {@link #of}
     * @return the identity
     */
    public static ClientIdentity from(MaterialSource<ClientIdentity> source) {
        return new ClientIdentity(new Supplied(source));
    }

    List<Path> files() {
        return material.files();
    }

    List<MaterialSource<?>> sources() {
        return material.source() == null ? List.of() : List.of(material.source());
    }

    Loaded parse(FileSnapshot snapshot) {
        return material.parse(snapshot);
    }

    /** Returns where the identity comes from. */
    @Override
    public String toString() {
        return material.describe();
    }

    private static TlsConfigurationException unreadable(Path file, String problem) {
        return new TlsConfigurationException(
                RefusalReason.MATERIAL_UNREADABLE, "client identity " + file + ": " + problem);
    }

    private static final class PemFiles implements Material<Loaded> {
        private final Path certificates;
        private final Path key;
        private final char @Nullable [] password;

        PemFiles(Path certificates, Path key, char @Nullable [] password) {
            this.certificates = certificates;
            this.key = key;
            this.password = password;
        }

        @Override
        public List<Path> files() {
            return List.of(certificates, key);
        }

        @Override
        public Loaded parse(FileSnapshot snapshot) {
            List<X509Certificate> chain;
            try {
                chain = certificates.equals(key)
                        ? Pem.certificatesBesideKey(snapshot.bytes(certificates))
                        : Pem.certificates(snapshot.bytes(certificates));
            } catch (Pem.UnusableException e) {
                throw unreadable(certificates, e.problem());
            }
            try {
                return new Loaded(Pem.privateKey(snapshot.bytes(key), password), chain);
            } catch (Pem.UnusableException e) {
                throw unreadable(key, e.problem());
            }
        }

        @Override
        public String describe() {
            return "PEM " + certificates + ", key " + key;
        }
    }

    private static final class Store implements Material<Loaded> {
        private final Path file;
        private final char[] password;
        private final @Nullable String alias;

        Store(Path file, char[] password, @Nullable String alias) {
            this.file = file;
            this.password = password;
            this.alias = alias;
        }

        @Override
        public List<Path> files() {
            return List.of(file);
        }

        @Override
        public Loaded parse(FileSnapshot snapshot) {
            KeyStore store = KeyStores.open(file, snapshot.bytes(file), password);
            try {
                return KeyStores.read(file, () -> loaded(store));
            } catch (GeneralSecurityException e) {
                throw unreadable(file, "the password does not open the private key entry");
            }
        }

        private Loaded loaded(KeyStore store) throws GeneralSecurityException {
            String entry = entry(store);
            if (!(store.getKey(entry, password) instanceof PrivateKey key)) {
                throw unreadable(file, "entry " + entry + " is not a private key");
            }
            Certificate[] certificates = store.getCertificateChain(entry);
            List<X509Certificate> chain = new ArrayList<>();
            for (Certificate certificate : certificates == null ? new Certificate[0] : certificates) {
                if (certificate instanceof X509Certificate x509) {
                    chain.add(x509);
                }
            }
            if (chain.isEmpty()) {
                throw unreadable(
                        file,
                        "entry " + entry
                                + " has a private key and no certificate; export both, as \"openssl pkcs12 -export"
                                + " -in tls.crt -inkey tls.key\" does");
            }
            return new Loaded(key, chain);
        }

        private String entry(KeyStore store) throws KeyStoreException {
            List<String> keys = new ArrayList<>();
            for (String name : Collections.list(store.aliases())) {
                if (store.isKeyEntry(name)) {
                    keys.add(name);
                }
            }
            if (alias != null) {
                if (!store.isKeyEntry(alias)) {
                    throw unreadable(file, "no private key entry " + alias + " is in it, it has " + keys);
                }
                return alias;
            }
            if (keys.size() != 1) {
                throw unreadable(file, "expected one private key entry, it has " + keys + "; name one by its alias");
            }
            return keys.get(0);
        }

        @Override
        public String describe() {
            return "key store " + file + (alias == null ? "" : ", entry " + alias);
        }
    }

    private record Supplied(MaterialSource<ClientIdentity> from) implements Material<Loaded> {
        @Override
        public List<Path> files() {
            return List.of();
        }

        @Override
        public MaterialSource<?> source() {
            return from;
        }

        @Override
        public Loaded parse(FileSnapshot snapshot) {
            return snapshot.identity(from);
        }

        @Override
        public String describe() {
            return "source " + from;
        }
    }

    private record Ready(Loaded identity) implements Material<Loaded> {
        @Override
        public List<Path> files() {
            return List.of();
        }

        @Override
        public Loaded parse(FileSnapshot snapshot) {
            return identity;
        }

        @Override
        public String describe() {
            return "given in memory";
        }
    }
}
