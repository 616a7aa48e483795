package io.valkeysecure.benchmarks;

import io.valkeysecure.benchmarks.Plan.Pace;
import io.valkeysecure.testkit.certificate.KeyType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Measures, prints, judges. {@code [quick] [PART]...}: a part is the beginning of one of {@code connect-eight},
 * {@code connect-one}, {@code connect-rsa}, {@code anatomy}, {@code pipelining-get-100}, {@code pipelining-set-100},
 * {@code pipelining-get-16384}, {@code pipelining-set-16384}, the same with {@code jedis}, {@code waiting-one},
 * {@code waiting-eight}, {@code publishing}, {@code blocking}, {@code idle}, {@code stalling}, {@code starving},
 * {@code storm}, {@code rotating}, {@code opening}, {@code large-storm}, {@code growth-idle}, {@code growth-rotations},
 * {@code growth-anchors}, {@code growth-crl}, {@code growth-names}, {@code growth-listeners}, {@code growth-tracked},
 * {@code growth-nodes} and {@code operations}; without one, all are measured. The page that the system property
 * {@value #PAGE_PROPERTY} names gets the result unless it was quick; parts that were not measured keep what the
 * {@link Archive} has of them. The page that {@value #JDKS_PROPERTY} names has a column for each JDK; what was
 * measured is renewed in the one of this JDK, unless it was quick. The program ends with 1 if a floor is missed, unless
 * it was quick. {@code page} alone writes the page and its pictures of what the archive has.
 */
public final class Bench {
    /** The system property that names the page. */
    static final String PAGE_PROPERTY = "bench.page";

    /** The system property that names the page with a column for each JDK. */
    static final String JDKS_PROPERTY = "bench.jdks";

    private final Plan plan;
    private final List<String> wanted;
    private final Results results = new Results();
    private final Setting setting;

    /** What this run measures, and what the page is written of; the same if there is no page. */
    private final Archive own = new Archive();

    private final Archive all;
    private final @Nullable Path file;

    private Bench(Plan plan, List<String> wanted, @Nullable Path page) throws IOException {
        this.plan = plan;
        this.wanted = wanted;
        setting = Setting.here();
        file = page == null ? null : archive(page);
        all = file == null ? own : Archive.read(file);
    }

    private static Path archive(Path page) {
        return page.resolveSibling(page.getFileName().toString().replace(".md", ".json"));
    }

    /** A scenario that is not open yet. */
    @FunctionalInterface
    private interface Opener {
        Scenario open() throws Exception;
    }

    private record Part(String name, Pace pace, Opener opener) {}

    /**
     * Runs.
     *
     * @param arguments as above
     * @throws Exception if something could not be measured
     */
    public static void main(String... arguments) throws Exception {
        // that connections are lost and made anew is no news here
        Logger.getLogger("").setLevel(Level.SEVERE);
        List<String> wanted = new ArrayList<>(List.of(arguments));
        boolean quick = wanted.remove("quick");
        String property = System.getProperty(PAGE_PROPERTY);
        Path page = quick || property == null ? null : Path.of(property);
        if (wanted.equals(List.of("page"))) {
            write(Objects.requireNonNull(page, PAGE_PROPERTY), Archive.read(archive(page)));
            return;
        }
        boolean good = new Bench(quick ? Plan.QUICK : Plan.FULL, wanted, page).run(page);
        // Lettuce and the microbenchmarks may have left threads
        System.exit(good ? 0 : 1);
    }

    /** Leaves the page alone as long as it would lose tables. */
    private static void write(Path page, Archive archive) throws IOException {
        int missing = new Report(archive.results(), Figures.all()).unmeasured();
        if (missing > 0) {
            say("%d figures are not measured yet; %s is written when all are".formatted(missing, page));
            return;
        }
        Report.write(page, Report.markdown(archive, Figures.all()));
        Pictures.draw(page, page.resolveSibling("images"));
        say("written to " + page);
    }

    private boolean run(@Nullable Path page) throws Exception {
        Path directory = Files.createTempDirectory("valkey-secure-bench");
        try (Site ec = Site.of(KeyType.EC_P256, directory.resolve("ec"));
                Site rsa = Site.of(KeyType.RSA_2048, directory.resolve("rsa"))) {
            for (Part part : parts(ec, rsa, directory)) {
                if (isWanted(part.name())) {
                    measure(part);
                }
            }
            if (isWanted("operations")) {
                List<PerOperation> operations = operations();
                own.put(operations);
                all.put(operations);
                keep();
            }
        } finally {
            delete(directory);
        }
        System.out.println(Report.markdown(own, Figures.all()));
        if (page != null) {
            write(page, all);
        }
        boolean quick = plan.equals(Plan.QUICK);
        String jdks = System.getProperty(JDKS_PROPERTY);
        if (quick) {
            say("quick: too little was done to fail by it");
        } else if (jdks != null) {
            JdkColumns.write(Path.of(jdks), System.getProperty("java.version"), results);
            say("written to " + jdks);
        }
        Report report = new Report(results, Figures.all());
        System.out.println(report.summary());
        return quick || report.belowFloor() == 0;
    }

    private List<Part> parts(Site ec, Site rsa, Path directory) {
        List<Part> parts = new ArrayList<>();
        parts.add(new Part(
                "connect-eight", plan.turns(), () -> new Connecting(Connecting.EC_EIGHT, ec, Connecting.EIGHT)));
        parts.add(new Part("connect-one", plan.turns(), () -> new Connecting(Connecting.EC_ONE, ec, 1)));
        parts.add(new Part(
                "connect-rsa", plan.turns(), () -> new Connecting(Connecting.RSA_EIGHT, rsa, Connecting.EIGHT)));
        parts.add(new Part("anatomy", plan.samples(), () -> new Anatomy(ec, directory)));
        for (int size : List.of(Pipelining.SMALL, Pipelining.LARGE)) {
            for (Commands command : Commands.values()) {
                String which = "-%s-%d".formatted(command.name().toLowerCase(Locale.ROOT), size);
                parts.add(new Part("pipelining" + which, plan.commands(), () -> new Pipelining(ec, command, size)));
                parts.add(new Part("jedis" + which, plan.commands(), () -> new JedisCommands(ec, command, size)));
            }
        }
        parts.add(new Part("waiting-one", plan.commands(), () -> Waiting.one(ec)));
        parts.add(new Part("waiting-eight", plan.commands(), () -> Waiting.eight(ec)));
        parts.add(new Part("publishing", plan.commands(), () -> new Publishing(ec)));
        parts.add(new Part("blocking", plan.commands(), () -> new Blocking(ec)));
        parts.add(new Part("idle", plan.heaps(), () -> new Idle(ec, plan.idle())));
        parts.add(new Part("stalling", plan.feats(), () -> new Stalling(ec, plan.connecting())));
        parts.add(new Part("starving", plan.feats(), () -> new Starving(ec)));
        parts.add(new Part("storm", plan.feats(), () -> new Storm(ec, plan.returning())));
        parts.add(new Part(
                "rotating",
                plan.rotations(),
                () -> new Rotating(ec, plan.rotations().length())));
        parts.add(new Part("opening", plan.feats(), () -> new Opening(ec, Opening.SMALL)));
        parts.add(new Part("opening", plan.feats(), () -> new Opening(ec, Opening.LARGE)));
        if (!plan.equals(Plan.QUICK)) {
            parts.add(new Part("large-storm", plan.heaps(), () -> new Storm(ec, Storm.LARGE)));
        }
        parts.addAll(growth(ec, directory));
        return parts;
    }

    private List<Part> growth(Site ec, Path directory) {
        Pace once = new Pace(0, Duration.ZERO, 1, Duration.ZERO);
        return List.of(
                new Part("growth-idle", once, () -> new IdleGrowth(ec, plan.growing())),
                new Part(
                        "growth-rotations",
                        plan.heaps(),
                        () -> new RotationGrowth(ec, directory, plan.upTo(RotationGrowth.SIZES))),
                new Part(
                        "growth-anchors",
                        plan.turns(),
                        () -> new AnchorGrowth(directory, plan.upTo(AnchorGrowth.SIZES))),
                new Part("growth-crl", plan.turns(), () -> new CrlGrowth(plan.upTo(CrlGrowth.SIZES))),
                new Part("growth-names", plan.turns(), () -> new NameGrowth(plan.upTo(NameGrowth.SIZES))),
                new Part(
                        "growth-listeners",
                        plan.turns(),
                        () -> new ListenerGrowth(ec, plan.upTo(ListenerGrowth.SIZES))),
                new Part(
                        "growth-tracked",
                        plan.heaps(),
                        () -> new TrackedGrowth(directory, plan.upTo(TrackedGrowth.SIZES))),
                new Part("growth-nodes", plan.feats(), () -> new NodeGrowth(ec, plan.upTo(NodeGrowth.SIZES))));
    }

    private boolean isWanted(String part) {
        return wanted.isEmpty() || wanted.stream().anyMatch(part::startsWith);
    }

    private void measure(Part part) throws Exception {
        long begun = System.nanoTime();
        StolenTime before = StolenTime.now();
        Pace pace = part.pace();
        try (Scenario scenario = part.opener().open()) {
            say("%s: %d variants, %d rounds".formatted(scenario.title(), scenario.variants(), pace.rounds()));
            for (int round = 0; round < pace.warmUps(); round++) {
                Map<String, Map<Metric, Double>> unused = scenario.round(round, pace.warmUp());
                progress("warm-up", round, pace.warmUps(), begun);
            }
            for (int round = 0; round < pace.rounds(); round++) {
                results.addRound(scenario.title(), scenario.round(round, pace.length()));
                progress("round", round, pace.rounds(), begun);
            }
            double stolen = StolenTime.now().percentSince(before);
            own.put(scenario, setting, stolen, results);
            all.put(scenario, setting, stolen, results);
            keep();
            for (Figure figure : Figures.all()) {
                if (figure.scenario().equals(scenario.title())) {
                    figure.judge(results)
                            .ifPresent(judged -> System.out.printf(
                                    "   %s: %s, %s%n",
                                    figure.what(),
                                    judged.measured(),
                                    judged.verdict().words()));
                }
            }
        }
    }

    /** Writes what has been measured, for the case that the run is broken off. */
    private void keep() throws IOException {
        if (file != null) {
            all.write(file);
        }
    }

    private List<PerOperation> operations() throws Exception {
        say("single operations, by JMH");
        return PerOperation.measure(plan.iteration());
    }

    private static void progress(String what, int number, int count, long begun) {
        System.out.printf(
                "   %s %d of %d, %d s%n",
                what,
                number + 1,
                count,
                Duration.ofNanos(System.nanoTime() - begun).toSeconds());
    }

    private static void say(String text) {
        System.out.println("== " + text);
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
