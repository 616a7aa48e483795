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
import io.valkeysecure.internal.x509.CertificationPath;
import io.valkeysecure.internal.x509.ParsedCertificate;
import io.valkeysecure.internal.x509.ReferenceIdentifier;
import io.valkeysecure.observe.TlsStatus;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Verifies certificate chains by the anchors, CRLs and pins of one reading. Safe for use by many threads. */
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
     * Creates a verifier from material that was read.
     *
     * @param before the verifier that it replaces; null for the first. Its cached OCSP responses are kept if the
     *     anchors are the same, so that a new client identity does not make every connection ask again
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

    /** {@return the anchors that no path may end at, each with the reason and the cure} */
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

    /** {@return whether {@link #verify} may wait for an OCSP responder} */
    public boolean asksResponders() {
        return revocation.asksResponders();
    }

    public ValidatedPath verify(
            List<X509Certificate> chain, @Nullable List<ReferenceIdentifier.Expected> expected, List<byte[]> staples)
            throws PeerRejectedException {
        long started = System.nanoTime();
        Instant now = clock.instant();
        return verify(chain, expected, now, path -> revocation.check(path, now, staples, started));
    }

    /** Verifies as {@link #verify}, but asks no responder: a status that only a responder knows is accepted. */
    public ValidatedPath verifyOffline(
            List<X509Certificate> chain, @Nullable List<ReferenceIdentifier.Expected> expected, List<byte[]> staples)
            throws PeerRejectedException {
        Instant now = clock.instant();
        return verify(chain, expected, now, path -> revocation.checkOffline(path, now, staples));
    }

    private ValidatedPath verify(
            List<X509Certificate> chain,
            @Nullable List<ReferenceIdentifier.Expected> expected,
            Instant now,
            PathVerifier.PathCheck notRevoked)
            throws PeerRejectedException {
        CertificationPath path = verifier.verify(chain, expected, now, candidate -> {
            requirePin(candidate);
            notRevoked.require(candidate);
        });
        return RootTypes.validatedPath(
                path.certificates().stream().map(ParsedCertificate::x509).toList(),
                path.anchor().x509());
    }

    private void requirePin(CertificationPath path) throws PeerRejectedException {
        if (pins.isEmpty()) {
            return;
        }
        List<X509Certificate> all = Stream.concat(path.certificates().stream(), Stream.of(path.anchor()))
                .map(ParsedCertificate::x509)
                .toList();
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
