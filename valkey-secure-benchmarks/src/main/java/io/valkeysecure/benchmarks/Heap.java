package io.valkeysecure.benchmarks;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.JMException;
import javax.management.ObjectName;

/** The heap after full collections, as a sum and by class. */
final class Heap {
    static final double KIB = 1024;

    /** One after another: what the first one leaves is collected by the second one. */
    private static final int COLLECTIONS = 3;

    private static final Duration BETWEEN = Duration.ofMillis(100);
    private static final Pattern CLASS = Pattern.compile("(?m)^ *\\d+: +\\d+ +(\\d+) +(\\S+)");

    private Heap() {}

    @SuppressWarnings("PMD.DoNotCallGarbageCollectionExplicitly")
    static long used() {
        for (int i = 0; i < COLLECTIONS; i++) {
            System.gc();
            Scenario.pause(BETWEEN);
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** The bytes of each class that is alive, by HotSpot's histogram, which collects first. */
    static Map<String, Long> byClass() throws JMException {
        String histogram = (String) ManagementFactory.getPlatformMBeanServer()
                .invoke(
                        new ObjectName("com.sun.management:type=DiagnosticCommand"),
                        "gcClassHistogram",
                        new Object[] {new String[0]},
                        new String[] {String[].class.getName()});
        Map<String, Long> bytes = new LinkedHashMap<>();
        Matcher row = CLASS.matcher(histogram);
        while (row.find()) {
            // a lambda has another number in each run
            String type = row.group(2).replaceFirst("Lambda.*", "Lambda");
            bytes.merge(type, Long.valueOf(row.group(1)), Long::sum);
        }
        return bytes;
    }
}
