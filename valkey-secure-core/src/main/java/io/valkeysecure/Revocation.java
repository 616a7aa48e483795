package io.valkeysecure;

import io.valkeysecure.internal.revocation.CrlFiles;
import io.valkeysecure.internal.revocation.OcspCheck;
import io.valkeysecure.internal.revocation.RevocationCheck;
import io.valkeysecure.internal.revocation.RevocationMethod;
import io.valkeysecure.internal.revocation.StapledCheck;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How to check that no certificate of a server's path is revoked. A CA revokes a certificate when its key was stolen or
 * its holder is no longer entitled to it; until the certificate expires, only this check stops a thief of the key from
 * posing as the server.
 *
 * <p>Choose one method; there is no fallback to another. Each fails hard: a revoked certificate is refused as {@link
 * RefusalReason#REVOKED}, and a certificate whose status cannot be proved as {@link RefusalReason#REVOCATION_UNKNOWN}.
 *
 * <ul>
 *   <li>{@link #crls(Path...)}: files that another program keeps up to date. The handshake needs no network.
 *   <li>{@link #ocsp()}: asks a responder during the handshake, and caches its answers.
 *   <li>{@link #stapled()}: the server sends the answer. Valkey cannot do that; a TLS proxy in front of it can.
 *   <li>{@link #notChecked()}: a revoked certificate is accepted until it expires.
 * </ul>
 *
 * <pre>{@code
 * try (SecureTls tls = SecureTls.trusting(TrustAnchors.pem(Path.of("/etc/valkey/tls/ca.crt")))
 *         .withoutClientIdentity()
 *         .revocation(Revocation.crls(Path.of("/etc/valkey/tls/crl")).withTolerance(Duration.ofHours(1)))
 *         .build()) {
 *     // make a client with it, and close the client first
 * }
 * }</pre>
 *
 * <p>Immutable: each {@code with} method returns a copy, and each option can be set once. {@code docs/revocation.md}
 * says what each method proves, how fresh the proof is, and what happens when its source fails.
 */
public abstract sealed class Revocation {
    private static final Duration LONGEST_TOLERANCE = Duration.ofDays(7);
    private static final Duration OCSP_TOLERANCE = Duration.ofMinutes(1);

    private Revocation() {}

    /** Returns the method as the verifier uses it. */
    abstract RevocationMethod method();

    /** Returns the method as {@link SecureTls#describe()} shows it. */
    @Override
    public final String toString() {
        return method().describe();
    }

    /**
     * Checks certificate revocation lists (RFC 5280, section 5). For every certificate of a path below its anchor there
     * must be a complete, fresh list by its issuer: the CRL of each intermediate CA and that of the root.
     *
     * <p>The files are read when a {@link SecureTls} is built or reloaded. Default tolerance: none.
     *
     * @param filesOrDirectories files with one list in DER or any number in PEM; of a directory, its files that end in
     *     {@code .crl}, {@code .pem} or {@code .der}
     * @return the method
     * @throws IllegalArgumentException if no file is named
     */
    public static Crls crls(Path... filesOrDirectories) {
        List<Path> named = List.of(filesOrDirectories);
        if (named.isEmpty()) {
            throw new IllegalArgumentException("CRLs must be named: no file and no directory was given");
        }
        return new Crls(named, null);
    }

    /**
     * Asks the OCSP responders (RFC 6960) that each certificate names in its authorityInfoAccess extension. A
     * certificate that names no {@code http} responder is refused.
     *
     * <p>Defaults: timeout 5 seconds, tolerance 1 minute, 1,000 answers kept for an hour at most.
     *
     * @return the method
     */
    public static Ocsp ocsp() {
        return new Ocsp(null, null, null, null);
    }

    /**
     * Asks one OCSP responder (RFC 6960) about every certificate, and ignores the responders that certificates name.
     *
     * <p>The defaults are those of {@link #ocsp()}.
     *
     * @param responder an {@code http} URL; {@code https} would need trust anchors of its own, and answers are signed
     * @return the method
     * @throws IllegalArgumentException if it is another kind of URL
     */
    public static Ocsp ocsp(URI responder) {
        URI usable = OcspCheck.responder(responder.toString())
                .orElseThrow(() ->
                        new IllegalArgumentException("OCSP responder must be an http URL without user information, was "
                                + responder.getScheme() + "://" + responder.getHost()));
        return new Ocsp(usable, null, null, null);
    }

    /**
     * Requires an OCSP response that the server staples to its leaf (RFC 6066, section 8; RFC 8446, section 4.4.2.1).
     * Responses for intermediates are checked if they are sent, and not required: TLS 1.2 cannot carry them, and few
     * servers send them in TLS 1.3. So a revoked intermediate is detected only if the server staples its response.
     *
     * <p>Default tolerance: 1 minute.
     *
     * @return the method
     */
    public static Stapled stapled() {
        return new Stapled(null);
    }

    /**
     * Checks no revocation. A stolen key is accepted until its certificate expires or its issuer is removed from the
     * trust anchors. Suits certificates that are valid for hours.
     *
     * @return the method
     */
    public static NotChecked notChecked() {
        return NotChecked.INSTANCE;
    }

    private static Duration tolerance(@Nullable Duration before, Duration duration) {
        Options.requireUnset("tolerance", before);
        if (duration.isNegative() || duration.compareTo(LONGEST_TOLERANCE) > 0) {
            throw new IllegalArgumentException("tolerance must be from 0 to 7 days, was " + duration);
        }
        return duration;
    }

    /** Certificate revocation lists in files. See {@link Revocation#crls(Path...)}. */
    public static final class Crls extends Revocation {
        private final CrlFiles files;
        private final @Nullable Duration tolerance;

        private Crls(List<Path> named, @Nullable Duration tolerance) {
            this.files = new CrlFiles(named, Objects.requireNonNullElse(tolerance, Duration.ZERO));
            this.tolerance = tolerance;
        }

        /**
         * Sets how long past its nextUpdate a CRL still counts.
         *
         * @param duration up to 7 days
         * @return a copy with this tolerance
         * @throws IllegalArgumentException if it is negative or longer
         * @throws IllegalStateException if it was set already
         */
        public Crls withTolerance(Duration duration) {
            return new Crls(files.named(), tolerance(tolerance, duration));
        }

        @Override
        RevocationMethod method() {
            return files;
        }
    }

    /** Answers of OCSP responders. See {@link Revocation#ocsp()}. */
    public static final class Ocsp extends Revocation {
        private static final Duration LONGEST_TIMEOUT = Duration.ofMinutes(1);
        private static final Duration LONGEST_CACHED = Duration.ofDays(7);
        private static final int MOST_CACHED = 100_000;
        private static final Cache DEFAULT_CACHE = new Cache(1_000, Duration.ofHours(1));

        /** How many answers are kept, and for how long at most. */
        private record Cache(int answers, Duration longest) {}

        private final @Nullable URI responder;
        private final @Nullable Duration tolerance;
        private final @Nullable Duration timeout;
        private final @Nullable Cache cache;

        private Ocsp(
                @Nullable URI responder,
                @Nullable Duration tolerance,
                @Nullable Duration timeout,
                @Nullable Cache cache) {
            this.responder = responder;
            this.tolerance = tolerance;
            this.timeout = timeout;
            this.cache = cache;
        }

        /**
         * Sets how long past its nextUpdate a response still counts, and how far the responder's clock may be ahead.
         *
         * @param duration up to 7 days
         * @return a copy with this tolerance
         * @throws IllegalArgumentException if it is negative or longer
         * @throws IllegalStateException if it was set already
         */
        public Ocsp withTolerance(Duration duration) {
            return new Ocsp(responder, tolerance(tolerance, duration), timeout, cache);
        }

        /**
         * Sets how long to wait for responders, for all certificates of one path together.
         *
         * @param duration more than 0, up to a minute. It is part of the handshake, so choose less than the policy's
         *     handshake timeout
         * @return a copy with this timeout
         * @throws IllegalArgumentException if it is out of range
         * @throws IllegalStateException if it was set already
         */
        public Ocsp withTimeout(Duration duration) {
            Options.requireUnset("timeout", timeout);
            if (duration.isNegative() || duration.isZero() || duration.compareTo(LONGEST_TIMEOUT) > 0) {
                throw new IllegalArgumentException("timeout must be from 1 ns to 1 minute, was " + duration);
            }
            return new Ocsp(responder, tolerance, duration, cache);
        }

        /**
         * Sets how many answers are kept, and for how long at most. An answer is never kept past its nextUpdate.
         *
         * @param answers from 1 to 100,000; beyond it the least recently used one is dropped
         * @param longest up to 7 days; zero asks anew for every handshake
         * @return a copy with these limits
         * @throws IllegalArgumentException if one is out of range
         * @throws IllegalStateException if they were set already
         */
        public Ocsp withCache(int answers, Duration longest) {
            Options.requireUnset("cache", cache);
            if (answers < 1 || answers > MOST_CACHED) {
                throw new IllegalArgumentException(
                        "cached answers must be from 1 to " + MOST_CACHED + ", was " + answers);
            }
            if (longest.isNegative() || longest.compareTo(LONGEST_CACHED) > 0) {
                throw new IllegalArgumentException("answers must be cached for 0 to 7 days, was " + longest);
            }
            return new Ocsp(responder, tolerance, timeout, new Cache(answers, longest));
        }

        private OcspCheck.Settings settings(int minimumRsaKeyBits) {
            Cache kept = Objects.requireNonNullElse(cache, DEFAULT_CACHE);
            return new OcspCheck.Settings(
                    responder,
                    Objects.requireNonNullElseGet(timeout, () -> Duration.ofSeconds(5)),
                    Objects.requireNonNullElse(tolerance, OCSP_TOLERANCE),
                    kept.answers(),
                    kept.longest(),
                    minimumRsaKeyBits);
        }

        @Override
        RevocationMethod method() {
            OcspCheck.Settings settings = settings(0);
            String description = "OCSP at "
                    + Objects.requireNonNullElse(responder, "the responder that each certificate names")
                    + ", hard fail, timeout " + settings.timeout() + ", tolerance " + settings.tolerance() + ", "
                    + settings.cachedAnswers() + " answers kept for " + settings.cachedFor() + " at most";
            return new RevocationMethod.OfResponses(
                    description, false, true, minimumRsaKeyBits -> new OcspCheck(settings(minimumRsaKeyBits)));
        }
    }

    /** An OCSP response that the server sends with its certificate. See {@link Revocation#stapled()}. */
    public static final class Stapled extends Revocation {
        private final @Nullable Duration tolerance;

        private Stapled(@Nullable Duration tolerance) {
            this.tolerance = tolerance;
        }

        /**
         * Sets how long past its nextUpdate a response still counts, and how far the responder's clock may be ahead.
         *
         * @param duration up to 7 days
         * @return a copy with this tolerance
         * @throws IllegalArgumentException if it is negative or longer
         * @throws IllegalStateException if it was set already
         */
        public Stapled withTolerance(Duration duration) {
            return new Stapled(tolerance(tolerance, duration));
        }

        private Duration effectiveTolerance() {
            return Objects.requireNonNullElse(tolerance, OCSP_TOLERANCE);
        }

        @Override
        RevocationMethod method() {
            return new RevocationMethod.OfResponses(
                    "OCSP response stapled to the leaf, hard fail, tolerance " + effectiveTolerance(),
                    true,
                    false,
                    minimumRsaKeyBits -> new StapledCheck(effectiveTolerance(), minimumRsaKeyBits));
        }
    }

    /** No check. See {@link Revocation#notChecked()}. */
    public static final class NotChecked extends Revocation {
        private static final NotChecked INSTANCE = new NotChecked();

        private NotChecked() {}

        @Override
        RevocationMethod method() {
            return new RevocationMethod.OfResponses(
                    "not checked", false, false, minimumRsaKeyBits -> RevocationCheck.none());
        }
    }
}
