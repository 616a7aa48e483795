package io.valkeysecure;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.valkeysecure.internal.generation.TlsConfiguration;
import io.valkeysecure.internal.material.MaterialReader;
import io.valkeysecure.internal.revocation.RevocationCheck;
import io.valkeysecure.internal.revocation.RevocationMethod;
import io.valkeysecure.internal.text.Printable;
import io.valkeysecure.internal.verify.Floors;
import io.valkeysecure.internal.verify.PathVerifier;
import io.valkeysecure.internal.x509.CertificateParser;
import io.valkeysecure.internal.x509.MalformedException;
import io.valkeysecure.observe.LoggingListener;
import io.valkeysecure.observe.TlsStatus;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a certificate chain proves a server to be the right one: the verifier that every connection of this
 * library goes through, usable without a connection.
 *
 * <p>The rules, each with its source, stand in one place and in order in {@code docs/verification.md}. Safe for use by
 * many threads.
 */
public final class ChainVerifier {
    private final PathVerifier verifier;
    private final Set<SpkiPin> pins;
    private final RevocationCheck revocation;
    private final Clock clock;

    private ChainVerifier(PathVerifier verifier, Set<SpkiPin> pins, RevocationCheck revocation, Clock clock) {
        this.verifier = verifier;
        this.pins = pins;
        this.revocation = revocation;
        this.clock = clock;
    }

    /**
     * Begins with the decision that has no default: whom to trust.
     *
     * @param anchors the CA certificates that a path may end at
     * @return the options, all of which have a safe default
     */
    public static Builder trusting(TrustAnchors anchors) {
        return new Builder(anchors);
    }

    /** The options, all of which have a safe default. Each may be set once. Not safe for use by several threads. */
    public static final class Builder {
        private final TrustAnchors anchors;
        private @Nullable TlsPolicy policy;
        private @Nullable Set<SpkiPin> pins;
        private @Nullable Revocation revocation;
        private @Nullable Clock clock;

        private Builder(TrustAnchors anchors) {
            this.anchors = Objects.requireNonNull(anchors, "anchors");
        }

        /**
         * Sets the floors of keys and the demands on certificates. Default: {@link TlsPolicy#modern()}.
         *
         * @param policy the policy
         * @return this
         * @throws IllegalStateException if it was set already
         */
        @CanIgnoreReturnValue
        public Builder policy(TlsPolicy policy) {
            Options.requireUnset("policy", this.policy);
            this.policy = Objects.requireNonNull(policy, "policy");
            return this;
        }

        /**
         * Demands that a key of the path, leaf or issuer, is one of these. Default: no pins.
         *
         * @param pins at least two, of which one is a backup: without it, a lost key is an outage
         * @return this
         * @throws IllegalArgumentException if there are fewer than two different pins
         * @throws IllegalStateException if it was set already
         */
        @CanIgnoreReturnValue
        public Builder pins(SpkiPin... pins) {
            Options.requireUnset("pins", this.pins);
            this.pins = Options.pins(pins);
            return this;
        }

        /**
         * Sets how it is proved that nothing of the path is revoked. Default: {@link Revocation#notChecked()}.
         *
         * @param revocation the choice; stapled responses come with a handshake, so {@link Revocation#stapled()} refuses
         *     every chain that is verified without one
         * @return this
         * @throws IllegalStateException if it was set already
         */
        @CanIgnoreReturnValue
        public Builder revocation(Revocation revocation) {
            Options.requireUnset("revocation", this.revocation);
            this.revocation = Objects.requireNonNull(revocation, "revocation");
            return this;
        }

        /**
         * Sets the clock by which certificates are in date. Default: {@link Clock#systemUTC()}.
         *
         * @param clock the clock
         * @return this
         * @throws IllegalStateException if it was set already
         */
        @CanIgnoreReturnValue
        public Builder clock(Clock clock) {
            Options.requireUnset("clock", this.clock);
            this.clock = Objects.requireNonNull(clock, "clock");
            return this;
        }

        /**
         * Reads the anchors and CRLs and proves them. Anchors that are left out are logged as a warning.
         *
         * @return the verifier
         * @throws TlsConfigurationException if a file cannot be read, no anchor can be used, or no CRL can be used
         */
        public ChainVerifier build() {
            TlsConfiguration configuration = new TlsConfiguration(
                    anchors,
                    null,
                    Objects.requireNonNullElseGet(policy, TlsPolicy::modern),
                    null,
                    Objects.requireNonNullElse(pins, Set.of()),
                    Objects.requireNonNullElseGet(revocation, Revocation::notChecked),
                    KeyExchange.preferHybrid(),
                    Engine.auto(),
                    Rotation.standard(),
                    Objects.requireNonNullElseGet(clock, Clock::systemUTC));
            ChainVerifier verifier = of(configuration, configuration.read(MaterialReader.Progress.NONE), null);
            LoggingListener.Standard.warnOfUnusable(verifier.unusableAnchors());
            return verifier;
        }
    }

    /**
     * Makes a verifier of what was read.
     *
     * @param before the one that it is to replace, whose OCSP answers are kept if the anchors are the same: a new client
     *     identity changes nothing about servers, and must not make every connection ask anew
     */
    static ChainVerifier of(
            TlsConfiguration configuration, TlsConfiguration.Reading reading, @Nullable ChainVerifier before) {
        TlsPolicy policy = configuration.policy();
        TrustAnchors anchors = configuration.anchors();
        Instant now = configuration.clock().instant();
        List<X509Certificate> certificates = anchors.parse(reading.snapshot());
        Floors floors = new Floors(policy.minimumRsaKeyBits(), policy.serverAuthRequired(), policy.profileRequired());
        RevocationMethod revocationMethod = configuration.revocation().method();
        try {
            PathVerifier verifier = new PathVerifier(certificates, floors, now);
            if (policy.everyAnchorRequired() && !verifier.unusableAnchors().isEmpty()) {
                throw verifier.unusableAnchors().get(0).refusal();
            }
            RevocationCheck revocation = before != null
                            && revocationMethod.keepsAnswers()
                            && before.anchors().equals(verifier.anchors())
                    ? before.revocation
                    : revocationMethod.prepare(
                            reading.snapshot().bytes(reading.crls()), certificates, policy.minimumRsaKeyBits(), now);
            return new ChainVerifier(verifier, configuration.pins(), revocation, configuration.clock());
        } catch (PeerRejectedException e) {
            throw new TlsConfigurationException(e.reason(), "trust anchors (" + anchors + "): " + e.getMessage(), e);
        }
    }

    /**
     * Verifies a chain and the name in its leaf.
     *
     * @param chain the certificates as they were presented: the leaf first, then intermediates in any order
     * @param identity what the leaf's SAN has to match
     * @return the path that was validated
     * @throws PeerRejectedException if the chain does not prove the identity
     */
    public ValidatedPath verify(List<X509Certificate> chain, ServerIdentity identity) throws PeerRejectedException {
        return verify(chain, Objects.requireNonNull(identity, "identity"), List.of());
    }

    /**
     * Verifies a chain without looking at whose name is in its leaf.
     *
     * @param chain the certificates as they were presented: the leaf first, then intermediates in any order
     * @return the path that was validated
     * @throws PeerRejectedException if the chain does not lead to an anchor by the rules
     */
    public ValidatedPath verify(List<X509Certificate> chain) throws PeerRejectedException {
        return verify(chain, null, List.of());
    }

    /**
     * Parses certificates for {@link #verify}: what the JDK cannot parse is refused as malformed.
     *
     * @param encoded DER, one certificate each
     * @return the certificates
     * @throws PeerRejectedException if one of them cannot be parsed
     */
    public static List<X509Certificate> parse(List<byte[]> encoded) throws PeerRejectedException {
        List<X509Certificate> chain = new ArrayList<>();
        for (byte[] der : encoded) {
            chain.add(parse(der, chain.size() + 1));
        }
        return chain;
    }

    static X509Certificate parse(byte[] der, int place) throws PeerRejectedException {
        try {
            return CertificateParser.parse(der);
        } catch (MalformedException e) {
            throw new PeerRejectedException(
                    RefusalReason.MALFORMED_CERTIFICATE, "certificate " + place + " of the chain " + e.problem(), e);
        }
    }

    List<X509Certificate> anchors() {
        return verifier.anchors();
    }

    /** The anchors that no path may end at, each with the reason and the cure. */
    List<TlsStatus.UnusableAnchor> unusableAnchors() {
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

    Optional<Instant> crlsFreshUntil() {
        return revocation.freshUntil();
    }

    /** {@return whether {@link #verify} may ask a responder} */
    boolean asksResponders() {
        return revocation.asksResponders();
    }

    ValidatedPath verify(List<X509Certificate> chain, @Nullable ServerIdentity identity, List<byte[]> staples)
            throws PeerRejectedException {
        long begun = System.nanoTime();
        return verify(chain, identity, (path, anchor, now) -> {
            var unused = revocation.check(path, anchor, now, staples, begun);
        });
    }

    /** As {@link #verify}, but asks no responder: what only one can tell is left open. */
    ValidatedPath verifyOffline(List<X509Certificate> chain, @Nullable ServerIdentity identity, List<byte[]> staples)
            throws PeerRejectedException {
        return verify(chain, identity, (path, anchor, now) -> revocation.checkOffline(path, anchor, now, staples));
    }

    @FunctionalInterface
    private interface Demand {
        void require(List<X509Certificate> path, X509Certificate anchor, Instant now) throws PeerRejectedException;
    }

    private ValidatedPath verify(List<X509Certificate> chain, @Nullable ServerIdentity identity, Demand notRevoked)
            throws PeerRejectedException {
        Instant now = clock.instant();
        PathVerifier.Path path =
                verifier.verify(chain, identity == null ? null : identity.expected(), now, candidate -> {
                    requirePin(candidate);
                    notRevoked.require(candidate.certificates(), candidate.anchor(), now);
                });
        return new ValidatedPath(path.certificates(), path.anchor());
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
            throw new PeerRejectedException(
                    RefusalReason.PIN_MISMATCH,
                    "expected a key of the pins " + pins + ", the path has " + presented,
                    null);
        }
    }
}
