package io.valkeysecure.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

/**
 * What the CPU time of a new connection goes to, on the JDK's engine: this library beside the bare client, see
 * {@link Bare}.
 *
 * <p>The Flight Recorder samples stacks that run Java code. The time that threads spent outside of the kernel is divided
 * in proportion to the samples; what the kernel took is a row of its own. Native code is not sampled, so BoringSSL,
 * where all of TLS is native, is not here.
 */
final class Anatomy extends Scenario {
    static final String TITLE = "Where the CPU of a new connection goes";

    private static final Set<String> SHOWN = Set.of(
            Bare.nameOf(TlsEngine.JDK.variant(TlsEngine.Client.LETTUCE)),
            Bare.nameOf(TlsEngine.JDK.variant(TlsEngine.Client.JEDIS)),
            TlsEngine.JDK.variant(TlsEngine.Client.LETTUCE),
            TlsEngine.JDK.variant(TlsEngine.Client.JEDIS));
    private static final Duration PERIOD = Duration.ofMillis(1);
    private static final int WARM_UP = 1_000;
    private static final int TICKS_A_SECOND = 100;
    private static final double MICROS = 1e6;

    /** Of {@code /proc/self/stat}, counted from one as proc(5) does. */
    private static final int SYSTEM_TIME = 15;

    private static final int FIRST_FIELD = 3;

    private final Map<String, Costs> costs = new LinkedHashMap<>();
    private final long process;
    private final Path recorded;

    /** The sums of a variant's turns: samples, and microseconds. */
    private static final class Costs {
        private final Map<Purpose, Long> samples = new EnumMap<>(Purpose.class);
        private double user;
        private double kernel;
        private long connections;

        double micros(Purpose purpose) {
            long all = samples.values().stream().mapToLong(Long::longValue).sum();
            return user / connections * samples.getOrDefault(purpose, 0L) / all;
        }
    }

    Anatomy(Site site, Path directory) {
        super(TITLE, "one connection after another, as above; per connection", Metric.CLIENT_CPU);
        process = Site.process(site.server());
        recorded = directory.resolve("anatomy.jfr");
        add(site, Variant.lettuce(), Connecting::ping);
        add(site, Variant.jedis(), Connecting::ping);
    }

    private <C> void add(Site site, List<Variant<C>> variants, Consumer<C> connection) {
        for (Variant<C> variant : variants) {
            if (SHOWN.contains(variant.name())) {
                Opened<C> opened = variant.open(site, site.server());
                atEnd(opened::close);
                for (int i = 0; i < WARM_UP; i++) {
                    connection.accept(opened.client());
                }
                add(
                        variant.name(),
                        length -> measure(variant.name(), length, () -> connection.accept(opened.client())));
            }
        }
    }

    private Map<Metric, Double> measure(String variant, Duration length, Runnable connection) throws IOException {
        Costs sum = costs.computeIfAbsent(variant, name -> new Costs());
        long count = 0;
        try (Recording recording = new Recording()) {
            recording.enable("jdk.ExecutionSample").withPeriod(PERIOD);
            recording.start();
            double kernel = kernelMicros();
            Usage before = Usage.now(process);
            long begun = System.nanoTime();
            while (System.nanoTime() - begun < length.toNanos()) {
                connection.run();
                count++;
            }
            double inKernel = kernelMicros() - kernel;
            double all = before.clientMicros();
            Map<Metric, Double> measured = before.sinceBy(count);
            recording.stop();
            recording.dump(recorded);
            sum.connections += count;
            sum.kernel += inKernel;
            sum.user += all - inKernel;
            for (RecordedEvent sample : RecordingFile.readAllEvents(recorded)) {
                if (sample.getStackTrace() != null) {
                    sum.samples.merge(Purpose.of(sample.getStackTrace().getFrames()), 1L, Long::sum);
                }
            }
            return measured;
        }
    }

    /** What the kernel has worked for this process. */
    private static double kernelMicros() throws IOException {
        String stat = Files.readString(Path.of("/proc/self/stat"));
        // the program's name may hold a blank; the fields after it begin with the third
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return Long.parseLong(fields[SYSTEM_TIME - FIRST_FIELD]) * MICROS / TICKS_A_SECOND;
    }

    /** The table: a row for each purpose, a column for each variant. */
    @Override
    String appendix() {
        StringBuilder table = new StringBuilder("| µs of CPU for each connection |");
        costs.keySet().forEach(variant -> table.append(' ').append(variant).append(" |"));
        table.append("\n| --- |").append(" --: |".repeat(costs.size())).append('\n');
        for (Purpose purpose : Purpose.values()) {
            row(table, purpose.title(), sum -> sum.micros(purpose));
        }
        row(table, "the kernel: sockets, threads that wait and wake", sum -> sum.kernel / sum.connections);
        return table.toString();
    }

    private void row(StringBuilder table, String title, ToDoubleFunction<Costs> micros) {
        table.append("| ").append(title).append(" |");
        costs.values()
                .forEach(sum -> table.append(' ')
                        .append(Spread.number(micros.applyAsDouble(sum)))
                        .append(" |"));
        table.append('\n');
    }
}
