package io.valkeysecure.internal.material;

import io.valkeysecure.internal.text.Printable;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/** A private key and its certificate chain, as they were read. */
public record LoadedIdentity(PrivateKey key, List<X509Certificate> chain) {
    public LoadedIdentity {
        chain = List.copyOf(chain);
    }

    public X509Certificate leaf() {
        return chain.get(0);
    }

    @Override
    public String toString() {
        return "identity of " + Printable.value(leaf().getSubjectX500Principal());
    }
}
