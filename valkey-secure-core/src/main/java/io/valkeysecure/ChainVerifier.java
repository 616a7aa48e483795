package io.valkeysecure;

import io.valkeysecure.internal.annotation.CanIgnoreReturnValue;
import io.valkeysecure.internal.generation.PresentedCertificates;
import io.valkeysecure.internal.generation.ServerVerifier;
import io.valkeysecure.internal.generation.TrustConfiguration;
import io.valkeysecure.internal.observe.StandardLog;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Verifies a certificate chain without a connection, by the rules that every connection of this library enforces. It
 * finds a path from the leaf to a trust anchor, and checks the name, the pins and the revocation status.
 *
 * <pre>{@code
 * ChainVerifier verifier = ChainVerifier.trusting(TrustAnchors.pem(Path.of("/etc/valkey/tls/ca.crt"))).build();
 * try {
 *     ValidatedPath path = verifier.verify(chain, ServerIdentity.host("valkey.example"));
 * } catch (PeerRejectedException e) {
 *     log.error("{}: {}", e.reason().tag(), e.getMessage());
 * }
 * }</pre>
 *
 * <p>{@code docs/verification.md} lists the rules in order, each with its source. There is nothing to close. Safe for
 * use by many threads.
 */
public final class ChainVerifier {
    private final ServerVerifier verifier;

    private ChainVerifier(ServerVerifier verifier) {
        this.verifier = verifier;
    }

    /**
     * Starts with the required decision: which CAs to trust.
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
         * Sets the policy. Default: {@link TlsPolicy#modern()}.
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
         * Requires that a key of the path, of the leaf or an issuer, matches a pin. Default: no pins.
         *
         * @param pins at least two, of which one is for a backup key: without it, a lost key is an outage
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
         * Sets how revocation is checked. Default: {@link Revocation#notChecked()}.
         *
         * @param revocation the choice; stapled responses come with a handshake, so {@link Revocation#stapled()}
         *     refuses every chain that is verified without one
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
         * Sets the clock for validity dates. Default: {@link Clock#systemUTC()}.
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
         * Reads and checks the anchors and CRLs. Anchors that are left out are logged as a warning.
         *
         * @return the verifier
         * @throws TlsConfigurationException if a file cannot be read, no anchor can be used, or no CRL can be used
         */
        public ChainVerifier build() {
            TrustConfiguration configuration = new TrustConfiguration(
                    anchors.material(),
                    Objects.requireNonNullElseGet(policy, TlsPolicy::modern),
                    Objects.requireNonNullElse(pins, Set.of()),
                    Objects.requireNonNullElseGet(revocation, Revocation::notChecked)
                            .method(),
                    Objects.requireNonNullElseGet(clock, Clock::systemUTC));
            ServerVerifier verifier = ServerVerifier.of(configuration, configuration.read(), null);
            StandardLog.warnOfUnusable(verifier.unusableAnchors());
            return new ChainVerifier(verifier);
        }
    }

    /**
     * Verifies a chain and the name in its leaf.
     *
     * @param chain the presented certificates: the leaf first, then intermediates in any order
     * @param identity the names of which the leaf must hold one
     * @return the path that was validated
     * @throws PeerRejectedException if the chain does not prove the identity
     */
    public ValidatedPath verify(List<X509Certificate> chain, ServerIdentity identity) throws PeerRejectedException {
        return verifier.verify(
                chain, Objects.requireNonNull(identity, "identity").expected(), List.of());
    }

    /**
     * Verifies a chain without checking the name in its leaf.
     *
     * @param chain the presented certificates: the leaf first, then intermediates in any order
     * @return the path that was validated
     * @throws PeerRejectedException if no path to an anchor keeps the rules
     */
    public ValidatedPath verify(List<X509Certificate> chain) throws PeerRejectedException {
        return verifier.verify(chain, null, List.of());
    }

    /**
     * Parses certificates for {@link #verify}.
     *
     * @param encoded DER, one certificate each
     * @return the certificates
     * @throws PeerRejectedException if one of them cannot be parsed
     */
    public static List<X509Certificate> parse(List<byte[]> encoded) throws PeerRejectedException {
        List<X509Certificate> chain = new ArrayList<>();
        for (byte[] der : encoded) {
            chain.add(PresentedCertificates.parse(der, chain.size() + 1));
        }
        return chain;
    }
}
