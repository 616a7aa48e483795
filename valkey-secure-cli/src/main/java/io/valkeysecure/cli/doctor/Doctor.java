package io.valkeysecure.cli.doctor;

import io.valkeysecure.Endpoint;
import io.valkeysecure.cli.base.ConnectionOptions;
import io.valkeysecure.cli.base.InputException;
import io.valkeysecure.cli.doctor.report.Check;
import io.valkeysecure.cli.doctor.report.CheckResult;
import io.valkeysecure.cli.doctor.report.Finding;
import io.valkeysecure.cli.doctor.report.Report;
import io.valkeysecure.internal.material.LoadedIdentity;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/** Examines a server and the servers that it names, several at a time and each by one connection at a time. */
public final class Doctor {
    private static final String THIS_SIDE = "this side";
    private static final int AT_A_TIME = 8;
    /** Larger deployments exist; a server that makes nodes up must come to an end. */
    private static final int MOST_NODES = 500;

    private final ScanOptions visit;
    private final Consumer<String> progress;

    /**
     * Prepares examinations.
     *
     * @param visit with what the doctor comes
     * @param progress is called with each server when it is done
     */
    public Doctor(ScanOptions visit, Consumer<String> progress) {
        this.visit = visit;
        this.progress = progress;
    }

    /**
     * Examines.
     *
     * @param seed where to begin
     * @return what was found
     * @throws IOException if the seed cannot be reached or does not answer
     * @throws InputException if the seed is no Valkey
     */
    public Report examine(Endpoint seed) throws IOException {
        return examine(List.of(seed));
    }

    /**
     * Examines. Of several seeds, one that cannot be examined is a finding.
     *
     * @param seeds where to begin
     * @return what was found
     * @throws IOException if the only seed cannot be reached or does not answer
     * @throws InputException if the only seed is no Valkey
     */
    public Report examine(List<Endpoint> seeds) throws IOException {
        Instant at = visit.clock().instant();
        long begun = System.nanoTime();
        // an identity that cannot be used at all is reported elsewhere
        Optional<X509Certificate> client = visit.clientFiles()
                .flatMap(ConnectionOptions.ClientFiles::identity)
                .map(LoadedIdentity::leaf);
        CheckResults localResults = new CheckResults();
        List<Finding> local = local(client, localResults);
        List<Report.Node> nodes = new ArrayList<>();
        Set<Endpoint> known = new LinkedHashSet<>();
        Set<Endpoint> next = new LinkedHashSet<>(seeds);
        if (seeds.size() == 1) {
            NodeScan first = new NodeScan(visit, seeds.get(0));
            nodes.add(first.examine());
            progress.accept("examined " + seeds.get(0));
            known.addAll(seeds);
            next = first.others();
        }
        nodes.addAll(examineOthers(known, next));
        List<Endpoint> order = List.copyOf(known);
        nodes.sort(Comparator.comparingInt(node -> order.indexOf(node.endpoint())));
        return new Report(
                at,
                Duration.ofNanos(System.nanoTime() - begun),
                local,
                localResults.of(CheckResults.THIS_SIDE),
                client.map(leaf -> leaf.getNotAfter().toInstant()),
                List.copyOf(nodes));
    }

    private List<Report.Node> examineOthers(Set<Endpoint> known, Set<Endpoint> learned) throws IOException {
        ExecutorService pool = Executors.newFixedThreadPool(AT_A_TIME, work -> {
            Thread thread = new Thread(work, "doctor");
            thread.setDaemon(true);
            return thread;
        });
        try {
            CompletionService<Result> done = new ExecutorCompletionService<>(pool);
            int running = submit(done, known, learned);
            List<Report.Node> nodes = new ArrayList<>();
            while (running > 0) {
                Result result = done.take().get();
                nodes.add(result.node());
                running += submit(done, known, result.others()) - 1;
                progress.accept("examined " + result.node().endpoint() + ", " + running + " to go");
            }
            return nodes;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } finally {
            pool.shutdownNow();
        }
    }

    private record Result(Report.Node node, Set<Endpoint> others) {}

    /** How many were new. */
    private int submit(CompletionService<Result> done, Set<Endpoint> known, Set<Endpoint> learned) {
        int count = 0;
        for (Endpoint endpoint : learned) {
            if (!isNew(known, endpoint)) {
                continue;
            }
            boolean isWithin = known.size() < MOST_NODES;
            if (known.size() >= 2 * MOST_NODES) {
                return count; // those that were left out already make the report incomplete
            }
            known.add(endpoint);
            String tooMany = "more than " + MOST_NODES + " servers are told of";
            var unused = done.submit(
                    () -> isWithin ? other(endpoint) : new Result(notExamined(endpoint, tooMany), Set.of()));
            count++;
        }
        return count;
    }

    /** A server has several names: what resolves to an address and port that was seen is not seen again. */
    private static boolean isNew(Set<Endpoint> known, Endpoint endpoint) {
        return known.stream().noneMatch(other -> other.port() == endpoint.port() && isSameHost(other, endpoint));
    }

    private static boolean isSameHost(Endpoint one, Endpoint other) {
        try {
            return one.host().equals(other.host())
                    || InetAddress.getByName(one.host()).equals(InetAddress.getByName(other.host()));
        } catch (UnknownHostException e) {
            return false;
        }
    }

    private Result other(Endpoint endpoint) {
        NodeScan node = new NodeScan(visit, endpoint);
        try {
            return new Result(node.examine(), node.others());
        } catch (IOException | RuntimeException | StackOverflowError e) {
            // whatever a server does, it ends no more than the examination of this server
            return new Result(notExamined(endpoint, e.getClass().getSimpleName() + ": " + e.getMessage()), Set.of());
        }
    }

    private Report.Node notExamined(Endpoint endpoint, String problem) {
        String because = "the server could not be examined: " + problem;
        CheckResults results = new CheckResults();
        results.failed(Check.NODE_UNREACHABLE);
        results.notMade(because, CheckResults.OF_SERVER);
        return new Report.Node(
                endpoint,
                Optional.empty(),
                Map.of(),
                List.of(Check.NODE_UNREACHABLE.on(endpoint.toString(), problem)),
                List.of(),
                NodeScan.notAskedFor(visit, CheckResult.State.NOT_MADE, because),
                results.of(CheckResults.OF_SERVER));
    }

    private List<Finding> local(Optional<X509Certificate> client, CheckResults results) {
        List<Finding> found = new ArrayList<>();
        visit.clientProblem().ifPresent(problem -> {
            found.add(Check.CLIENT_IDENTITY_UNUSABLE.on(THIS_SIDE, problem));
            results.failed(Check.CLIENT_IDENTITY_UNUSABLE);
        });
        if (visit.clientFiles().isEmpty()) {
            results.notApplicable("no client certificate was given (--cert)", CheckResults.THIS_SIDE);
            return found;
        }
        ConnectionOptions.ClientFiles files = visit.clientFiles().get();
        results.passed(Check.CLIENT_IDENTITY_UNUSABLE);
        try {
            KeyFile.readable(files.key())
                    .ifPresent(seen -> found.add(
                            Check.CLIENT_KEY_READABLE.on(files.key().toString(), seen, "chmod 600 " + files.key())));
            results.passed(Check.CLIENT_KEY_READABLE);
        } catch (IOException e) {
            results.notMade(String.valueOf(e.getMessage()), Check.CLIENT_KEY_READABLE);
        }
        if (client.isPresent()) {
            ChainCheck.endsSoon(client.get(), visit.clock().instant())
                    .ifPresent(seen -> found.add(Check.CLIENT_CERTIFICATE_EXPIRES_SOON.on(
                            files.certificate().toString(),
                            seen,
                            files.isKeyStore()
                                    ? "a renewed certificate and its key in " + files.certificate()
                                    : "valkey-secure pki renew ca " + files.certificate() + " --out new")));
            results.passed(Check.CLIENT_CERTIFICATE_EXPIRES_SOON);
        } else {
            results.notMade("certificate and key cannot be read", Check.CLIENT_CERTIFICATE_EXPIRES_SOON);
        }
        found.forEach(finding -> results.failed(finding.check()));
        return found;
    }
}
