package io.valkeysecure;

import io.valkeysecure.internal.annotation.CanIgnoreReturnValue;
import io.valkeysecure.internal.text.Printable;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The minimum that every connection has to meet: TLS version, cipher suites, key sizes, certificate rules and handshake
 * timeout. A policy starts from a preset and can be tightened, never loosened. Immutable.
 *
 * <ul>
 *   <li>{@link #modern()}, the default: TLS 1.3 and 1.2 with AEAD suites and forward secrecy, RSA from 2048 bits, the
 *       NIST and RFC 8410 curves.
 *   <li>{@link #strict()}, if you run the servers and their CA: TLS 1.3 only, {@code serverAuth} required in the leaf,
 *       RSA from 3072 bits, certificates by the profile of RFC 5280, and no unusable trust anchor.
 * </ul>
 *
 * <pre>{@code
 * TlsPolicy policy = TlsPolicy.builder()
 *     .minimumVersion(TlsVersion.TLS_1_3)
 *     .handshakeTimeout(Duration.ofSeconds(5))
 *     .build();
 * try (SecureTls tls = SecureTls.trusting(anchors).withoutClientIdentity().policy(policy).build()) {
 *     // make a client with it, and close the client first
 * }
 * }</pre>
 *
 * <p>A preset may become tighter in a minor release; {@code docs/tls-history.md} says when and why.
 *
 * @see SecureTls.Builder#policy
 */
public final class TlsPolicy {
    private static final Duration LONGEST_HANDSHAKE = Duration.ofMinutes(1);

    private static final TlsPolicy MODERN = new TlsPolicy(
            "modern",
            TlsVersion.TLS_1_2,
            CipherSuites.from(TlsVersion.TLS_1_2),
            Duration.ofSeconds(10),
            2048,
            false,
            false,
            false,
            false);
    private static final TlsPolicy STRICT = new TlsPolicy(
            "strict",
            TlsVersion.TLS_1_3,
            CipherSuites.from(TlsVersion.TLS_1_3),
            Duration.ofSeconds(10),
            3072,
            true,
            true,
            true,
            false);

    private final String preset;
    private final TlsVersion minimumVersion;
    private final List<TlsVersion> versions;
    private final List<String> cipherSuites;
    private final Duration handshakeTimeout;
    private final int minimumRsaKeyBits;
    private final boolean serverAuthRequired;
    private final boolean profileRequired;
    private final boolean everyAnchorRequired;
    private final boolean hybridKeyExchangeRequired;

    private TlsPolicy(
            String preset,
            TlsVersion minimumVersion,
            List<String> cipherSuites,
            Duration handshakeTimeout,
            int minimumRsaKeyBits,
            boolean serverAuthRequired,
            boolean profileRequired,
            boolean everyAnchorRequired,
            boolean hybridKeyExchangeRequired) {
        this.preset = preset;
        this.minimumVersion = minimumVersion;
        this.versions = Stream.of(TlsVersion.values())
                .filter(version -> version.compareTo(minimumVersion) >= 0)
                .toList();
        this.cipherSuites = cipherSuites;
        this.handshakeTimeout = handshakeTimeout;
        this.minimumRsaKeyBits = minimumRsaKeyBits;
        this.serverAuthRequired = serverAuthRequired;
        this.profileRequired = profileRequired;
        this.everyAnchorRequired = everyAnchorRequired;
        this.hybridKeyExchangeRequired = hybridKeyExchangeRequired;
    }

    /** {@return the default preset: TLS 1.2 and 1.3, AEAD with forward secrecy, RSA from 2048 bits} */
    public static TlsPolicy modern() {
        return MODERN;
    }

    /**
     * {@return the preset for users who run both ends: TLS 1.3 only, {@code serverAuth} required, RSA from 3072 bits}
     */
    public static TlsPolicy strict() {
        return STRICT;
    }

    /** {@return a builder that starts from {@link #modern()} and can only tighten it} */
    public static Builder builder() {
        return MODERN.toBuilder();
    }

    /** {@return a builder that starts from this policy and can only tighten it} */
    public Builder toBuilder() {
        return new Builder(this);
    }

    /** {@return the lowest TLS version that is offered and accepted} */
    public TlsVersion minimumVersion() {
        return minimumVersion;
    }

    /** {@return the versions that are offered and accepted, lowest first} */
    public List<TlsVersion> versions() {
        return versions;
    }

    /** {@return the cipher suites that are offered and accepted: IANA names in order of preference} */
    public List<String> cipherSuites() {
        return cipherSuites;
    }

    /** {@return how long a handshake may take, from the first byte sent to the verdict; 10 seconds by default} */
    public Duration handshakeTimeout() {
        return handshakeTimeout;
    }

    /** {@return the smallest RSA modulus in bits that is accepted in a path, the trust anchor included} */
    public int minimumRsaKeyBits() {
        return minimumRsaKeyBits;
    }

    /**
     * {@return whether the leaf must have an extended key usage with {@code serverAuth}} If false, the extension may be
     * absent; if it is present, it must hold {@code serverAuth} under every policy.
     */
    public boolean serverAuthRequired() {
        return serverAuthRequired;
    }

    /**
     * {@return whether certificates must have the fields that RFC 5280 requires of CAs and whose absence does no harm}
     * These are key identifiers, the key usage of a CA, and critical basicConstraints of a CA.
     */
    public boolean profileRequired() {
        return profileRequired;
    }

    /**
     * {@return whether one unusable trust anchor makes {@code build()} and a reload fail} If false, an anchor that has
     * expired, is weak or breaks another rule is left out as long as another anchor can be used.
     */
    public boolean everyAnchorRequired() {
        return everyAnchorRequired;
    }

    /**
     * {@return whether a handshake without a hybrid key exchange is refused} A hybrid group such as {@code
     * X25519MLKEM768} joins a classical and a post-quantum key exchange (draft-ietf-tls-ecdhe-mlkem), so that a future
     * quantum computer cannot decrypt recorded traffic. If false, a hybrid group is used if engine and server have one,
     * otherwise a classical ephemeral group.
     */
    public boolean hybridKeyExchangeRequired() {
        return hybridKeyExchangeRequired;
    }

    /** Returns the policy as one readable line. */
    @Override
    public String toString() {
        return preset + ": "
                + versions().stream().map(TlsVersion::protocol).collect(Collectors.joining(" and "))
                + ", cipher suites " + cipherSuites + ", handshake timeout " + handshakeTimeout + ", RSA from "
                + minimumRsaKeyBits + " bits, serverAuth "
                + (serverAuthRequired ? "required" : "required where an extended key usage is present")
                + (profileRequired ? ", certificates by the profile of RFC 5280" : "")
                + (everyAnchorRequired ? ", every trust anchor usable" : "")
                + ", key exchange hybrid " + (hybridKeyExchangeRequired ? "required" : "preferred");
    }

    /** Tightens a policy. Each option may be set once. Not safe for use by several threads. */
    public static final class Builder {
        private final TlsPolicy base;
        private @Nullable TlsVersion minimumVersion;
        private @Nullable List<String> cipherSuites;
        private @Nullable Duration handshakeTimeout;
        private @Nullable Integer minimumRsaKeyBits;
        private @Nullable Boolean serverAuthRequired;
        private @Nullable Boolean profileRequired;
        private @Nullable Boolean everyAnchorRequired;
        private @Nullable Boolean hybridKeyExchangeRequired;

        private Builder(TlsPolicy base) {
            this.base = base;
        }

        /**
         * Sets the lowest TLS version. Default: the preset's.
         *
         * @param version the version
         * @return this
         * @throws IllegalArgumentException if it is below the preset's
         * @throws IllegalStateException if it was set already
         */
        @CanIgnoreReturnValue
        public Builder minimumVersion(TlsVersion version) {
            Options.requireUnset("minimum version", minimumVersion);
            if (version.compareTo(base.minimumVersion) < 0) {
                throw weaker("minimum version", version.protocol(), base.minimumVersion.protocol());
            }
            minimumVersion = version;
            return this;
        }

        /**
         * Limits the cipher suites. Default: the preset's.
         *
         * @param suites IANA names in order of preference
         * @return this
         * @throws IllegalArgumentException if the list is empty, repeats a suite, or names a suite that the preset does
         *     not hold
         * @throws IllegalStateException if it was set already
         */
        @CanIgnoreReturnValue
        public Builder cipherSuites(List<String> suites) {
            Options.requireUnset("cipher suites", cipherSuites);
            List<String> copy = List.copyOf(suites);
            if (copy.isEmpty()) {
                throw new IllegalArgumentException(
                        "cipher suites must not be empty; the preset has " + base.cipherSuites);
            }
            if (new HashSet<>(copy).size() != copy.size()) {
                throw new IllegalArgumentException("cipher suites must not repeat, were " + Printable.list(copy));
            }
            for (String suite : copy) {
                if (!base.cipherSuites.contains(suite)) {
                    throw new IllegalArgumentException("cipher suite must be one of " + base.cipherSuites
                            + " (AEAD with forward secrecy), was " + Printable.value(suite));
                }
            }
            cipherSuites = copy;
            return this;
        }

        /**
         * Sets how long a handshake may take, from the first byte sent to the verdict. Default: 10 seconds.
         *
         * @param timeout above zero, at most one minute
         * @return this
         * @throws IllegalArgumentException if it is out of range
         * @throws IllegalStateException if it was set already
         */
        @CanIgnoreReturnValue
        public Builder handshakeTimeout(Duration timeout) {
            Options.requireUnset("handshake timeout", handshakeTimeout);
            if (timeout.toMillis() < 1 || timeout.compareTo(LONGEST_HANDSHAKE) > 0) {
                throw new IllegalArgumentException(
                        "handshake timeout must be from PT0.001S to " + LONGEST_HANDSHAKE + ", was " + timeout);
            }
            handshakeTimeout = timeout;
            return this;
        }

        /**
         * Sets the smallest RSA key that is accepted in a path. Default: the preset's.
         *
         * @param bits the size of the modulus, at most 16384
         * @return this
         * @throws IllegalArgumentException if it is below the preset's, or above 16384
         * @throws IllegalStateException if it was set already
         */
        @CanIgnoreReturnValue
        public Builder minimumRsaKeyBits(int bits) {
            Options.requireUnset("minimum RSA key bits", minimumRsaKeyBits);
            if (bits < base.minimumRsaKeyBits) {
                throw weaker("minimum RSA key bits", bits, base.minimumRsaKeyBits);
            }
            if (bits > 16_384) {
                throw new IllegalArgumentException("minimum RSA key bits must be at most 16384, was " + bits);
            }
            minimumRsaKeyBits = bits;
            return this;
        }

        /**
         * Requires an extended key usage with {@code serverAuth} in the leaf. Default: the preset's choice.
         *
         * @return this
         * @throws IllegalStateException if it was set already
         */
        @CanIgnoreReturnValue
        public Builder requireServerAuth() {
            Options.requireUnset("serverAuth required", serverAuthRequired);
            serverAuthRequired = true;
            return this;
        }

        /**
         * Requires certificates by the profile of RFC 5280, see {@link TlsPolicy#profileRequired()}. Default: the
         * preset's choice.
         *
         * @return this
         * @throws IllegalStateException if it was set already
         */
        @CanIgnoreReturnValue
        public Builder requireProfile() {
            Options.requireUnset("profile required", profileRequired);
            profileRequired = true;
            return this;
        }

        /**
         * Refuses material that holds an unusable trust anchor, see {@link TlsPolicy#everyAnchorRequired()}.
         * Default: the preset's choice.
         *
         * @return this
         * @throws IllegalStateException if it was set already
         */
        @CanIgnoreReturnValue
        public Builder requireEveryAnchor() {
            Options.requireUnset("every anchor required", everyAnchorRequired);
            everyAnchorRequired = true;
            return this;
        }

        /**
         * Refuses a handshake without a hybrid key exchange, see {@link TlsPolicy#hybridKeyExchangeRequired()}. Hybrid
         * groups are part of TLS 1.3, so only TLS 1.3 is offered. Default: preferred, not required.
         *
         * @return this
         * @throws IllegalStateException if it was set already
         */
        @CanIgnoreReturnValue
        public Builder requireHybridKeyExchange() {
            Options.requireUnset("hybrid key exchange required", hybridKeyExchangeRequired);
            hybridKeyExchangeRequired = true;
            return this;
        }

        /**
         * {@return the policy}
         * @throws IllegalArgumentException if no cipher suite is left for one of the versions
         */
        public TlsPolicy build() {
            TlsVersion minimum = Objects.requireNonNullElse(minimumVersion, base.minimumVersion);
            List<String> suites = cipherSuites;
            if (suites == null) {
                suites = base.cipherSuites.stream()
                        .filter(CipherSuites.from(minimum)::contains)
                        .toList();
            }
            CipherSuites.requireFor(minimum, suites);
            boolean unchanged = minimumVersion == null
                    && cipherSuites == null
                    && handshakeTimeout == null
                    && minimumRsaKeyBits == null
                    && serverAuthRequired == null
                    && profileRequired == null
                    && everyAnchorRequired == null
                    && hybridKeyExchangeRequired == null;
            String name = unchanged || base.preset.endsWith("tightened") ? base.preset : base.preset + ", tightened";
            return new TlsPolicy(
                    name,
                    minimum,
                    suites,
                    Objects.requireNonNullElse(handshakeTimeout, base.handshakeTimeout),
                    Objects.requireNonNullElse(minimumRsaKeyBits, base.minimumRsaKeyBits),
                    Objects.requireNonNullElse(serverAuthRequired, base.serverAuthRequired),
                    Objects.requireNonNullElse(profileRequired, base.profileRequired),
                    Objects.requireNonNullElse(everyAnchorRequired, base.everyAnchorRequired),
                    Objects.requireNonNullElse(hybridKeyExchangeRequired, base.hybridKeyExchangeRequired));
        }

        private static IllegalArgumentException weaker(String option, Object asked, Object preset) {
            return new IllegalArgumentException(option + " " + asked + " would be weaker than " + preset
                    + " of the preset; a policy can only be tightened");
        }
    }
}
