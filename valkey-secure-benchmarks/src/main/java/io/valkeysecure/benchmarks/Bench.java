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
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;

/**
 * Measures, prints, judges. {@code [quick] [PART]...}: a part is the beginning of one of {@code connect-eight}, {@code
 * connect-one}, {@code connect-rsa}, {@code anatomy}, {@code pipelining}, {@code jedis}, {@code waiting}, {@code
 * publishing}, {@code blocking}, {@code idle}, {@code stalling}, {@code starving}, {@code storm}, {@code rotating},
 * {@code opening}, {@code large-storm}, {@code growth-idle}, {@code growth-rotations}, {@code growth-anchors}, {@code
 * growth-crl}, {@code growth-names}, {@code growth-listeners}, {@code growth-tracked}, {@code growth-nodes} and {@code operations}; without one, all are
 * measured. The page that the system property {@value #PAGE_PROPERTY} names gets the result of a run of all of them
 * that is not quick. The page that {@value #JDKS_PROPERTY} names has a column for each JDK, and gets the one of this
 * JDK. The program ends with 1 if a floor is missed, unless it was quick or for that page. {@code pictures} alone draws
 * the pictures of the page as it is.
 */
public final class Bench {
    /** The system property that names the page. */
    static final String PAGE_PROPERTY = "bench.page";

    /** The system property that names the page with a column for each JDK. */
    static final String JDKS_PROPERTY = "bench.jdks";

    private final Plan plan;
    private final List<String> wanted;
    private final Results results = new Results();
    private final List<Scenario> measured = new ArrayList<>();

    private Bench(Plan plan, List<String> wanted) {
        this.plan = plan;
        this.wanted = wanted;
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
        if (wanted.equals(List.of("pictures"))) {
            draw(Path.of(System.getProperty(PAGE_PROPERTY)));
            return;
        }
        boolean quick = wanted.remove("quick");
        boolean good = new Bench(quick ? Plan.QUICK : Plan.FULL, wanted).run(!quick && wanted.isEmpty());
        // Lettuce and the microbenchmarks may have left threads
        System.exit(good ? 0 : 1);
    }

    private static void draw(Path page) throws IOException {
        Pictures.draw(page, page.resolveSibling("images"));
    }

    private boolean run(boolean isWhole) throws Exception {
        Path directory = Files.createTempDirectory("valkey-secure-bench");
        List<PerOperation> operations;
        try (Site ec = Site.of(KeyType.EC_P256, directory.resolve("ec"));
                Site rsa = Site.of(KeyType.RSA_2048, directory.resolve("rsa"))) {
            for (Part part : parts(ec, rsa, directory)) {
                if (isWanted(part.name())) {
                    measure(part);
                }
            }
            operations = isWanted("operations") ? operations() : List.of();
        } finally {
            delete(directory);
        }
        Report report = new Report(results, Figures.all());
        String markdown = report.markdown(Setting.here(), measured, operations);
        System.out.println(markdown);
        String page = System.getProperty(PAGE_PROPERTY);
        if (isWhole && page != null) {
            Report.write(Path.of(page), markdown);
            draw(Path.of(page));
            say("written to " + page);
        }
        String jdks = System.getProperty(JDKS_PROPERTY);
        if (jdks != null) {
            JdkColumns.write(Path.of(jdks), System.getProperty("java.version"), results);
            say("written to " + jdks);
        }
        if (plan.equals(Plan.QUICK)) {
            say("quick: too little was done to fail by it");
        }
        System.out.println(report.summary());
        // the floors are of JDK 17
        return plan.equals(Plan.QUICK) || jdks != null || report.belowFloor() == 0;
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
                parts.add(new Part("pipelining", plan.turns(), () -> new Pipelining(ec, command, size)));
                parts.add(new Part("jedis", plan.turns(), () -> new JedisCommands(ec, command, size)));
            }
        }
        parts.add(new Part("waiting", plan.turns(), () -> Waiting.one(ec)));
        parts.add(new Part("waiting", plan.turns(), () -> Waiting.eight(ec)));
        parts.add(new Part("publishing", plan.turns(), () -> new Publishing(ec)));
        parts.add(new Part("blocking", plan.turns(), () -> new Blocking(ec)));
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
                        once,
                        () -> new RotationGrowth(ec, directory, plan.upTo(RotationGrowth.SIZES))),
                new Part(
                        "growth-anchors",
                        plan.turns(),
                        () -> new AnchorGrowth(directory, plan.upTo(AnchorGrowth.SIZES))),
                new Part("growth-crl", plan.heaps(), () -> new CrlGrowth(plan.upTo(CrlGrowth.SIZES))),
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
            measured.add(scenario);
            for (Figure figure : Figures.all()) {
                if (figure.scenario().equals(scenario.title())) {
                    figure.measured(results)
                            .ifPresent(spread -> System.out.printf(
                                    "   %s: %s, %s%n",
                                    figure.what(), spread, figure.judge(spread).words()));
                }
            }
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
