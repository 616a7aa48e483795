package io.valkeysecure.benchmarks;

import io.valkeysecure.Endpoint;
import io.valkeysecure.SecureTls;
import io.valkeysecure.observe.TlsListener;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Listeners, each of which counts handshakes on a thread of its own. */
final class ListenerGrowth extends Growth {
    static final String TITLE = "Listeners";
    static final List<Integer> SIZES = List.of(0, 1, 3, 10);

    ListenerGrowth(Site site, List<Integer> sizes) {
        super(
                TITLE,
                "connect, handshake on the JDK's engine, PING, close, one after another; per connection",
                Metric.CLIENT_CPU);
        long process = Site.process(site.server());
        Endpoint endpoint = site.endpoint();
        for (int size : sizes) {
            TlsListener[] listeners =
                    Stream.generate(Handshakes::new).limit(size).toArray(TlsListener[]::new);
            SecureTls tls = site.secure(TlsEngine.JDK).listener(listeners).build();
            atEnd(tls::close);
            add(at(size), length -> measure(length, site, tls, endpoint, process));
        }
    }

    private static Map<Metric, Double> measure(
            Duration length, Site site, SecureTls tls, Endpoint endpoint, long process) throws Exception {
        Usage before = Usage.now(process);
        long begun = System.nanoTime();
        long count = 0;
        while (System.nanoTime() - begun < length.toNanos()) {
            Handshake.ping(tls, endpoint, site.server());
            count++;
        }
        return before.sinceBy(count);
    }
}
