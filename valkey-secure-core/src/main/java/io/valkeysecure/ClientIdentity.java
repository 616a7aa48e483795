package io.valkeysecure;

import io.valkeysecure.internal.material.FileSnapshot;
import io.valkeysecure.internal.material.IdentityMaterial;
import io.valkeysecure.internal.material.LoadedIdentity;
import io.valkeysecure.internal.material.Material;
import io.valkeysecure.internal.material.Supply;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Objects;

/**
 * What is presented to a server that asks for a client certificate (mTLS): leaf, intermediates and private key.
 *
 * <p>Files are read when a {@link SecureTls} is built, not here, and again when they change; what is wrong with them is
 * reported then. The key must belong to the leaf, and the leaf must be in date. Immutable; {@code toString} shows where it comes from and nothing of
 * what is in it.
 */
public final class ClientIdentity {

    private final Material<LoadedIdentity> material;

    private ClientIdentity(Material<LoadedIdentity> material) {
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
        return new ClientIdentity(IdentityMaterial.pem(certificates, key, null));
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
        return new ClientIdentity(IdentityMaterial.pem(certificates, key, password.clone()));
    }

    /**
     * Takes the one private key entry of a PKCS#12 or JKS store.
     *
     * @param file the store
     * @param password what opens the store and the entry; copied
     * @return the identity
     */
    public static ClientIdentity keyStore(Path file, char[] password) {
        return new ClientIdentity(IdentityMaterial.keyStore(file, password.clone(), null));
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
        return new ClientIdentity(IdentityMaterial.keyStore(file, password.clone(), alias));
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
        return new ClientIdentity(IdentityMaterial.ready(key, chain));
    }

    /**
     * Takes the identity that a source gives, now and at every check.
     *
     * @param source gives the identity in force, such as one made by {@link #of}
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

    /** Returns where the identity comes from. */
    @Override
    public String toString() {
        return material.describe();
    }
}
