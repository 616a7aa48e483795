package io.valkeysecure.differential;

import static org.assertj.core.api.Assertions.assertThat;

import io.valkeysecure.ChainVerifier;
import io.valkeysecure.PeerRejectedException;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.ServerIdentity;
import io.valkeysecure.TlsConfigurationException;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.ValidatedPath;
import io.valkeysecure.testkit.certificate.TestCertificate;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Draws chains and has them judged by the verifier and by {@code openssl verify}. Where the two differ, a class of the
 * reviewed file has to say why.
 *
 * <p>{@code -Ddifferential.chains=N -Ddifferential.seed=S} draws others; one chain is drawn alone by {@code
 * -Ddifferential.only=INDEX}.
 */
class DifferentialTest {
    private static final int CHAINS = Integer.getInteger("differential.chains", 2_000);
    private static final long SEED = Long.getLong("differential.seed", 20_260_615);
    private static final int ONLY = Integer.getInteger("differential.only", -1);
    private static final int PROCESSES = 2;
    private static final int PROGRESS = 1_000;
    private static final int SHOWN = 20;

    private final Mutations mutations = new Mutations(new Keys());

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path directory;

    /** What came of one chain. */
    private record Outcome(
            Set<DifferenceClass> explanation, @Nullable String unexplained) {
        static final Outcome ALIKE = new Outcome(Set.of(), null);

        boolean isAlike() {
            return explanation.isEmpty() && unexplained == null;
        }
    }

    /** What we say: a path, or a refusal. */
    private record Ours(@Nullable ValidatedPath path, List<Difference.Refusal> refusals) {
        static Ours refused(RefusalReason reason, Exception refusal) {
            List<Difference.Refusal> refusals = new ArrayList<>();
            refusals.add(new Difference.Refusal(reason, String.valueOf(refusal.getMessage())));
            for (Throwable other : refusal.getSuppressed()) {
                PeerRejectedException ofAnotherPath = (PeerRejectedException) other;
                refusals.add(new Difference.Refusal(ofAnotherPath.reason(), String.valueOf(other.getMessage())));
            }
            return new Ours(null, refusals);
        }
    }

    @Test
    void verifier_generatedChains_differsFromOpenSslForReviewedReasonsOnly() throws Exception {
        System.out.println("differential: " + OpenSsl.version() + ", seed " + SEED);
        int alike = 0;
        int explained = 0;
        List<String> unexplained = new ArrayList<>();
        Map<DifferenceClass, Integer> met = new TreeMap<>();
        ExecutorService pool = Executors.newFixedThreadPool(PROCESSES);
        try {
            List<Future<Outcome>> outcomes = new ArrayList<>();
            for (int i = ONLY < 0 ? 0 : ONLY; i < (ONLY < 0 ? CHAINS : ONLY + 1); i++) {
                int index = i;
                outcomes.add(pool.submit(() -> judge(index)));
            }
            for (Future<Outcome> future : outcomes) {
                Outcome outcome = future.get();
                if (outcome.isAlike()) {
                    alike++;
                } else if (outcome.unexplained() == null) {
                    explained++;
                    outcome.explanation().forEach(known -> met.merge(known, 1, Integer::sum));
                } else {
                    unexplained.add(outcome.unexplained());
                }
                int done = alike + explained + unexplained.size();
                if (done % PROGRESS == 0 && done < outcomes.size()) {
                    System.out.println("differential: " + done + " of " + outcomes.size() + " chains");
                }
            }
        } finally {
            pool.shutdownNow();
        }
        met.forEach((known, count) -> System.out.printf("  %-28s %d%n", known.id(), count));
        unexplained.stream().limit(SHOWN).forEach(System.out::println);
        System.out.printf(
                "differential: %d chains, %d alike, %d explained, %d unexplained%n",
                alike + explained + unexplained.size(), alike, explained, unexplained.size());
        assertThat(unexplained)
                .as("chains that only one of the two accepts, and that no class explains")
                .isEmpty();
    }

    @Test
    void classes_all_haveASentenceInTheReviewedFile() throws Exception {
        Map<String, String> written = new TreeMap<>();
        try (var file = DifferentialTest.class.getResourceAsStream("differential-classes.tsv")) {
            assertThat(file).isNotNull();
            new String(file.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.split("\t"))
                    .forEach(fields -> {
                        assertThat(fields).hasSize(3);
                        assertThat(fields[1]).isIn("openssl", "we");
                        assertThat(fields[2]).endsWith(".");
                        written.put(fields[0], fields[2]);
                    });
        }
        assertThat(written.keySet())
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(DifferenceClass.values())
                        .map(DifferenceClass::id)
                        .toList());
    }

    private Outcome judge(int index) throws IOException, InterruptedException {
        // neighbouring seeds of Random draw alike at first
        Random random = new Random((SEED * 0x9E3779B97F4A7C15L + index) * 0xBF58476D1CE4E5B9L);
        Draft draft;
        synchronized (mutations) {
            draft = mutations.draw(random);
        }
        Draft.Issued issued = draft.issue();
        List<byte[]> anchors = encoded(issued.anchors());
        List<byte[]> presented = encoded(issued.presented());
        Ours ours = judge(anchors, presented, draft.host);
        Path own = Files.createTempDirectory(directory, "chain");
        OpenSsl.Verdict theirs = OpenSsl.verify(own, anchors, presented, draft.host, draft.isAddress());
        ValidatedPath path = ours.path();
        if ((path != null) == theirs.accepted()) {
            return Outcome.ALIKE;
        }
        OpenSsl.Verdict ofOurPath = path == null
                ? theirs
                : OpenSsl.verify(
                        own,
                        encodedCertificates(List.of(path.anchor())),
                        encodedCertificates(path.certificates()),
                        draft.host,
                        draft.isAddress());
        Set<DifferenceClass> explanation =
                new Difference(draft.notes, draft.host, ours.refusals(), ofOurPath).explanation();
        if (!explanation.isEmpty()) {
            return new Outcome(explanation, null);
        }
        return new Outcome(
                Set.of(),
                "unexplained: -Ddifferential.seed=" + SEED + " -Ddifferential.only=" + index + "\n  host: "
                        + draft.host + "\n  changes: " + draft.notes + "\n  we: "
                        + (path == null ? ours.refusals() : "accept " + path)
                        + "\n  openssl: " + theirs.output().strip() + "\n  openssl, of our path: "
                        + ofOurPath.output().strip() + "\nanchors:\n" + OpenSsl.pem(anchors) + "presented:\n"
                        + OpenSsl.pem(presented));
    }

    private static Ours judge(List<byte[]> anchors, List<byte[]> presented, String host) {
        try {
            ChainVerifier verifier = ChainVerifier.trusting(TrustAnchors.of(ChainVerifier.parse(anchors)))
                    .clock(Clock.fixed(Draft.NOW, ZoneOffset.UTC))
                    .build();
            return new Ours(verifier.verify(ChainVerifier.parse(presented), ServerIdentity.host(host)), List.of());
        } catch (PeerRejectedException e) {
            return Ours.refused(e.reason(), e);
        } catch (TlsConfigurationException e) {
            return Ours.refused(e.reason(), e);
        }
    }

    private static List<byte[]> encoded(List<TestCertificate> certificates) {
        return certificates.stream().map(TestCertificate::encoded).toList();
    }

    private static List<byte[]> encodedCertificates(List<X509Certificate> certificates) {
        return certificates.stream()
                .map(certificate -> {
                    try {
                        return certificate.getEncoded();
                    } catch (java.security.cert.CertificateEncodingException e) {
                        throw new IllegalStateException(e);
                    }
                })
                .toList();
    }
}
