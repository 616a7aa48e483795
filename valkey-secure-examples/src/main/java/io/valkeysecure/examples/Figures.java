package io.valkeysecure.examples;

import io.valkeysecure.VerifiedHandshake;
import io.valkeysecure.observe.TlsListener;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Keeps the handshakes that were verified, and makes a table of them. */
public final class Figures implements TlsListener {
    private final Queue<VerifiedHandshake> handshakes = new ConcurrentLinkedQueue<>();

    @Override
    public void handshakeSucceeded(VerifiedHandshake handshake) {
        handshakes.add(handshake);
    }

    /** What has the same client, version, suite and kind is one row. */
    private record Kind(String client, String version, String suite, boolean resumed) {
        static Kind of(VerifiedHandshake handshake) {
            return new Kind(
                    handshake.client().tag(),
                    handshake.version().protocol(),
                    handshake.cipherSuite(),
                    handshake.resumed());
        }
    }

    boolean isEmpty() {
        return handshakes.isEmpty();
    }

    public VerifiedHandshake latest() {
        return List.copyOf(handshakes).get(handshakes.size() - 1);
    }

    List<List<String>> table() {
        Map<Kind, List<Double>> millis = new TreeMap<>(Comparator.comparing(Kind::client)
                .reversed()
                .thenComparing(Kind::version)
                .thenComparing(Kind::suite)
                .thenComparing(Kind::resumed));
        for (VerifiedHandshake handshake : handshakes) {
            millis.computeIfAbsent(Kind.of(handshake), kind -> new ArrayList<>())
                    .add(handshake.elapsed().toNanos() / 1e6);
        }
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("client", "handshake", "count", "min ms", "median ms", "max ms", "version", "cipher suite"));
        millis.forEach((kind, times) -> rows.add(row(kind, times)));
        return rows;
    }

    private static List<String> row(Kind kind, List<Double> times) {
        List<Double> sorted = times.stream().sorted().toList();
        return List.of(
                kind.client(),
                kind.resumed() ? "resumed" : "full",
                String.valueOf(sorted.size()),
                oneDecimal(sorted.get(0)),
                oneDecimal(sorted.get(sorted.size() / 2)),
                oneDecimal(sorted.get(sorted.size() - 1)),
                kind.version(),
                kind.suite());
    }

    private static String oneDecimal(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }
}
