package io.valkeysecure.internal.generation;

import io.valkeysecure.PeerRejectedException;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.SpkiPin;
import io.valkeysecure.TlsPolicy;
import io.valkeysecure.ValidatedPath;
import io.valkeysecure.internal.revocation.RevocationCheck;
import io.valkeysecure.internal.revocation.RevocationMethod;
import io.valkeysecure.internal.root.RootTypes;
import io.valkeysecure.internal.text.Printable;
import io.valkeysecure.internal.verify.CertificateRequirements;
import io.valkeysecure.internal.verify.PathVerifier;
import io.valkeysecure.internal.x509.ReferenceIdentifier;
import io.valkeysecure.observe.TlsStatus;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Judges certificate chains by the anchors, CRLs and pins of one moment. Safe for use by many threads. */
public final class ServerVerifier {
    private final PathVerifier verifier;
    private final Set<SpkiPin> pins;
    private final RevocationCheck revocation;
    private final Clock clock;

    private ServerVerifier(PathVerifier verifier, Set<SpkiPin> pins, RevocationCheck revocation, Clock clock) {
        this.verifier = verifier;
        this.pins = pins;
        this.revocation = revocation;
        this.clock = clock;
    }

    /**
     * Makes a verifier of what was read.
     *
     * @param before the one that it replaces, whose OCSP answers are kept if the anchors are the same: a new client
     *     identity changes nothing about servers, and must not make every connection ask anew
     */
    public static ServerVerifier of(
            TrustConfiguration configuration, TrustConfiguration.Reading reading, @Nullable ServerVerifier before) {
        TlsPolicy policy = configuration.policy();
        Instant now = configuration.clock().instant();
        List<X509Certificate> certificates =
                List.copyOf(new LinkedHashSet<>(configuration.anchors().parse(reading.snapshot())));
        CertificateRequirements floors = new CertificateRequirements(
                policy.minimumRsaKeyBits(), policy.serverAuthRequired(), policy.profileRequired());
        RevocationMethod method = configuration.revocation();
        try {
            PathVerifier verifier = new PathVerifier(certificates, floors, now);
            if (policy.everyAnchorRequired() && !verifier.unusableAnchors().isEmpty()) {
                throw verifier.unusableAnchors().get(0).refusal();
            }
            RevocationCheck revocation = before != null
                            && method.keepsAnswers()
                            && before.anchors().equals(verifier.anchors())
                    ? before.revocation
                    : method.prepare(
                            reading.snapshot().bytes(reading.crls()), certificates, policy.minimumRsaKeyBits(), now);
            return new ServerVerifier(verifier, configuration.pins(), revocation, configuration.clock());
        } catch (PeerRejectedException e) {
            throw RootTypes.configurationRefused(
                    e.reason(), "trust anchors (" + configuration.anchors().describe() + "): " + e.getMessage(), e);
        }
    }

    public List<X509Certificate> anchors() {
        return verifier.anchors();
    }

    /** The anchors that no path may end at, each with the reason and the cure. */
    public List<TlsStatus.UnusableAnchor> unusableAnchors() {
        return verifier.unusableAnchors().stream()
                .map(anchor -> new TlsStatus.UnusableAnchor(
                        Printable.value(anchor.certificate().getSubjectX500Principal()),
                        anchor.refusal().reason(),
                        anchor.refusal().getMessage() + cure(anchor.refusal().reason())))
                .toList();
    }

    private static String cure(RefusalReason reason) {
        return switch (reason) {
            case EXPIRED -> "; remove it, or replace it with the current certificate of its CA";
            case WEAK_KEY -> "; remove it, or replace it with a CA that has a stronger key";
            default -> "; remove it, or replace it with a CA certificate that keeps this rule";
        };
    }

    public Optional<Instant> crlsFreshUntil() {
        return revocation.freshUntil();
    }

    /** {@return whether {@link #verify} may ask a responder} */
    public boolean asksResponders() {
        return revocation.asksResponders();
    }

    public ValidatedPath verify(
            List<X509Certificate> chain, @Nullable List<ReferenceIdentifier.Expected> expected, List<byte[]> staples)
            throws PeerRejectedException {
        long begun = System.nanoTime();
        return verify(chain, expected, (path, anchor, now) -> {
            var unused = revocation.check(path, anchor, now, staples, begun);
        });
    }

    /** As {@link #verify}, but asks no responder: what only one can tell is left open. */
    public ValidatedPath verifyOffline(
            List<X509Certificate> chain, @Nullable List<ReferenceIdentifier.Expected> expected, List<byte[]> staples)
            throws PeerRejectedException {
        return verify(chain, expected, (path, anchor, now) -> revocation.checkOffline(path, anchor, now, staples));
    }

    @FunctionalInterface
    private interface Demand {
        void require(List<X509Certificate> path, X509Certificate anchor, Instant now) throws PeerRejectedException;
    }

    private ValidatedPath verify(
            List<X509Certificate> chain, @Nullable List<ReferenceIdentifier.Expected> expected, Demand notRevoked)
            throws PeerRejectedException {
        Instant now = clock.instant();
        PathVerifier.Path path = verifier.verify(chain, expected, now, candidate -> {
            requirePin(candidate);
            notRevoked.require(candidate.certificates(), candidate.anchor(), now);
        });
        return RootTypes.validatedPath(path.certificates(), path.anchor());
    }

    private void requirePin(PathVerifier.Path path) throws PeerRejectedException {
        if (pins.isEmpty()) {
            return;
        }
        List<X509Certificate> all = new ArrayList<>(path.certificates());
        all.add(path.anchor());
        if (all.stream().map(SpkiPin::of).noneMatch(pins::contains)) {
            String presented = all.stream()
                    .map(certificate ->
                            SpkiPin.of(certificate) + " " + Printable.value(certificate.getSubjectX500Principal()))
                    .collect(Collectors.joining(", "));
            throw RootTypes.peerRejected(
                    RefusalReason.PIN_MISMATCH,
                    "expected a key of the pins " + pins + ", the path has " + presented,
                    null);
        }
    }
}
