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

    /** {@return the leaf of the server that a connection is open to} */
    static TlsStatus.Validity ofPeer(TrackedConnection tracked) {
        return of(ExpiryWarning.Role.PEER, tracked.handshake().leaf());
    }

    /** {@return the leaf that ends first, of the servers that a connection is open to} */
    static Optional<TlsStatus.Validity> firstPeer(OpenConnections open) {
        return open.stream().map(Validities::ofPeer).min(Comparator.comparing(TlsStatus.Validity::notAfter));
    }

    private static TlsStatus.Validity of(ExpiryWarning.Role role, X509Certificate certificate) {
        return new TlsStatus.Validity(
                role,
                Printable.value(certificate.getSubjectX500Principal()),
                certificate.getNotBefore().toInstant(),
                certificate.getNotAfter().toInstant());
    }
}
