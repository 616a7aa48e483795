package io.valkeysecure.benchmarks;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What this process and the server have used up to a moment: CPU time in nanoseconds, as the kernel accounts for it to
 * each thread, and bytes allocated.
 *
 * <p>The collector's threads count, the just-in-time compiler's do not: a warm-up is never quite over, and it would
 * count against whoever runs when it happens. A thread that ends during a batch is lost, so batches keep their threads.
 */
final class Usage {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final Path SELF = Path.of("/proc/self/task");
    private static final double NANOS = 1e3;
    private static final double KIB = 1024;

    private final long server;
    private final Map<String, Long> clientCpu;
    private final Map<String, Long> serverCpu;
    private final Map<Long, Long> allocated;

    private Usage(long server, Map<String, Long> clientCpu, Map<String, Long> serverCpu, Map<Long, Long> allocated) {
        this.server = server;
        this.clientCpu = clientCpu;
        this.serverCpu = serverCpu;
        this.allocated = allocated;
    }

    static Usage now(long server) {
        return new Usage(server, cpu(SELF), cpu(Path.of("/proc", Long.toString(server), "task")), allocated());
    }

    /** What has been used since, by each of so many operations. */
    Map<Metric, Double> sinceBy(long operations) {
        Usage now = now(server);
        Map<Metric, Double> used = new EnumMap<>(Metric.class);
        used.put(Metric.CLIENT_CPU, more(clientCpu, now.clientCpu) / NANOS / operations);
        used.put(Metric.SERVER_CPU, more(serverCpu, now.serverCpu) / NANOS / operations);
        used.put(Metric.ALLOCATED, more(allocated, now.allocated) / KIB / operations);
        return used;
    }

    /** The CPU time that this process has used since, in microseconds. */
    double clientMicros() {
        return more(clientCpu, cpu(SELF)) / NANOS;
    }

    private static <K> double more(Map<K, Long> before, Map<K, Long> after) {
        double sum = 0;
        for (Map.Entry<K, Long> thread : after.entrySet()) {
            sum += thread.getValue() - before.getOrDefault(thread.getKey(), 0L);
        }
        return sum;
    }

    private static Map<Long, Long> allocated() {
        long[] threads = THREADS.getAllThreadIds();
        long[] bytes = THREADS.getThreadAllocatedBytes(threads);
        Map<Long, Long> allocated = new HashMap<>();
        for (int i = 0; i < threads.length; i++) {
            if (bytes[i] >= 0) {
                allocated.put(threads[i], bytes[i]);
            }
        }
        return allocated;
    }

    private static Map<String, Long> cpu(Path tasks) {
        Map<String, Long> cpu = new HashMap<>();
        try (Stream<Path> listed = Files.list(tasks)) {
            for (Path task : listed.toList()) {
                try {
                    if (!isCompiler(Files.readString(task.resolve("comm")))) {
                        String statistics = Files.readString(task.resolve("schedstat"));
                        cpu.put(
                                task.getFileName().toString(),
                                Long.valueOf(statistics.substring(0, statistics.indexOf(' '))));
                    }
                } catch (IOException e) {
                    // a thread that ends meanwhile has no file any more, or one that cannot be read
                    if (Files.exists(task)) {
                        throw e;
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read what threads have used; this needs Linux with schedstat", e);
        }
        return cpu;
    }

    private static boolean isCompiler(String thread) {
        return thread.startsWith("C1 Compiler") || thread.startsWith("C2 Compiler");
    }
}
