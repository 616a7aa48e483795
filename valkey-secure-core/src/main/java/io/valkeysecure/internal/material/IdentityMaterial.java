package io.valkeysecure.internal.material;

import io.valkeysecure.RefusalReason;
import io.valkeysecure.TlsConfigurationException;
import io.valkeysecure.internal.root.RootTypes;
import io.valkeysecure.internal.x509.MalformedException;
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

/** The forms of a client identity: PEM files, a key store, a source, or a key in memory. */
public final class IdentityMaterial {
    private IdentityMaterial() {}

    /** A chain and its key in PEM files; the password is null for a key that is not encrypted. */
    public static Material<LoadedIdentity> pem(Path certificates, Path key, char @Nullable [] password) {
        return new PemFiles(certificates, key, password);
    }

    /** A private key entry of a key store; type and alias are null for PKCS#12 or JKS, and for the only entry. */
    public static Material<LoadedIdentity> keyStore(
            Path file, @Nullable String type, char[] password, @Nullable String alias) {
        return new Store(file, type, password, alias);
    }

    /** A key in memory and its chain. */
    public static Material<LoadedIdentity> ready(PrivateKey key, List<X509Certificate> chain) {
        return new Ready(new LoadedIdentity(key, chain));
    }

    /** The identity of a source. */
    public static Material<LoadedIdentity> supplied(Supply<LoadedIdentity> from) {
        return new Supplied(from);
    }

    private static TlsConfigurationException unreadable(Path file, String problem) {
        return RootTypes.configurationRefused(
                RefusalReason.MATERIAL_UNREADABLE, "client identity " + file + ": " + problem);
    }

    private static final class PemFiles implements Material<LoadedIdentity> {
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
        public LoadedIdentity parse(FileSnapshot snapshot) {
            List<X509Certificate> chain;
            try {
                chain = certificates.equals(key)
                        ? Pem.certificatesBesideKey(snapshot.bytes(certificates))
                        : Pem.certificates(snapshot.bytes(certificates));
            } catch (MalformedException e) {
                throw unreadable(certificates, e.problem());
            }
            try {
                return new LoadedIdentity(Pem.privateKey(snapshot.bytes(key), password), chain);
            } catch (MalformedException e) {
                throw unreadable(key, e.problem());
            }
        }

        @Override
        public String describe() {
            return "PEM " + certificates + ", key " + key;
        }
    }

    private static final class Store implements Material<LoadedIdentity> {
        private final Path file;
        private final @Nullable String type;
        private final char[] password;
        private final @Nullable String alias;

        Store(Path file, @Nullable String type, char[] password, @Nullable String alias) {
            this.file = file;
            this.type = type;
            this.password = password;
            this.alias = alias;
        }

        @Override
        public List<Path> files() {
            return List.of(file);
        }

        @Override
        public LoadedIdentity parse(FileSnapshot snapshot) {
            KeyStore store = KeyStores.open(file, type, snapshot.bytes(file), password);
            try {
                return KeyStores.read(file, () -> loaded(store));
            } catch (GeneralSecurityException e) {
                throw unreadable(file, "the password does not open the private key entry");
            }
        }

        private LoadedIdentity loaded(KeyStore store) throws GeneralSecurityException {
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
            return new LoadedIdentity(key, chain);
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
            return KeyStores.describe(file, type) + (alias == null ? "" : ", entry " + alias);
        }
    }

    private record Supplied(Supply<LoadedIdentity> from) implements Material<LoadedIdentity> {
        @Override
        public List<Path> files() {
            return List.of();
        }

        @Override
        public Supply<LoadedIdentity> supply() {
            return from;
        }

        @Override
        public LoadedIdentity parse(FileSnapshot snapshot) {
            return snapshot.value(from);
        }

        @Override
        public String describe() {
            return "source " + from;
        }
    }

    private record Ready(LoadedIdentity identity) implements Material<LoadedIdentity> {
        @Override
        public List<Path> files() {
            return List.of();
        }

        @Override
        public LoadedIdentity parse(FileSnapshot snapshot) {
            return identity;
        }

        @Override
        public String describe() {
            return "given in memory";
        }
    }
}
