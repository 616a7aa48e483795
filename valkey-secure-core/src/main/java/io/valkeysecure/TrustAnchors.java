package io.valkeysecure;

import io.valkeysecure.internal.material.AnchorMaterial;
import io.valkeysecure.internal.material.KeyStores;
import io.valkeysecure.internal.material.Material;
import io.valkeysecure.internal.material.PickedAnchors;
import io.valkeysecure.internal.material.Supply;
import io.valkeysecure.internal.text.Printable;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The CA certificates that the path of a server's certificate may end at. Nothing else is trusted: the trust stores of
 * the JVM and of the system are not used, unless their certificates are named one by one.
 *
 * <pre>{@code
 * try (SecureTls tls = SecureTls.trusting(TrustAnchors.pem(Path.of("/etc/valkey/tls/ca.crt")))
 *         .withoutClientIdentity()
 *         .build()) {
 *     // make a client with it, and close the client first
 * }
 * }</pre>
 *
 * <p>When an anchor expires, or is removed from its file, no new connection is accepted because of it, and open
 * connections whose path ends at it are closed, unless another path leads to another anchor. To replace a CA, first add
 * the new certificate beside the old one, then change the servers, then remove the old certificate.
 *
 * <p>An anchor that is no CA (basicConstraints), expired or weak is left out as long as another anchor can be used, see
 * {@link io.valkeysecure.observe.TlsStatus#unusableAnchors()}; {@link TlsPolicy#strict()} refuses it. An anchor that is
 * not valid yet is used from its notBefore on.
 *
 * <p>Files are read and checked when a {@link SecureTls} or {@link ChainVerifier} is built, and for a {@code SecureTls}
 * again when they change. Immutable.
 */
public final class TrustAnchors {
    private final Material<List<X509Certificate>> material;

    private TrustAnchors(Material<List<X509Certificate>> material) {
        this.material = material;
    }

    /**
     * Reads every certificate of one or more PEM files.
     *
     * @param files files that hold only certificates
     * @return the anchors
     * @throws IllegalArgumentException if no file is named
     */
    public static TrustAnchors pem(Path... files) {
        List<Path> named = List.of(files);
        if (named.isEmpty()) {
            throw new IllegalArgumentException("trust anchors must be named: no PEM file was given");
        }
        return new TrustAnchors(AnchorMaterial.pem(named));
    }

    /**
     * Reads every trusted certificate of a PKCS#12 or JKS store. Entries with a private key are not anchors.
     *
     * @param file the store
     * @param password the password of the store; copied
     * @return the anchors
     */
    public static TrustAnchors keyStore(Path file, char[] password) {
        return new TrustAnchors(AnchorMaterial.keyStore(file, null, password.clone()));
    }

    /**
     * Reads every trusted certificate of a store of another type, such as BCFKS. A provider of the JVM must have the
     * type when the store is read. The limits on size, nesting and key derivation of PKCS#12 and JKS stores hold for
     * those two only.
     *
     * @param file the store
     * @param type the name of its type, as for {@link java.security.KeyStore#getInstance(String)}
     * @param password the password of the store; copied
     * @return the anchors
     * @throws IllegalArgumentException if the type is blank
     */
    public static TrustAnchors keyStore(Path file, String type, char[] password) {
        return new TrustAnchors(AnchorMaterial.keyStore(file, KeyStores.named(type), password.clone()));
    }

    /**
     * Picks public roots out of the JVM's store, {@code lib/security/cacerts} of the running JDK, for a server whose
     * certificate a public CA issued. The other roots of the store are not trusted.
     *
     * <pre>{@code
     * TrustAnchors amazon = TrustAnchors.jvm("Amazon Root CA 1", "Amazon Root CA 2", "Amazon Root CA 3");
     * }</pre>
     *
     * <p>If the password of the store is not {@code changeit}, use {@link #keyStore} and {@link #only}.
     *
     * @param names at least one name as for {@link #only}
     * @return the anchors
     * @throws IllegalArgumentException if no name is given, or one is blank or given twice
     */
    public static TrustAnchors jvm(String... names) {
        Path store = Path.of(System.getProperty("java.home"), "lib", "security", "cacerts");
        return keyStore(store, "changeit".toCharArray()).only(names);
    }

    /**
     * Picks certificates out of these, such as one root of a bundle.
     *
     * <p>A name is a common name ({@code Amazon Root CA 1}), a whole subject
     * ({@code CN=Amazon Root CA 1, O=Amazon, C=US}) or the SHA-256 fingerprint of the certificate in hexadecimal, with
     * or without colons. It has to name exactly one certificate whenever the anchors are read; otherwise the material
     * is refused with {@link RefusalReason#MATERIAL_UNREADABLE}, and the message has similar names, or the fingerprints
     * to choose from.
     *
     * @param names at least one name
     * @return the anchors that are named
     * @throws IllegalArgumentException if no name is given, or one is blank or given twice
     */
    public TrustAnchors only(String... names) {
        List<String> named = List.of(names);
        if (named.isEmpty()) {
            throw new IllegalArgumentException("trust anchors must be named: no name was given");
        }
        for (String name : named) {
            if (name.isBlank() || Collections.frequency(named, name) > 1) {
                throw new IllegalArgumentException("expected different names of trust anchors, \""
                        + Printable.value(name) + "\" is blank or given twice");
            }
        }
        return new TrustAnchors(new PickedAnchors(material, named));
    }

    /**
     * Uses the certificates that a source returns, at build and at every check.
     *
     * @param source returns the current CA certificates
     * @return the anchors
     */
    public static TrustAnchors from(MaterialSource<? extends Collection<X509Certificate>> source) {
        return new TrustAnchors(AnchorMaterial.supplied(new Supply<>(source, () -> certificates(source.current()))));
    }

    /**
     * Uses certificates in memory. They are not reloaded.
     *
     * @param anchors at least one CA certificate
     * @return the anchors
     * @throws IllegalArgumentException if it is empty
     */
    public static TrustAnchors of(Collection<X509Certificate> anchors) {
        List<X509Certificate> copy = List.copyOf(anchors);
        if (copy.isEmpty()) {
            throw new IllegalArgumentException("trust anchors must not be empty");
        }
        return new TrustAnchors(AnchorMaterial.ready(copy));
    }

    /**
     * Uses certificates in memory. They are not reloaded.
     *
     * @param anchors at least one CA certificate
     * @return the anchors
     * @throws IllegalArgumentException if it is empty
     */
    public static TrustAnchors of(X509Certificate... anchors) {
        return of(List.of(anchors));
    }

    /** Copies and checks what a source returned, which may violate its generic type. */
    private static List<X509Certificate> certificates(@Nullable Collection<?> given) {
        List<X509Certificate> certificates = new ArrayList<>();
        for (Object each : Objects.requireNonNull(given, "the source returned null")) {
            certificates.add((X509Certificate) Objects.requireNonNull(each, "the source returned null among others"));
        }
        return certificates;
    }

    Material<List<X509Certificate>> material() {
        return material;
    }

    /** Returns the source of the anchors. */
    @Override
    public String toString() {
        return material.describe();
    }
}
