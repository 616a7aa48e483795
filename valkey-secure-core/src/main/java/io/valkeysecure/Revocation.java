package io.valkeysecure;

import io.valkeysecure.internal.revocation.CrlCheck;
import io.valkeysecure.internal.revocation.OcspCheck;
import io.valkeysecure.internal.revocation.RevocationCheck;
import io.valkeysecure.internal.revocation.StapledCheck;
import java.io.IOException;
import java.net.URI;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How it is proved that no certificate of a server's path is revoked. Immutable.
 *
 * <p>One is chosen; there is no order of preference and no fall back. Each fails hard: what is revoked is refused as
 * {@link RefusalReason#REVOKED}, and what cannot be proved not to be, for whatever cause, as
 * {@link RefusalReason#REVOCATION_UNKNOWN}. {@code docs/revocation.md} says what each proves, how fresh, and what
 * happens when its source is out of order.
 *
 * <ul>
 *   <li>{@link #crls(Path...)}: files that something else keeps up to date. No network in the handshake.
 *   <li>{@link #ocsp()}: asks a responder before the connection is used, and keeps its answers.
 *   <li>{@link #stapled()}: the server brings the answer. Valkey itself cannot, a TLS front before it may.
 *   <li>{@link #notChecked()}: a revoked certificate is good until it expires.
 * </ul>
 */
public final class Revocation {
    private static final Duration LONGEST_TOLERANCE = Duration.ofDays(7);
    private static final Duration LONGEST_TIMEOUT = Duration.ofMinutes(1);
    private static final Duration LONGEST_CACHED = Duration.ofDays(7);
    private static final int MOST_CACHED = 100_000;
    private static final String CRL_FILES = "*.{crl,pem,der}";

    private static final Revocation NOT_CHECKED =
            new Revocation(Kind.NOT_CHECKED, List.of(), null, Duration.ZERO, Duration.ZERO, 0, Duration.ZERO);

    private enum Kind {
        CRLS,
        OCSP,
        STAPLED,
        NOT_CHECKED
    }

    private final Kind kind;
    private final List<Path> crls;
    private final @Nullable URI responder;
    private final Duration tolerance;
    private final Duration timeout;
    private final int cachedAnswers;
    private final Duration cachedFor;

    private Revocation(
            Kind kind,
            List<Path> crls,
            @Nullable URI responder,
            Duration tolerance,
            Duration timeout,
            int cachedAnswers,
            Duration cachedFor) {
        this.kind = kind;
        this.crls = crls;
        this.responder = responder;
        this.tolerance = tolerance;
        this.timeout = timeout;
        this.cachedAnswers = cachedAnswers;
        this.cachedFor = cachedFor;
    }

    /**
     * Looks into certificate revocation lists (RFC 5280, 5). For every certificate of a path below its anchor there must
     * be a complete list by its issuer that is fresh: the CRL of each intermediate CA and that of the root.
     *
     * <p>The files are read when a {@link SecureTls} is built or reloaded. Default tolerance: none.
     *
     * @param filesOrDirectories files with one list in DER or any number in PEM; of a directory, its files that end in
     *     {@code .crl}, {@code .pem} or {@code .der}
     * @return the choice
     * @throws IllegalArgumentException if none is named
     */
    public static Revocation crls(Path... filesOrDirectories) {
        List<Path> named = List.of(filesOrDirectories);
        if (named.isEmpty()) {
            throw new IllegalArgumentException("CRLs must be named: no file and no directory was given");
        }
        return new Revocation(Kind.CRLS, named, null, Duration.ZERO, Duration.ZERO, 0, Duration.ZERO);
    }

    /**
     * Asks the OCSP responders (RFC 6960) that each certificate names in its authorityInfoAccess. A certificate that
     * names none over plain {@code http} is refused.
     *
     * <p>Defaults: timeout 5 seconds, tolerance 1 minute, 1,000 answers kept for an hour at most.
     *
     * @return the choice
     */
    public static Revocation ocsp() {
        return asking(null);
    }

    /**
     * Asks one OCSP responder (RFC 6960) for every certificate, whatever the certificates name.
     *
     * <p>Defaults as of {@link #ocsp()}.
     *
     * @param responder an {@code http} URL. Not {@code https}: it would need trust of its own, and answers are signed
     * @return the choice
     * @throws IllegalArgumentException if it is none
     */
    public static Revocation ocsp(URI responder) {
        return asking(OcspCheck.responder(responder.toString())
                .orElseThrow(() ->
                        new IllegalArgumentException("OCSP responder must be an http URL without user information, was "
                                + responder.getScheme() + "://" + responder.getHost())));
    }

    private static Revocation asking(@Nullable URI responder) {
        return new Revocation(
                Kind.OCSP,
                List.of(),
                responder,
                Duration.ofMinutes(1),
                Duration.ofSeconds(5),
                1_000,
                Duration.ofHours(1));
    }

    /**
     * Demands an OCSP response that the server staples to its leaf (RFC 6066, 8; RFC 8446, 4.4.2.1). Responses for
     * intermediates are checked where they come, and not demanded: TLS 1.2 cannot carry them, and few servers send them
     * in TLS 1.3. So a revoked intermediate is found only if the server tells.
     *
     * <p>Default tolerance: 1 minute.
     *
     * @return the choice
     */
    public static Revocation stapled() {
        return new Revocation(Kind.STAPLED, List.of(), null, Duration.ofMinutes(1), Duration.ZERO, 0, Duration.ZERO);
    }

    /**
     * Checks no revocation: a stolen key is good until its certificate expires, or until its issuer is no anchor any
     * more. Right for certificates that live for hours.
     *
     * @return the choice
     */
    public static Revocation notChecked() {
        return NOT_CHECKED;
    }

    /**
     * Sets how long past its nextUpdate a CRL or an OCSP response still counts. For OCSP, fetched or stapled, it is also
     * how far the responder's clock may be ahead of ours.
     *
     * @param duration up to 7 days
     * @return the choice with this tolerance
     * @throws IllegalArgumentException if it is negative or longer
     * @throws IllegalStateException if revocation is not checked
     */
    public Revocation withTolerance(Duration duration) {
        require(kind != Kind.NOT_CHECKED, "tolerance");
        if (duration.isNegative() || duration.compareTo(LONGEST_TOLERANCE) > 0) {
            throw new IllegalArgumentException("tolerance must be from 0 to 7 days, was " + duration);
        }
        return new Revocation(kind, crls, responder, duration, timeout, cachedAnswers, cachedFor);
    }

    /**
     * Sets how long to wait for OCSP responders, for all certificates of one path together.
     *
     * @param duration more than 0, up to a minute; it is part of the handshake, so less than the policy's handshake
     *     timeout is of use
     * @return the choice with this timeout
     * @throws IllegalArgumentException if it is out of range
     * @throws IllegalStateException if this is not OCSP
     */
    public Revocation withTimeout(Duration duration) {
        require(kind == Kind.OCSP, "timeout");
        if (duration.isNegative() || duration.isZero() || duration.compareTo(LONGEST_TIMEOUT) > 0) {
            throw new IllegalArgumentException("timeout must be from 1 ns to 1 minute, was " + duration);
        }
        return new Revocation(kind, crls, responder, tolerance, duration, cachedAnswers, cachedFor);
    }

    /**
     * Sets how many OCSP answers are kept, and how long at most. An answer is never kept past its nextUpdate.
     *
     * @param answers from 1 to 100,000; beyond it the one that was not used for longest goes
     * @param longest up to 7 days; zero asks anew for every handshake
     * @return the choice with these limits
     * @throws IllegalArgumentException if one is out of range
     * @throws IllegalStateException if this is not OCSP
     */
    public Revocation withCache(int answers, Duration longest) {
        require(kind == Kind.OCSP, "cache");
        if (answers < 1 || answers > MOST_CACHED) {
            throw new IllegalArgumentException("cached answers must be from 1 to " + MOST_CACHED + ", was " + answers);
        }
        if (longest.isNegative() || longest.compareTo(LONGEST_CACHED) > 0) {
            throw new IllegalArgumentException("answers must be cached for 0 to 7 days, was " + longest);
        }
        return new Revocation(kind, crls, responder, tolerance, timeout, answers, longest);
    }

    private void require(boolean applies, String option) {
        if (!applies) {
            throw new IllegalStateException(option + " has no meaning for revocation by " + this);
        }
    }

    /**
     * The CRL files as they are now, directories listed; in order, each once.
     *
     * @throws TlsConfigurationException if a directory cannot be listed or has none
     */
    List<Path> files() {
        Set<Path> files = new LinkedHashSet<>();
        for (Path each : crls) {
            if (Files.isDirectory(each)) {
                files.addAll(list(each));
            } else {
                files.add(each);
            }
        }
        return List.copyOf(files);
    }

    /** The files and directories as they were named. */
    List<Path> named() {
        return crls;
    }

    boolean isStapled() {
        return kind == Kind.STAPLED;
    }

    private static List<Path> list(Path directory) {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, CRL_FILES)) {
            for (Path entry : entries) {
                if (!Files.isDirectory(entry)) {
                    files.add(entry);
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            throw new TlsConfigurationException(
                    RefusalReason.MATERIAL_UNREADABLE, "CRLs: the directory " + directory + " cannot be listed", e);
        }
        if (files.isEmpty()) {
            throw new TlsConfigurationException(
                    RefusalReason.MATERIAL_UNREADABLE,
                    "CRLs: no file in the directory " + directory + " ends in .crl, .pem or .der");
        }
        Collections.sort(files);
        return files;
    }

    /**
     * Makes the check of one generation.
     *
     * @param files what {@link #files()} returned when the snapshot was taken
     * @param snapshot the bytes of these files
     * @param anchors the trust anchors of the generation
     * @param now the time
     * @throws TlsConfigurationException if a CRL is malformed or forged, or not one can be used
     */
    RevocationCheck prepare(
            List<Path> files,
            FileSnapshot snapshot,
            List<X509Certificate> anchors,
            int minimumRsaKeyBits,
            Instant now) {
        return switch (kind) {
            case NOT_CHECKED -> RevocationCheck.none();
            case STAPLED -> new StapledCheck(tolerance, minimumRsaKeyBits);
            case OCSP ->
                new OcspCheck(new OcspCheck.Settings(
                        responder, timeout, tolerance, cachedAnswers, cachedFor, minimumRsaKeyBits));
            case CRLS -> {
                Map<Path, byte[]> contents = new LinkedHashMap<>();
                files.forEach(file -> contents.put(file, snapshot.bytes(file)));
                yield prepareCrls(contents, anchors, now);
            }
        };
    }

    private CrlCheck prepareCrls(Map<Path, byte[]> contents, List<X509Certificate> anchors, Instant now) {
        CrlCheck check;
        try {
            check = CrlCheck.parse(contents, tolerance);
        } catch (CrlCheck.UnusableException e) {
            throw new TlsConfigurationException(RefusalReason.MATERIAL_UNREADABLE, "CRLs: " + e.problem());
        }
        Optional<String> problem = check.problem(anchors, now);
        if (problem.isPresent()) {
            throw new TlsConfigurationException(RefusalReason.REVOCATION_UNKNOWN, "CRLs: " + problem.get());
        }
        return check;
    }

    /** Returns what is checked and how, as {@link SecureTls#describe()} shows it. */
    @Override
    public String toString() {
        return switch (kind) {
            case NOT_CHECKED -> "not checked";
            case STAPLED -> "OCSP response stapled to the leaf, hard fail, tolerance " + tolerance;
            case CRLS -> "CRLs " + crls + ", hard fail, tolerance " + tolerance;
            case OCSP ->
                "OCSP at " + Objects.requireNonNullElse(responder, "the responder that each certificate names")
                        + ", hard fail, timeout " + timeout + ", tolerance " + tolerance + ", " + cachedAnswers
                        + " answers kept for " + cachedFor + " at most";
        };
    }
}
