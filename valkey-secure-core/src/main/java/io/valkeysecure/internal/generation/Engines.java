package io.valkeysecure.internal.generation;

import io.valkeysecure.Endpoint;
import io.valkeysecure.Engine;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.TlsConfigurationException;
import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.internal.engine.EngineContext;
import io.valkeysecure.internal.engine.EngineProvider;
import io.valkeysecure.internal.engine.EngineProvider.Use;
import io.valkeysecure.internal.engine.EngineSettings;
import io.valkeysecure.internal.engine.EngineUnavailableException;
import io.valkeysecure.internal.engine.JdkEngine;
import io.valkeysecure.internal.engine.TrialHandshake;
import io.valkeysecure.internal.root.RootTypes;
import java.security.GeneralSecurityException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceLoader;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * The engines of one generation: one for clients with an event loop and one for blocking clients, possibly the same.
 */
public final class Engines {
    /** Opens an engine; the JDK's has no provider. */
    private interface Maker {
        EngineContext open(EngineSettings settings) throws EngineUnavailableException;
    }

    private final Engine choice;
    private final Map<Use, EngineContext> byUse = new EnumMap<>(Use.class);

    /** Why BoringSSL is not in use, by use. */
    private final Map<Use, EngineUnavailableException> unavailable = new EnumMap<>(Use.class);

    /** Why the JDK engine could not be opened; null if it was. */
    private @Nullable EngineUnavailableException jdkUnavailable;

    private Engines(Engine choice) {
        this.choice = choice;
    }

    /**
     * Opens the engines, and tries each with the identity in a handshake in memory.
     *
     * @param choice the choice of the user
     * @param identity the source of the identity, for messages; null if there is none
     * @throws TlsConfigurationException if no engine supports the configuration
     */
    public static Engines open(Engine choice, EngineSettings settings, @Nullable String identity) {
        Engines engines = new Engines(choice);
        if (choice != Engine.jdk()) {
            for (EngineProvider provider : ServiceLoader.load(EngineProvider.class, Engines.class.getClassLoader())) {
                try {
                    engines.byUse.put(provider.use(), open(provider::open, settings, identity));
                } catch (EngineUnavailableException e) {
                    engines.unavailable.put(provider.use(), e);
                }
            }
        }
        if (choice != Engine.boringSsl() && engines.byUse.size() < Use.values().length) {
            try {
                EngineContext jdk = open(JdkEngine::open, settings, identity);
                for (Use use : Use.values()) {
                    var unused = engines.byUse.putIfAbsent(use, jdk);
                }
            } catch (EngineUnavailableException e) {
                engines.jdkUnavailable = e;
            }
        }
        if (engines.byUse.isEmpty()) {
            Use tried = engines.unavailable.keySet().stream().findFirst().orElse(Use.EVENT_LOOP);
            EngineUnavailableException none = engines.none(tried);
            throw RootTypes.configurationRefused(none.reason(), String.valueOf(none.getMessage()), none);
        }
        return engines;
    }

    private static EngineContext open(Maker maker, EngineSettings settings, @Nullable String identity)
            throws EngineUnavailableException {
        if (identity != null) {
            try {
                var unused = TrialHandshake.run(maker.open(TrialHandshake.settings(settings)));
            } catch (GeneralSecurityException | SSLException e) {
                throw new EngineUnavailableException(
                        RefusalReason.KEY_MISMATCH,
                        "client identity (" + identity
                                + "): a handshake in memory failed with it; is its kind of key one that TLS 1.3 can sign"
                                + " with?",
                        e);
            }
        }
        return maker.open(settings);
    }

    /** Returns the engine of each client library; one that cannot connect is left out. */
    public Map<ClientLibrary, Engine> inUse() {
        Map<ClientLibrary, Engine> inUse = new EnumMap<>(ClientLibrary.class);
        byUse.forEach((use, context) -> {
            Engine engine = context instanceof JdkEngine ? Engine.jdk() : Engine.boringSsl();
            clients(use).forEach(client -> inUse.put(client, engine));
        });
        return inUse;
    }

    EngineContext of(Use use) throws EngineUnavailableException {
        EngineContext context = byUse.get(use);
        if (context == null) {
            throw none(use);
        }
        return context;
    }

    private EngineUnavailableException none(Use use) {
        if (jdkUnavailable != null) {
            return jdkUnavailable;
        }
        EngineUnavailableException why = unavailable.get(use);
        return new EngineUnavailableException(
                why == null ? RefusalReason.UNSUPPORTED_SETTING : why.reason(),
                "engine boringssl was asked for and cannot be had for " + words(use) + ": "
                        + (why == null ? "their adapter is not on the class path" : why.getMessage())
                        + "; or leave the choice to Engine.auto()",
                why);
    }

    public void groupNegotiated(Endpoint endpoint, String group) {
        byUse.values().forEach(context -> context.groupNegotiated(endpoint.host(), endpoint.port(), group));
    }

    public void noServerHello(Endpoint endpoint) {
        byUse.values().forEach(context -> context.noServerHello(endpoint.host(), endpoint.port()));
    }

    private static List<ClientLibrary> clients(Use use) {
        return switch (use) {
            case EVENT_LOOP -> List.of(ClientLibrary.LETTUCE, ClientLibrary.REDISSON);
            case SOCKET -> List.of(ClientLibrary.JEDIS);
        };
    }

    private static String words(Use use) {
        return switch (use) {
            case EVENT_LOOP -> "Lettuce and Redisson";
            case SOCKET -> "Jedis";
        };
    }

    /** Returns which engine each client library uses, and why another is not used. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(choice.toString());
        for (Use use : Use.values()) {
            EngineContext context = byUse.get(use);
            EngineUnavailableException why = unavailable.get(use);
            text.append("; for ")
                    .append(words(use))
                    .append(' ')
                    .append(context == null ? "none" : context.description())
                    .append(why == null ? "" : ", not BoringSSL: " + Objects.requireNonNull(why.getMessage()))
                    .append(
                            context != null || jdkUnavailable == null
                                    ? ""
                                    : ", not the JDK: " + jdkUnavailable.getMessage());
        }
        return text.toString();
    }
}
