package io.valkeysecure.internal.revocation;

import io.valkeysecure.PeerRejectedException;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.internal.root.RootTypes;
import io.valkeysecure.internal.text.Printable;
import io.valkeysecure.internal.x509.CertificationPath;
import io.valkeysecure.internal.x509.ParsedCertificate;
import java.io.IOException;
import java.net.URI;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.OCSPException;
import org.bouncycastle.cert.ocsp.OCSPReqBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Asks OCSP responders (RFC 6960) about every certificate of a path. Answers are cached until they are stale; threads
 * that ask about the same certificate at the same time share one request.
 */
public final class OcspCheck implements RevocationCheck {
    private static final int NONCE_BYTES = 32;
    /**
     * Long enough that a reconnect loop does not flood the responder, short enough for a certificate that is released
     * from hold.
     */
    private static final Duration REVOKED_CACHED_FOR = Duration.ofMinutes(1);

    private static final SecureRandom RANDOM = new SecureRandom();

    /**
     * How responders are asked.
     *
     * @param responder the one responder to ask; null for the responders that each certificate names
     * @param timeout for all certificates of all paths of a verification together
     * @param tolerance how far the responder's clock may be ahead, and how long past its nextUpdate an answer counts
     * @param cachedAnswers how many answers are kept at most
     * @param cachedFor how long an answer is kept at most
     * @param minimumRsaKeyBits the policy's minimum for the key of a delegated responder
     */
    public record Settings(
            @Nullable URI responder,
            Duration timeout,
            Duration tolerance,
            int cachedAnswers,
            Duration cachedFor,
            int minimumRsaKeyBits) {}

    /** The key of the cache. The same serial number under another key of the issuer is another certificate. */
    private record Key(X509Certificate certificate, PublicKey issuerKey) {
        static Key of(ParsedCertificate certificate, ParsedCertificate issuer) {
            return new Key(certificate.x509(), issuer.x509().getPublicKey());
        }
    }

    /** A responder's answer: the refusal if the certificate is revoked, null if it is good. */
    private record Answer(Instant until, @Nullable PeerRejectedException revoked) {}

    /** Answers and running requests, least recently used first. */
    private final Map<Key, CompletableFuture<Answer>> answers;

    private final Settings settings;
    private final LongSupplier nanoTime;

    /**
     * Creates a check with an empty cache.
     *
     * @param settings how responders are asked
     */
    public OcspCheck(Settings settings) {
        this(settings, System::nanoTime);
    }

    /**
     * Makes a check with an empty cache that reads the time that passes from the caller's ticker.
     *
     * @param nanoTime returns nanoseconds as {@link System#nanoTime} does, the one by which the verification began
     */
    OcspCheck(Settings settings, LongSupplier nanoTime) {
        this.settings = settings;
        this.nanoTime = nanoTime;
        this.answers = new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<Key, CompletableFuture<Answer>> eldest) {
                return size() > settings.cachedAnswers();
            }
        };
    }

    @Override
    public void check(CertificationPath path, Instant now, List<byte[]> staples, long startedNanos)
            throws PeerRejectedException {
        var unused = provedUntil(path, now, startedNanos);
    }

    /** Checks a path, and returns until when the proof holds; {@link Instant#MAX} for an empty path. */
    Instant provedUntil(CertificationPath path, Instant now, long startedNanos) throws PeerRejectedException {
        long deadline = startedNanos + settings.timeout().toNanos();
        Instant until = Instant.MAX;
        for (int i = 0; i < path.certificates().size(); i++) {
            Answer answer = answer(path.certificates().get(i), path.issuerOf(i), now, deadline);
            if (answer.revoked() != null) {
                throw again(answer.revoked());
            }
            until = answer.until().isBefore(until) ? answer.until() : until;
        }
        return until;
    }

    /** Refuses a certificate that is revoked by a cached answer. */
    @Override
    public void checkOffline(CertificationPath path, Instant now, List<byte[]> staples) throws PeerRejectedException {
        for (int i = 0; i < path.certificates().size(); i++) {
            CompletableFuture<Answer> kept;
            synchronized (answers) {
                kept = answers.get(Key.of(path.certificates().get(i), path.issuerOf(i)));
            }
            PeerRejectedException revoked = kept == null || !isAnswered(kept) || isStale(kept, now)
                    ? null
                    : kept.join().revoked();
            if (revoked != null) {
                throw again(revoked);
            }
        }
    }

    private static boolean isAnswered(CompletableFuture<Answer> answer) {
        return answer.isDone() && !answer.isCompletedExceptionally();
    }

    @Override
    public boolean asksResponders() {
        return true;
    }

    private Answer answer(ParsedCertificate certificate, ParsedCertificate issuer, Instant now, long deadline)
            throws PeerRejectedException {
        Key key = Key.of(certificate, issuer);
        CompletableFuture<Answer> mine = new CompletableFuture<>();
        CompletableFuture<Answer> shared;
        synchronized (answers) {
            shared = answers.get(key);
            if (shared == null || isStale(shared, now)) {
                shared = mine;
                answers.put(key, mine);
            }
        }
        return shared == mine
                ? ask(key, mine, certificate, issuer, now, deadline)
                : await(shared, certificate, deadline);
    }

    private static boolean isStale(CompletableFuture<Answer> answer, Instant now) {
        return answer.isDone() && !now.isBefore(answer.join().until());
    }

    private Answer ask(
            Key key,
            CompletableFuture<Answer> shared,
            ParsedCertificate certificate,
            ParsedCertificate issuer,
            Instant now,
            long deadline)
            throws PeerRejectedException {
        try {
            Answer answer = ask(certificate, issuer, now, deadline);
            shared.complete(answer);
            return answer;
        } finally {
            if (!shared.isDone()) {
                synchronized (answers) {
                    answers.remove(key, shared);
                }
                shared.cancel(false);
            }
        }
    }

    private Answer await(CompletableFuture<Answer> shared, ParsedCertificate certificate, long deadline)
            throws PeerRejectedException {
        String problem;
        try {
            return shared.get(Math.max(0, deadline - nanoTime.getAsLong()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            problem = "the request that another connection sent for it was not answered in time";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            problem = "the thread was interrupted";
        } catch (ExecutionException | CancellationException e) {
            problem = "the request that another connection sent for it failed";
        }
        throw RevocationMessages.unknown(certificate, "a good OCSP response", List.of(problem));
    }

    private Answer ask(ParsedCertificate certificate, ParsedCertificate issuer, Instant now, long deadline)
            throws PeerRejectedException {
        List<String> problems = new ArrayList<>();
        Instant longest = now.plus(settings.cachedFor());
        for (URI responder : responders(certificate, problems)) {
            try {
                Instant until = ask(responder, certificate, issuer, now, deadline);
                return new Answer(until.isBefore(longest) ? until : longest, null);
            } catch (UnprovedException e) {
                problems.add(e.problem() + " (from " + Printable.value(responder) + ")");
            } catch (PeerRejectedException e) {
                Instant soon = now.plus(REVOKED_CACHED_FOR);
                return new Answer(soon.isBefore(longest) ? soon : longest, e);
            }
        }
        throw RevocationMessages.unknown(certificate, "a good OCSP response", problems);
    }

    private Instant ask(
            URI responder, ParsedCertificate certificate, ParsedCertificate issuer, Instant now, long deadline)
            throws PeerRejectedException, UnprovedException {
        Duration left = Duration.ofNanos(deadline - nanoTime.getAsLong());
        if (left.isZero() || left.isNegative()) {
            throw new UnprovedException("the responder was not asked: the timeout of " + settings.timeout()
                    + " for all certificates has passed");
        }
        byte[] nonce = new byte[NONCE_BYTES];
        RANDOM.nextBytes(nonce);
        byte[] response = OcspHttp.post(responder, request(certificate, issuer, nonce), left);
        return OcspResponse.parse(response)
                .prove(certificate, issuer, nonce, now, settings.tolerance(), settings.minimumRsaKeyBits());
    }

    private static byte[] request(ParsedCertificate certificate, ParsedCertificate issuer, byte[] nonce) {
        try {
            Extension extension = new Extension(
                    OCSPObjectIdentifiers.id_pkix_ocsp_nonce, false, Der.encoded(new DEROctetString(nonce)));
            return new OCSPReqBuilder()
                    .addRequest(new CertificateID(CertIds.of(certificate, issuer)))
                    .setRequestExtensions(new Extensions(extension))
                    .build()
                    .getEncoded();
        } catch (IOException | OCSPException e) {
            throw new IllegalStateException("an OCSP request can always be encoded", e);
        }
    }

    /**
     * The responders of a certificate (RFC 5280, 4.2.2.1). Only http is used: https would need trust anchors of its
     * own, and responses are signed.
     */
    private List<URI> responders(ParsedCertificate certificate, List<String> problems) {
        if (settings.responder() != null) {
            return List.of(settings.responder());
        }
        List<URI> responders = new ArrayList<>();
        for (String text : certificate.ocspResponders()) {
            responder(text)
                    .ifPresentOrElse(
                            responders::add,
                            () -> problems.add("its responder " + Printable.value(text) + " is no http URL"));
        }
        if (responders.isEmpty() && problems.isEmpty()) {
            problems.add("it names no OCSP responder in authorityInfoAccess");
        }
        return responders;
    }

    /**
     * Reads the address of a responder.
     *
     * @param text a URL
     * @return the address, or empty if it is not a plain http URL with a host
     */
    public static Optional<URI> responder(String text) {
        try {
            URI uri = URI.create(text);
            boolean plain = uri.getScheme() != null
                    && uri.getScheme().toLowerCase(Locale.ROOT).equals("http")
                    && uri.getHost() != null
                    && uri.getUserInfo() == null;
            return plain ? Optional.of(uri) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** A new exception for this connection; the cached one has the stack trace of another. */
    private static PeerRejectedException again(PeerRejectedException kept) {
        return RootTypes.peerRejected(RefusalReason.REVOKED, Objects.toString(kept.getMessage()), kept);
    }
}
