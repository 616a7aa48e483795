package io.valkeysecure.internal.revocation;

import io.valkeysecure.PeerRejectedException;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.internal.root.RootTypes;
import io.valkeysecure.internal.text.Printable;
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
import org.bouncycastle.asn1.ASN1IA5String;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.ocsp.OCSPRequest;
import org.bouncycastle.asn1.ocsp.Request;
import org.bouncycastle.asn1.ocsp.TBSRequest;
import org.bouncycastle.asn1.x509.AccessDescription;
import org.bouncycastle.asn1.x509.AuthorityInformationAccess;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.jspecify.annotations.Nullable;

/**
 * Revocation by asking OCSP responders (RFC 6960) for every certificate of a path. Answers are kept until they are
 * stale; who asks for the same certificate at the same time waits for the same answer.
 */
public final class OcspCheck implements RevocationCheck {
    private static final int NONCE_BYTES = 32;
    /** A reconnect loop does not flood the responder, and who is released from hold need not wait long. */
    private static final Duration REVOKED_CACHED_FOR = Duration.ofMinutes(1);

    private static final SecureRandom RANDOM = new SecureRandom();

    /**
     * How to ask.
     *
     * @param responder whom to ask, or null for the responders that each certificate names
     * @param timeout for all certificates of all paths of a verification together
     * @param tolerance how far the responder's clock may be ahead, and how long past its nextUpdate an answer counts
     * @param cachedAnswers how many answers are kept at most
     * @param cachedFor how long an answer is kept at most
     * @param minimumRsaKeyBits the policy's floor for the key of a delegate
     */
    public record Settings(
            @Nullable URI responder,
            Duration timeout,
            Duration tolerance,
            int cachedAnswers,
            Duration cachedFor,
            int minimumRsaKeyBits) {}

    /** Which answer is kept: the same serial number under another key of the issuer is another certificate. */
    private record Key(X509Certificate certificate, PublicKey issuerKey) {}

    /** What a responder said; revoked if there is a refusal. */
    private record Answer(Instant until, @Nullable PeerRejectedException revoked) {}

    /** Answers, and questions that were asked and are not answered, by last use. */
    private final Map<Key, CompletableFuture<Answer>> answers;

    private final Settings settings;
    private final LongSupplier nanoTime;

    /**
     * Makes a check with an empty cache.
     *
     * @param settings how to ask
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
    public Instant check(
            List<X509Certificate> path, X509Certificate anchor, Instant now, List<byte[]> staples, long begun)
            throws PeerRejectedException {
        long deadline = begun + settings.timeout().toNanos();
        Instant until = Instant.MAX;
        for (int i = 0; i < path.size(); i++) {
            X509Certificate issuer = i + 1 < path.size() ? path.get(i + 1) : anchor;
            Answer answer = answer(path.get(i), issuer, now, deadline);
            if (answer.revoked() != null) {
                throw again(answer.revoked());
            }
            until = answer.until().isBefore(until) ? answer.until() : until;
        }
        return until;
    }

    /** Refuses what is revoked by an answer that is kept. */
    @Override
    public void checkOffline(List<X509Certificate> path, X509Certificate anchor, Instant now, List<byte[]> staples)
            throws PeerRejectedException {
        for (int i = 0; i < path.size(); i++) {
            X509Certificate issuer = i + 1 < path.size() ? path.get(i + 1) : anchor;
            CompletableFuture<Answer> kept;
            synchronized (answers) {
                kept = answers.get(new Key(path.get(i), issuer.getPublicKey()));
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

    private Answer answer(X509Certificate certificate, X509Certificate issuer, Instant now, long deadline)
            throws PeerRejectedException {
        Key key = new Key(certificate, issuer.getPublicKey());
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
            X509Certificate certificate,
            X509Certificate issuer,
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

    private Answer await(CompletableFuture<Answer> shared, X509Certificate certificate, long deadline)
            throws PeerRejectedException {
        String problem;
        try {
            return shared.get(Math.max(0, deadline - nanoTime.getAsLong()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            problem = "another connection's question for it was not answered in time";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            problem = "the thread was interrupted";
        } catch (ExecutionException | CancellationException e) {
            problem = "another connection's question for it was not answered well";
        }
        throw RevocationMessages.unknown(certificate, "a good OCSP response", List.of(problem));
    }

    private Answer ask(X509Certificate certificate, X509Certificate issuer, Instant now, long deadline)
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

    private Instant ask(URI responder, X509Certificate certificate, X509Certificate issuer, Instant now, long deadline)
            throws PeerRejectedException, UnprovedException {
        Duration left = Duration.ofNanos(deadline - nanoTime.getAsLong());
        if (left.isZero() || left.isNegative()) {
            throw new UnprovedException("the responder was not asked: the timeout of " + settings.timeout()
                    + " for all certificates has passed");
        }
        byte[] nonce = new byte[NONCE_BYTES];
        RANDOM.nextBytes(nonce);
        byte[] response = OcspHttp.post(responder, question(certificate, issuer, nonce), left);
        return OcspResponse.parse(response)
                .prove(certificate, issuer, nonce, now, settings.tolerance(), settings.minimumRsaKeyBits());
    }

    private static byte[] question(X509Certificate certificate, X509Certificate issuer, byte[] nonce) {
        try {
            Extension extension = new Extension(
                    OCSPObjectIdentifiers.id_pkix_ocsp_nonce, false, Der.encoded(new DEROctetString(nonce)));
            return Der.encoded(new OCSPRequest(
                    new TBSRequest(
                            null,
                            new DERSequence(new Request(OcspResponse.certId(certificate, issuer), null)),
                            new Extensions(extension)),
                    null));
        } catch (IOException e) {
            throw new IllegalStateException("an OCSP request can always be encoded", e);
        }
    }

    /** RFC 5280, 4.2.2.1. Only http is asked: https would need trust of its own, and the answer is signed anyway. */
    private List<URI> responders(X509Certificate certificate, List<String> problems) {
        if (settings.responder() != null) {
            return List.of(settings.responder());
        }
        List<URI> responders = new ArrayList<>();
        try {
            ASN1Primitive value = Der.extension(certificate, Extension.authorityInfoAccess);
            if (value != null) {
                for (AccessDescription each :
                        AuthorityInformationAccess.getInstance(value).getAccessDescriptions()) {
                    GeneralName location = each.getAccessLocation();
                    if (each.getAccessMethod().equals(AccessDescription.id_ad_ocsp)
                            && location.getTagNo() == GeneralName.uniformResourceIdentifier) {
                        String text =
                                ASN1IA5String.getInstance(location.getName()).getString();
                        responder(text)
                                .ifPresentOrElse(
                                        responders::add,
                                        () -> problems.add(
                                                "its responder " + Printable.value(text) + " is no http URL"));
                    }
                }
            }
        } catch (IOException | RuntimeException e) {
            problems.add("its authorityInfoAccess is malformed");
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

    /** A refusal of one's own: the one that is kept has the stack of another connection. */
    private static PeerRejectedException again(PeerRejectedException kept) {
        return RootTypes.peerRejected(RefusalReason.REVOKED, Objects.toString(kept.getMessage()), kept);
    }

    @Override
    public Optional<Instant> freshUntil() {
        return Optional.empty();
    }
}
