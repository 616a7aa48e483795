package io.valkeysecure;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.valkeysecure.internal.text.Printable;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The floors of a connection: TLS versions, cipher suites, keys, and how long a handshake may take. Immutable.
 *
 * <p>There are two presets. Choose {@link #modern()}, the default, unless something asks for more: TLS 1.3 and 1.2 with
 * AEAD suites and forward secrecy, RSA from 2048 bits, any named curve of NIST or RFC 8410. Choose {@link #strict()}
 * if you run the servers and their CA yourself: TLS 1.3 only, {@code serverAuth} required in the leaf, RSA from 3072
 * bits, certificates as RFC 5280 tells CAs to make them, and no trust anchor that cannot be used. A preset can be tightened by {@link #toBuilder()} and cannot be loosened. A preset may become tighter in a minor
 * release; {@code docs/tls-history.md} says when and why.
 */
public final class TlsPolicy {
    /** RFC 8446, B.4, in the order of preference; ChaCha20 last, since it is slower wherever AES is in hardware. */
    private static final List<String> TLS_1_3_SUITES =
            List.of("TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256", "TLS_CHACHA20_POLY1305_SHA256");

    /** The suites of TLS 1.2 with ephemeral key exchange and AEAD: RFC 5289 and RFC 7905. */
    private static final List<String> TLS_1_2_SUITES = List.of(
            "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

    private static final Duration LONGEST_HANDSHAKE = Duration.ofMinutes(1);

    private static final TlsPolicy MODERN = new TlsPolicy(
            "modern",
            TlsVersion.TLS_1_2,
            suitesFrom(TlsVersion.TLS_1_2),
            Duration.ofSeconds(10),
            2048,
            false,
            false,
            false,
            false);
    private static final TlsPolicy STRICT = new TlsPolicy(
            "strict",
            TlsVersion.TLS_1_3,
            suitesFrom(TlsVersion.TLS_1_3),
            Duration.ofSeconds(10),
            3072,
            true,
            true,
            true,
            false);

    private final String preset;
    private final TlsVersion minimumVersion;
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
        this.cipherSuites = cipherSuites;
        this.handshakeTimeout = handshakeTimeout;
        this.minimumRsaKeyBits = minimumRsaKeyBits;
        this.serverAuthRequired = serverAuthRequired;
        this.profileRequired = profileRequired;
        this.everyAnchorRequired = everyAnchorRequired;
        this.hybridKeyExchangeRequired = hybridKeyExchangeRequired;
    }

    /**
     * Returns the default preset.
     *
     * @return TLS 1.2 and 1.3, AEAD with forward secrecy, RSA from 2048 bits
     */
    public static TlsPolicy modern() {
        return MODERN;
    }

    /**
     * Returns the preset for those who run both ends.
     *
     * @return TLS 1.3 only, {@code serverAuth} required, RSA from 3072 bits
     */
    public static TlsPolicy strict() {
        return STRICT;
    }

    /**
     * Starts from {@link #modern()}.
     *
     * @return a builder that can only tighten
     */
    public static Builder builder() {
        return MODERN.toBuilder();
    }

    /**
     * Starts from this policy.
     *
     * @return a builder that can only tighten
     */
    public Builder toBuilder() {
        return new Builder(this);
    }

    /**
     * Returns the lowest TLS version that is offered and accepted.
     *
     * @return the version
     */
    public TlsVersion minimumVersion() {
        return minimumVersion;
    }

    /**
     * Returns the versions that are offered and accepted.
     *
     * @return the minimum version and all above it, lowest first
     */
    public List<TlsVersion> versions() {
        return Stream.of(TlsVersion.values())
                .filter(version -> version.compareTo(minimumVersion) >= 0)
                .toList();
    }

    /**
     * Returns the cipher suites that are offered and accepted.
     *
     * @return IANA names in order of preference
     */
    public List<String> cipherSuites() {
        return cipherSuites;
    }

    /**
     * Returns how long a handshake may take, from the first byte sent to the verdict.
     *
     * @return the timeout; 10 seconds by default
     */
    public Duration handshakeTimeout() {
        return handshakeTimeout;
    }

    /**
     * Returns the smallest RSA key that is accepted anywhere in a path, the trust anchor included.
     *
     * @return the size of the modulus in bits
     */
    public int minimumRsaKeyBits() {
        return minimumRsaKeyBits;
    }

    /**
     * Returns whether the leaf has to carry an extended key usage with {@code serverAuth}. If not, the extension may be
     * absent; where it is present it must hold {@code serverAuth} under every policy.
     *
     * @return true if the extension is required
     */
    public boolean serverAuthRequired() {
        return serverAuthRequired;
    }

    /**
     * Returns whether certificates have to be as RFC 5280 tells CAs to make them where it does no harm if they are not:
     * key identifiers in all, a key usage in CAs, and critical basicConstraints in CAs.
     *
     * @return true if the profile is required
     */
    public boolean profileRequired() {
        return profileRequired;
    }

    /**
     * Returns whether every trust anchor has to be one that can be used. If not, an anchor that has expired, is weak or
     * breaks another rule is left out as long as another one can be used.
     *
     * @return true if one unusable anchor is refused at {@code build()} and at a reload
     */
    public boolean everyAnchorRequired() {
        return everyAnchorRequired;
    }

    /**
     * Returns whether keys must be agreed on by a hybrid group such as {@code X25519MLKEM768}, which joins a classical and a
     * post-quantum key exchange (draft-ietf-tls-ecdhe-mlkem): what is recorded today stays secret from a quantum computer of
     * tomorrow. If not, a hybrid group is used wherever engine and server have one, else an ephemeral classical one.
     *
     * @return true if a handshake without a hybrid group is refused
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

    private static List<String> suitesFrom(TlsVersion minimum) {
        return minimum == TlsVersion.TLS_1_3
                ? TLS_1_3_SUITES
                : Stream.concat(TLS_1_3_SUITES.stream(), TLS_1_2_SUITES.stream())
                        .toList();
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
         * Sets the lowest TLS version. Default: that of the preset.
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
         * Narrows the cipher suites. Default: those of the preset.
         *
         * @param suites IANA names in order of preference
         * @return this
         * @throws IllegalArgumentException if the list is empty, or names a suite twice, one that is unknown, or one that
         *     the preset does not hold
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
         * Sets the smallest RSA key that is accepted in a path. Default: that of the preset.
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
         * Requires an extended key usage with {@code serverAuth} in the leaf. Default: as the preset does.
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
         * Requires certificates as RFC 5280 tells CAs to make them, see {@link TlsPolicy#profileRequired()}. Default: as
         * the preset does.
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
         * Refuses material that holds a trust anchor that cannot be used, see {@link TlsPolicy#everyAnchorRequired()}.
         * Default: as the preset does.
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
         * Refuses a handshake without a hybrid key exchange, see {@link TlsPolicy#hybridKeyExchangeRequired()}. Hybrid groups
         * are part of TLS 1.3, so only TLS 1.3 is offered. Default: preferred, not required.
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
         * Builds the policy.
         *
         * @return the policy
         * @throws IllegalArgumentException if no cipher suite is left for one of the versions
         */
        public TlsPolicy build() {
            TlsVersion minimum = Objects.requireNonNullElse(minimumVersion, base.minimumVersion);
            List<String> suites = cipherSuites;
            if (suites == null) {
                suites = base.cipherSuites.stream()
                        .filter(suitesFrom(minimum)::contains)
                        .toList();
            }
            requireSuitesFor(minimum, suites);
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

        /** JSSE accepts a version without a suite and fails at the handshake; say it here. */
        private static void requireSuitesFor(TlsVersion minimum, List<String> suites) {
            if (suites.stream().noneMatch(TLS_1_3_SUITES::contains)) {
                throw new IllegalArgumentException(
                        "cipher suites must hold one of TLS 1.3 " + TLS_1_3_SUITES + ", were " + suites);
            }
            if (minimum == TlsVersion.TLS_1_2 && suites.stream().noneMatch(TLS_1_2_SUITES::contains)) {
                throw new IllegalArgumentException("minimum version is TLSv1.2 and no cipher suite of TLS 1.2 is in "
                        + suites + "; add one of " + TLS_1_2_SUITES + " or set the minimum version to TLSv1.3");
            }
            if (minimum == TlsVersion.TLS_1_3 && suites.stream().anyMatch(TLS_1_2_SUITES::contains)) {
                throw new IllegalArgumentException(
                        "minimum version is TLSv1.3 and a cipher suite of TLS 1.2 is in " + suites + "; leave it out");
            }
        }

        private static IllegalArgumentException weaker(String option, Object asked, Object preset) {
            return new IllegalArgumentException(option + " " + asked + " would be weaker than " + preset
                    + " of the preset; a policy can only be tightened");
        }
    }
}
