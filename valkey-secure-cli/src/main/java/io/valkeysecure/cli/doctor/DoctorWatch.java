package io.valkeysecure.cli.doctor;

import io.valkeysecure.Endpoint;
import io.valkeysecure.cli.base.Console;
import io.valkeysecure.cli.base.Failure;
import io.valkeysecure.cli.base.InputException;
import io.valkeysecure.cli.doctor.report.Check;
import io.valkeysecure.cli.doctor.report.CheckResult;
import io.valkeysecure.cli.doctor.report.Finding;
import io.valkeysecure.cli.doctor.report.Report;
import java.io.IOException;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.ParameterException;

/**
 * Examines again and again, until it is interrupted or the process is told to end. Prints the first report, then
 * changes.
 */
public final class DoctorWatch {
    /** A round that hangs is not waited for: it only reads. */
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    /** One examination, everything that it needs read anew: files are renewed while it watches. */
    interface Examination {
        Report run() throws IOException;
    }

    private final Console console;
    private final Endpoint seed;
    private final Examination examination;
    private final DoctorMetrics metrics;
    private final Duration interval;
    private final Clock clock = Clock.systemUTC();
    private final CountDownLatch told = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);

    private Optional<Report> last = Optional.empty();
    private boolean failing;
    private long rounds;

    DoctorWatch(Console console, Endpoint seed, Examination examination, DoctorMetrics metrics, Duration interval) {
        this.console = console;
        this.seed = seed;
        this.examination = examination;
        this.metrics = metrics;
        this.interval = interval;
    }

    /**
     * Watches.
     *
     * @throws InputException if an argument or a file is not as needed at the start; later on that is a failed round
     * @throws UnknownHostException if the host is not known at the start
     */
    void run() throws IOException {
        Thread hook = new Thread(this::end, "doctor-end");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            rounds();
            console.step("ended after " + rounds + (rounds == 1 ? " round" : " rounds"));
        } finally {
            ended.countDown();
            removeHook(hook);
        }
    }

    private void rounds() throws IOException {
        try {
            do {
                round();
            } while (!told.await(interval.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void end() {
        told.countDown();
        try {
            var unused = ended.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // it is running: that is why this came to its end
        }
    }

    private void round() throws IOException {
        long begun = System.nanoTime();
        Optional<Report> report = Optional.empty();
        Optional<String> problem = Optional.empty();
        try {
            report = Optional.of(examination.run());
        } catch (InputException | UnknownHostException | ParameterException e) {
            if (rounds == 0) {
                throw e;
            }
            problem = Optional.of(Failure.of(e).message());
        } catch (IOException | RuntimeException | StackOverflowError e) {
            // whatever a round comes to, the next may come to more
            problem = Optional.of(Failure.of(e).message());
        }
        if (told.getCount() == 0 || Thread.currentThread().isInterrupted()) {
            return; // what was cut short says nothing
        }
        rounds++;
        problem.ifPresent(text -> failed(text, Duration.ofNanos(System.nanoTime() - begun)));
        report.ifPresent(this::examined);
    }

    private void failed(String problem, Duration took) {
        metrics.failed(seed, took);
        if (!failing) {
            console.step(now() + "  not examined: " + problem);
        }
        failing = true;
    }

    private void examined(Report report) {
        metrics.examined(report);
        if (last.isEmpty()) {
            TextReport.write(report, console);
        } else {
            if (failing) {
                console.step(now() + "  examined again");
            }
            tellChanges(last.get(), report);
        }
        failing = false;
        last = Optional.of(report);
        console.progress(
                "last examined " + now() + ", " + report.summary() + "; next in " + interval.toSeconds() + " s");
    }

    private void tellChanges(Report before, Report after) {
        Map<Key, Finding> gone = byKey(before);
        Map<Key, Finding> fresh = byKey(after);
        fresh.keySet().removeAll(byKey(before).keySet());
        gone.keySet().removeAll(byKey(after).keySet());
        List<Endpoint> come = others(after, before);
        List<Endpoint> left = others(before, after);
        Set<String> missing = notMade(after);
        missing.removeAll(notMade(before));
        Set<String> made = notMade(before);
        made.removeAll(notMade(after));
        if (fresh.isEmpty()
                && gone.isEmpty()
                && come.isEmpty()
                && left.isEmpty()
                && missing.isEmpty()
                && made.isEmpty()) {
            return;
        }
        console.step(now() + "  " + fresh.size() + " new, " + gone.size() + " gone; " + after.summary());
        made.forEach(check -> console.result("made again: " + check));
        missing.forEach(check -> console.result("not made: " + check));
        come.forEach(server -> console.result("server " + server + " came"));
        left.forEach(server -> console.result("server " + server + " is not told of any more"));
        gone.values()
                .forEach(finding -> console.good(
                        "gone     " + finding.target() + "  " + finding.check().title()));
        fresh.values().forEach(finding -> TextReport.tell(finding, console));
    }

    /** The evidence may change from day to day, as days that are left do; users differ in what is to be changed. */
    private record Key(Check check, String target, String change) {}

    private static Map<Key, Finding> byKey(Report report) {
        Map<Key, Finding> findings = new LinkedHashMap<>();
        report.findings()
                .forEach(
                        finding -> findings.put(new Key(finding.check(), finding.target(), finding.change()), finding));
        return findings;
    }

    /** Without the reason, which may name a time. */
    private static Set<String> notMade(Report report) {
        Set<String> all = new LinkedHashSet<>();
        report.localNotMade().forEach(result -> all.add(result.check().id() + " of this side"));
        report.nodes().forEach(node -> {
            if (node.login().state() == CheckResult.State.FAILED) {
                all.add("login of " + node.endpoint() + ", because "
                        + node.login().because());
            }
            node.notMade().forEach(result -> all.add(result.check().id() + " of " + node.endpoint()));
        });
        return all;
    }

    private static List<Endpoint> others(Report in, Report notIn) {
        List<Endpoint> known = notIn.nodes().stream().map(Report.Node::endpoint).toList();
        return in.nodes().stream()
                .map(Report.Node::endpoint)
                .filter(endpoint -> !known.contains(endpoint))
                .toList();
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.SECONDS);
    }
}
