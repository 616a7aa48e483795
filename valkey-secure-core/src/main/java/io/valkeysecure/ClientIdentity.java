package io.valkeysecure;

import io.valkeysecure.internal.material.FileSnapshot;
import io.valkeysecure.internal.material.IdentityMaterial;
import io.valkeysecure.internal.material.KeyStores;
import io.valkeysecure.internal.material.LoadedIdentity;
import io.valkeysecure.internal.material.Material;
import io.valkeysecure.internal.material.Supply;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Objects;

/**
 * The certificate chain and private key that the client presents to a server that asks for a client certificate (mTLS).
 * The key must belong to the first certificate, the leaf, and every certificate must be in date.
 *
 * <pre>{@code
 * ClientIdentity identity =
 *     ClientIdentity.pem(Path.of("/etc/valkey/tls/tls.crt"), Path.of("/etc/valkey/tls/tls.key"));
 * try (SecureTls tls = SecureTls.trusting(anchors).presenting(identity).build()) {
 *     // make a client with it, and close the client first
 * }
 * }</pre>
 *
 * <p>Files are read and checked when a {@link SecureTls} is built, and again when they change; a problem is reported
 * then, not here. Immutable. {@code toString} shows the source and nothing of its content.
 */
public final class ClientIdentity {

    private final Material<LoadedIdentity> material;

    private ClientIdentity(Material<LoadedIdentity> material) {
        this.material = material;
    }

    /**
     * Reads a certificate chain and its private key from PEM files.
     *
     * @param certificates the leaf, then its intermediates
     * @param key a private key in PKCS#8, PKCS#1 or SEC1 form; may be the same file
     * @return the identity
     */
    public static ClientIdentity pem(Path certificates, Path key) {
        return new ClientIdentity(IdentityMaterial.pem(certificates, key, null));
    }

    /**
     * Reads a certificate chain and its encrypted private key from PEM files.
     *
     * @param certificates the leaf, then its intermediates
     * @param key a private key in encrypted PKCS#8 form
     * @param password the password of the key; copied
     * @return the identity
     */
    public static ClientIdentity pem(Path certificates, Path key, char[] password) {
        return new ClientIdentity(IdentityMaterial.pem(certificates, key, password.clone()));
    }

    /**
     * Reads the only private key entry of a PKCS#12 or JKS store.
     *
     * @param file the store
     * @param password the password of the store and the entry; copied
     * @return the identity
     */
    public static ClientIdentity keyStore(Path file, char[] password) {
        return new ClientIdentity(IdentityMaterial.keyStore(file, null, password.clone(), null));
    }

    /**
     * Reads one of several private key entries of a PKCS#12 or JKS store.
     *
     * @param file the store
     * @param password the password of the store and the entry; copied
     * @param alias the name of the entry
     * @return the identity
     */
    public static ClientIdentity keyStore(Path file, char[] password, String alias) {
        return new ClientIdentity(IdentityMaterial.keyStore(file, null, password.clone(), alias));
    }

    /**
     * Reads the only private key entry of a store of another type, such as BCFKS. A provider of the JVM must have the
     * type when the store is read. The limits on size, nesting and key derivation of PKCS#12 and JKS stores hold for
     * those two only.
     *
     * @param file the store
     * @param type the name of its type, as for {@link java.security.KeyStore#getInstance(String)}
     * @param password the password of the store and the entry; copied
     * @return the identity
     * @throws IllegalArgumentException if the type is blank
     */
    public static ClientIdentity keyStore(Path file, String type, char[] password) {
        return new ClientIdentity(IdentityMaterial.keyStore(file, KeyStores.named(type), password.clone(), null));
    }

    /**
     * Reads one of several private key entries of a store of another type, as {@link #keyStore(Path, String, char[])}.
     *
     * @param file the store
     * @param type the name of its type
     * @param password the password of the store and the entry; copied
     * @param alias the name of the entry
     * @return the identity
     * @throws IllegalArgumentException if the type is blank
     */
    public static ClientIdentity keyStore(Path file, String type, char[] password, String alias) {
        return new ClientIdentity(IdentityMaterial.keyStore(
                file, KeyStores.named(type), password.clone(), Objects.requireNonNull(alias)));
    }

    /**
     * Uses a key in memory or in a hardware module, and its chain. They are not reloaded. The provider of a hardware
     * module must be one of the JVM's, see {@link java.security.Security#addProvider}.
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
        return new ClientIdentity(IdentityMaterial.ready(key, chain));
    }

    /**
     * Uses the identity that a source returns, at build and at every check.
     *
     * @param source returns the current identity, such as one created by {@link #of}
     * @return the identity
     */
    public static ClientIdentity from(MaterialSource<ClientIdentity> source) {
        return new ClientIdentity(IdentityMaterial.supplied(new Supply<>(source, () -> {
            Material<LoadedIdentity> given =
                    Objects.requireNonNull(source.current(), "the source returned null").material;
            return given.parse(FileSnapshot.of(given));
        })));
    }

    Material<LoadedIdentity> material() {
        return material;
    }

    /** Returns the source of the identity. */
    @Override
    public String toString() {
        return material.describe();
    }
}
