package io.valkeysecure.internal.connection;

import io.valkeysecure.internal.generation.Generation;
import io.valkeysecure.internal.material.LoadedIdentity;
import io.valkeysecure.internal.text.Printable;
import io.valkeysecure.observe.ExpiryWarning;
import io.valkeysecure.observe.TlsStatus;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** When certificates and CRLs end, for the status and for warnings. */
public final class Validities {
    private Validities() {}

    /** {@return the validities of anchors, identity and CRLs of a generation} */
    static List<TlsStatus.Validity> of(Generation generation) {
        List<TlsStatus.Validity> validities = new ArrayList<>();
        generation.anchors().forEach(anchor -> validities.add(of(ExpiryWarning.Role.ANCHOR, anchor)));
        LoadedIdentity identity = generation.identity();
        if (identity != null) {
            identity.chain().forEach(own -> validities.add(of(ExpiryWarning.Role.IDENTITY, own)));
        }
        // the validity of a CRL counts from when it was read, because its whole length is not known
        generation
                .crlsFreshUntil()
                .ifPresent(until -> validities.add(
                        new TlsStatus.Validity(ExpiryWarning.Role.CRL, "CRL", generation.since(), until)));
        return validities;
    }

    /** {@return the leaves of the servers that connections are open to, each once: many connections share few} */
    static Stream<X509Certificate> leaves(OpenConnections open) {
        return open.stream().map(tracked -> tracked.handshake().leaf()).distinct();
    }

    /** {@return the validity of the leaf of a server} */
    static TlsStatus.Validity ofPeer(X509Certificate leaf) {
        return of(ExpiryWarning.Role.PEER, leaf);
    }

    /** {@return the leaf that ends first, of the servers that a connection is open to} */
    static Optional<TlsStatus.Validity> firstPeer(OpenConnections open) {
        return leaves(open)
                .min(Comparator.comparing(X509Certificate::getNotAfter))
                .map(Validities::ofPeer);
    }

    private static TlsStatus.Validity of(ExpiryWarning.Role role, X509Certificate certificate) {
        return new TlsStatus.Validity(
                role,
                Printable.value(certificate.getSubjectX500Principal()),
                certificate.getNotBefore().toInstant(),
                certificate.getNotAfter().toInstant());
    }
}
