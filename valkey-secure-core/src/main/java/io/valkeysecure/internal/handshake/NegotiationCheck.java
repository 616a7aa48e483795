package io.valkeysecure.internal.handshake;

import io.valkeysecure.Endpoint;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.TlsHandshakeException;
import io.valkeysecure.TlsVersion;
import io.valkeysecure.internal.engine.NamedGroups;
import io.valkeysecure.internal.generation.Generation;
import io.valkeysecure.internal.root.RootTypes;
import java.util.Optional;
import javax.net.ssl.SSLSession;

/**
 * Checks what a handshake negotiated against the policy of its generation: version, cipher suite, group and signatures.
 */
final class NegotiationCheck {
    private final Endpoint endpoint;
    private final Generation generation;
    private final PeerBytes evidence;
    private final OwnBytes own;

    NegotiationCheck(Endpoint endpoint, Generation generation, PeerBytes evidence, OwnBytes own) {
        this.endpoint = endpoint;
        this.generation = generation;
        this.evidence = evidence;
        this.own = own;
    }

    TlsVersion version(SSLSession session) throws TlsHandshakeException {
        String protocol = session.getProtocol();
        for (TlsVersion version : generation.versions()) {
            if (version.protocol().equals(protocol)) {
                return version;
            }
        }
        throw refused(RefusalReason.PROTOCOL_VERSION, generation.expectedVersion() + ", negotiated " + protocol);
    }

    String cipherSuite(SSLSession session) throws TlsHandshakeException {
        String suite = session.getCipherSuite();
        if (!generation.policy().cipherSuites().contains(suite)) {
            throw refused(
                    RefusalReason.CIPHER_SUITE,
                    "expected one of " + generation.policy().cipherSuites() + ", negotiated " + suite);
        }
        return suite;
    }

    Optional<String> keyExchangeGroup() throws TlsHandshakeException {
        Optional<String> group = evidence.keyExchangeGroup();
        if (generation.isHybridRequired() && group.filter(NamedGroups::isHybrid).isEmpty()) {
            throw refused(
                    RefusalReason.KEY_EXCHANGE,
                    RefusalClassifier.HYBRID_EXPECTED + ", negotiated " + group.orElse("none")
                            + RefusalClassifier.HYBRID_CURE);
        }
        return group;
    }

    /**
     * Requires that a whole TLS 1.2 handshake was seen: its signatures are checked as they pass. A resumed handshake
     * has no signatures; the handshake that created its session had them.
     */
    void requireSignatureSeen(TlsVersion version, boolean resumed) throws TlsHandshakeException {
        if (version != TlsVersion.TLS_1_2) {
            return;
        }
        boolean signed = resumed || evidence.isKeyExchangeSigned();
        boolean ownSeen = resumed || own.isComplete();
        if (!signed || !ownSeen || !evidence.isTls12Complete()) {
            throw refused(
                    RefusalReason.WEAK_SIGNATURE,
                    "expected to see a key exchange that is signed with SHA-256 or better, saw "
                            + (signed ? "no whole handshake" : "none")
                            + "; was each byte shown to received and sent?");
        }
    }

    private TlsHandshakeException refused(RefusalReason reason, String message) {
        return RootTypes.handshakeRefused(reason, endpoint, message, null);
    }
}
