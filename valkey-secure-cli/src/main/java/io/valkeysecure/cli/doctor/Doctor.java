package io.valkeysecure.cli.doctor;

import io.valkeysecure.Endpoint;
import io.valkeysecure.cli.base.InputException;
import io.valkeysecure.cli.base.InputFiles;
import io.valkeysecure.internal.pem.Pem;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
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

/** Examines a server and those that it tells of, several at a time and each by one connection at a time. */
public final class Doctor {
    private static final String THIS_SIDE = "this side";
    private static final int AT_A_TIME = 8;
    /** Larger deployments exist; a server that makes nodes up must come to an end. */
    private static final int MOST_NODES = 500;

    private final Visit visit;
    private final Consumer<String> progress;

    /**
     * Prepares examinations.
     *
     * @param visit with what the doctor comes
     * @param progress is told of each server when it is done
     */
    public Doctor(Visit visit, Consumer<String> progress) {
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
        Instant at = visit.clock().instant();
        long begun = System.nanoTime();
        Optional<X509Certificate> client = clientLeaf();
        List<Finding> local = local(client);
        NodeVisit first = new NodeVisit(visit, seed);
        List<Report.Node> nodes = new ArrayList<>(List.of(first.examine()));
        progress.accept("examined " + seed);
        Set<Endpoint> known = new LinkedHashSet<>(Set.of(seed));
        nodes.addAll(examineOthers(known, first.others()));
        return new Report(
                at,
                Duration.ofNanos(System.nanoTime() - begun),
                local,
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
            if (known.size() < MOST_NODES && isNew(known, endpoint)) {
                known.add(endpoint);
                var unused = done.submit(() -> other(endpoint));
                count++;
            }
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
        NodeVisit node = new NodeVisit(visit, endpoint);
        try {
            return new Result(node.examine(), node.others());
        } catch (IOException | InputException e) {
            return new Result(
                    new Report.Node(
                            endpoint,
                            Optional.empty(),
                            Map.of(),
                            List.of(Check.NODE_UNREACHABLE.on(
                                    endpoint.toString(), e.getClass().getSimpleName() + ": " + e.getMessage())),
                            List.of()),
                    Set.of());
        }
    }

    private List<Finding> local(Optional<X509Certificate> client) {
        List<Finding> found = new ArrayList<>();
        visit.clientProblem().ifPresent(problem -> found.add(Check.CLIENT_IDENTITY_UNUSABLE.on(THIS_SIDE, problem)));
        visit.clientFiles().ifPresent(files -> {
            KeyFile.readable(files.key())
                    .ifPresent(seen -> found.add(
                            Check.CLIENT_KEY_READABLE.on(files.key().toString(), seen, "chmod 600 " + files.key())));
            client.flatMap(leaf -> ChainCheck.endsSoon(leaf, visit.clock().instant()))
                    .ifPresent(seen -> found.add(Check.CLIENT_CERTIFICATE_EXPIRES_SOON.on(
                            files.certificate().toString(),
                            seen,
                            "valkey-secure pki renew ca " + files.certificate() + " --out new")));
        });
        return found;
    }

    private Optional<X509Certificate> clientLeaf() {
        try {
            return visit.clientFiles().isEmpty()
                    ? Optional.empty()
                    : Optional.of(Pem.certificates(
                                    InputFiles.read(visit.clientFiles().get().certificate()))
                            .get(0));
        } catch (Pem.UnusableException | InputException e) {
            return Optional.empty(); // the identity is not usable at all, which is told elsewhere
        }
    }
}
