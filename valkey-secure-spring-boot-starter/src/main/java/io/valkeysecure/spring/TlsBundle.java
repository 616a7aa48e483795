package io.valkeysecure.spring;

import io.valkeysecure.ClientIdentity;
import io.valkeysecure.MaterialSource;
import io.valkeysecure.TlsPolicy;
import io.valkeysecure.TlsVersion;
import io.valkeysecure.TrustAnchors;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslOptions;

/**
 * An SSL bundle of Spring Boot as a source of trust anchors, client identity and floors. The bundle is asked for its
 * stores each time, so that a reloaded bundle is seen; its own trust manager and key manager are never used.
 */
final class TlsBundle {
    private static final Set<String> VERSIONS = Set.of(TlsVersion.TLS_1_2.protocol(), TlsVersion.TLS_1_3.protocol());

    private final String name;
    private final Supplier<SslBundle> current;

    /**
     * Makes a source.
     *
     * @param name how messages call the bundle
     * @param current gives the bundle in force
     */
    TlsBundle(String name, Supplier<SslBundle> current) {
        this.name = name;
        this.current = current;
    }

    /** Returns whether the bundle names a truststore, even one that cannot be read. */
    boolean hasTrust() {
        try {
            return current.get().getStores().getTrustStore() != null;
        } catch (RuntimeException e) {
            return true;
        }
    }

    /** Returns whether the bundle names a keystore, even one that cannot be read. */
    boolean hasIdentity() {
        try {
            return current.get().getStores().getKeyStore() != null;
        } catch (RuntimeException e) {
            return true;
        }
    }

    TrustAnchors anchors() {
        return TrustAnchors.from(named(() -> anchors(current.get().getStores().getTrustStore())));
    }

    private List<X509Certificate> anchors(@Nullable KeyStore store) throws GeneralSecurityException {
        List<X509Certificate> anchors = new ArrayList<>();
        if (store != null) {
            for (String alias : Collections.list(store.aliases())) {
                if (store.isCertificateEntry(alias) && store.getCertificate(alias) instanceof X509Certificate anchor) {
                    anchors.add(anchor);
                }
            }
        }
        if (anchors.isEmpty()) {
            throw new IllegalStateException("the SSL bundle '" + name + "' has no CA certificate in its truststore");
        }
        return anchors;
    }

    ClientIdentity identity() {
        return ClientIdentity.from(named(() -> identity(current.get())));
    }

    private ClientIdentity identity(SslBundle bundle) throws GeneralSecurityException {
        KeyStore store = bundle.getStores().getKeyStore();
        if (store == null) {
            throw new IllegalStateException("the SSL bundle '" + name + "' has no keystore any more");
        }
        String alias = bundle.getKey().getAlias();
        String entry = alias == null ? onlyKey(store) : requireKey(store, alias);
        String password = bundle.getKey().getPassword();
        if (password == null) {
            password = bundle.getStores().getKeyStorePassword();
        }
        Key key = store.getKey(entry, password == null ? null : password.toCharArray());
        Certificate[] chain = store.getCertificateChain(entry);
        if (!(key instanceof PrivateKey privateKey) || chain == null) {
            throw new IllegalStateException(
                    "the entry '" + entry + "' of the SSL bundle '" + name + "' has no private key with a chain");
        }
        List<X509Certificate> certificates =
                Arrays.stream(chain).map(X509Certificate.class::cast).toList();
        return ClientIdentity.of(privateKey, certificates);
    }

    private String onlyKey(KeyStore store) throws GeneralSecurityException {
        List<String> keys = new ArrayList<>();
        for (String alias : Collections.list(store.aliases())) {
            if (store.isKeyEntry(alias)) {
                keys.add(alias);
            }
        }
        if (keys.size() != 1) {
            throw new IllegalStateException("the keystore of the SSL bundle '" + name
                    + "' must hold one private key, or key.alias must name one, holds " + keys);
        }
        return keys.get(0);
    }

    private String requireKey(KeyStore store, String alias) throws GeneralSecurityException {
        if (!store.isKeyEntry(alias)) {
            throw new IllegalStateException("the keystore of the SSL bundle '" + name + "' has no private key '" + alias
                    + "', which key.alias names; it holds " + Collections.list(store.aliases()));
        }
        return alias;
    }

    /** Raises the floors as the options of the bundle say. */
    void tighten(TlsPolicy.Builder policy, boolean versionIsSet, boolean suitesAreSet) {
        SslOptions options = current.get().getOptions();
        String[] protocols = options.getEnabledProtocols();
        if (protocols != null) {
            List<String> versions = List.of(protocols);
            if (!VERSIONS.containsAll(versions) || !versions.contains(TlsVersion.TLS_1_3.protocol())) {
                throw new ConfigurationRefusedException(
                        "options.enabled-protocols of the SSL bundle '" + name + "' must be TLSv1.3, or TLSv1.3 and"
                                + " TLSv1.2, was " + versions,
                        "Correct spring.ssl.bundle.*." + name + ".options.enabled-protocols, or leave it out.");
            }
            if (!versionIsSet && versions.size() == 1) {
                policy.minimumVersion(TlsVersion.TLS_1_3);
            }
        }
        String[] ciphers = options.getCiphers();
        if (ciphers != null && !suitesAreSet) {
            policy.cipherSuites(List.of(ciphers));
        }
    }

    /** Messages and logs name a source by its text. */
    private <T> MaterialSource<T> named(MaterialSource<T> source) {
        return new MaterialSource<>() {
            @Override
            public T current() throws Exception {
                return source.current();
            }

            @Override
            public String toString() {
                return TlsBundle.this.toString();
            }
        };
    }

    @Override
    public String toString() {
        return "SSL bundle '" + name + "'";
    }
}
