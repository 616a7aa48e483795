package io.valkeysecure.benchmarks;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * What JMH measured of one operation.
 *
 * @param name of the benchmark and its parameters
 * @param nanos of one operation
 * @param error of the nanoseconds, half of what holds 99.9 %
 * @param bytes allocated by one operation
 */
record PerOperation(String name, double nanos, double error, double bytes) {
    private static final int WARM_UPS = 3;
    private static final int ITERATIONS = 5;

    static List<PerOperation> measure(Duration iteration) throws RunnerException {
        TimeValue time = TimeValue.milliseconds(iteration.toMillis());
        // another run of JMH, by somebody else on this machine, is no reason to stop
        System.setProperty("jmh.ignoreLock", "true");
        Collection<RunResult> results = new Runner(new OptionsBuilder()
                        .include(ListenerBenchmark.class.getName())
                        .include(VerifierBenchmark.class.getName())
                        .addProfiler(GCProfiler.class)
                        .forks(1)
                        .warmupIterations(WARM_UPS)
                        .warmupTime(time)
                        .measurementIterations(ITERATIONS)
                        .measurementTime(time)
                        .verbosity(VerboseMode.SILENT)
                        .build())
                .run();
        return results.stream().map(PerOperation::of).toList();
    }

    private static PerOperation of(RunResult result) {
        String benchmark = result.getParams().getBenchmark();
        String parameters = result.getParams().getParamsKeys().stream()
                .map(key -> key + " " + result.getParams().getParam(key))
                .collect(Collectors.joining(", "));
        Result<?> time = result.getPrimaryResult();
        Map<String, ?> secondary = result.getSecondaryResults();
        Result<?> allocated = (Result<?>) secondary.get("gc.alloc.rate.norm");
        if (allocated == null) {
            throw new IllegalStateException(
                    "expected a figure for allocation from JMH, seen only " + secondary.keySet());
        }
        return new PerOperation(
                benchmark.substring(PerOperation.class.getPackageName().length() + 1) + ", " + parameters,
                time.getScore(),
                time.getScoreError(),
                allocated.getScore());
    }
}
