package io.valkeysecure;

import io.valkeysecure.internal.material.AnchorMaterial;
import io.valkeysecure.internal.material.Material;
import io.valkeysecure.internal.material.Supply;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The CA certificates that a server's certification path may end at, and no others: the trust stores of the JVM and of
 * the system are never consulted.
 *
 * <p>Files are read when a {@link SecureTls} or a {@link ChainVerifier} is built, not here, and for a {@code SecureTls} again
 * when they change; what is wrong with them is reported then. An anchor that is no CA (basicConstraints), out of date or weak is left out as long
 * as another one can be used, see {@link io.valkeysecure.observe.TlsStatus#unusableAnchors()}; {@link TlsPolicy#strict()} refuses it. An anchor that
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
        return new TrustAnchors(AnchorMaterial.pem(named));
    }

    /**
     * Takes every trusted certificate of a PKCS#12 or JKS store. Entries with a private key are not anchors.
     *
     * @param file the store
     * @param password what opens it; copied
     * @return the anchors
     */
    public static TrustAnchors keyStore(Path file, char[] password) {
        return new TrustAnchors(AnchorMaterial.keyStore(file, password.clone()));
    }

    /**
     * Takes the certificates that a source gives, now and at every check.
     *
     * @param source gives the CA certificates in force
     * @return the anchors
     */
    public static TrustAnchors from(MaterialSource<? extends Collection<X509Certificate>> source) {
        return new TrustAnchors(AnchorMaterial.supplied(new Supply<>(source, () -> certificates(source.current()))));
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
        return new TrustAnchors(AnchorMaterial.ready(copy));
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

    /** What a source gave; it may break the promise of its type. */
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

    /** Returns where the anchors come from. */
    @Override
    public String toString() {
        return material.describe();
    }
}
