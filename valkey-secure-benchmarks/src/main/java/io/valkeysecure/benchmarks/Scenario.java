package io.valkeysecure.benchmarks;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Variants that do the same work, in turns. What the turns came to are rounds of the {@link Results}. */
abstract class Scenario implements AutoCloseable {
    /** One variant's turn. */
    @FunctionalInterface
    interface Batch {
        /**
         * Works and measures.
         *
         * @param length about how long; what is counted in pieces goes on until it is done
         */
        Map<Metric, Double> measure(Duration length) throws Exception;
    }

    private record Turn(String variant, Batch batch) {}

    private final String title;
    private final String explanation;
    private final Metric principal;
    private final List<Turn> turns = new ArrayList<>();
    private final Deque<Runnable> ends = new ArrayDeque<>();

    Scenario(String title, String explanation, Metric principal) {
        this.title = title;
        this.explanation = explanation;
        this.principal = principal;
    }

    String title() {
        return title;
    }

    String explanation() {
        return explanation;
    }

    /** What the variants are compared by. */
    Metric principal() {
        return principal;
    }

    final void add(String variant, Batch batch) {
        turns.add(new Turn(variant, batch));
    }

    /** Has something run at the end, before what was to run then already. */
    final void atEnd(Runnable end) {
        ends.push(end);
    }

    int variants() {
        return turns.size();
    }

    /**
     * Runs each variant once. Who begins is another one each time, so that none is always the one after the dearest.
     */
    Map<String, Map<Metric, Double>> round(int number, Duration length) throws Exception {
        Map<String, Map<Metric, Double>> measured = new LinkedHashMap<>();
        turns.forEach(turn -> measured.put(turn.variant(), Map.of()));
        List<Turn> order = new ArrayList<>(turns);
        Collections.rotate(order, -number);
        for (Turn turn : order) {
            measured.put(turn.variant(), turn.batch().measure(length));
        }
        return completed(measured);
    }

    /** Adds what takes several variants to tell. */
    Map<String, Map<Metric, Double>> completed(Map<String, Map<Metric, Double>> round) {
        return round;
    }

    /** Further lines below the table, in Markdown. */
    String appendix() {
        return "";
    }

    /** Has a thread of its own do each task, and waits for all of them. */
    static void runAll(ExecutorService workers, List<Callable<@Nullable Void>> tasks) throws Exception {
        for (Future<@Nullable Void> done : workers.invokeAll(tasks)) {
            done.get();
        }
    }

    static void pause(Duration length) {
        long end = System.nanoTime() + length.toNanos();
        for (long left = length.toNanos(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    static void pauseUntil(long nanoTime) {
        long left = nanoTime - System.nanoTime();
        if (left > 0) {
            pause(Duration.ofNanos(left));
        }
    }

    @Override
    public void close() {
        while (!ends.isEmpty()) {
            ends.pop().run();
        }
    }
}
