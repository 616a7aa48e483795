package io.valkeysecure.benchmarks;

import io.valkeysecure.Engine;
import io.valkeysecure.SecureTls;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * An engine that is measured.
 *
 * @param title by which {@link Figures} know it
 * @param clients under which it is measured
 * @param choice chooses it
 */
record TlsEngine(String title, Set<Client> clients, UnaryOperator<SecureTls.Builder> choice) {
    static final TlsEngine JDK =
            new TlsEngine("JDK engine", Set.of(Client.LETTUCE, Client.JEDIS), builder -> builder.engine(Engine.jdk()));

    /** A new engine is a new line here. */
    private static final List<TlsEngine> ALL = List.of(
            JDK,
            new TlsEngine("BoringSSL", Set.of(Client.LETTUCE), builder -> builder.engine(Engine.boringSsl())),
            new TlsEngine("Conscrypt", Set.of(Client.JEDIS), builder -> builder.engine(Engine.boringSsl())));

    enum Client {
        LETTUCE("Lettuce"),
        JEDIS("Jedis");

        private final String title;

        Client(String title) {
            this.title = title;
        }

        String title() {
            return title;
        }
    }

    static List<TlsEngine> of(Client client) {
        return ALL.stream().filter(engine -> engine.clients.contains(client)).toList();
    }

    /** What ours is called, on this engine. */
    String variant(Client client) {
        return Variant.ours(client, title);
    }
}
