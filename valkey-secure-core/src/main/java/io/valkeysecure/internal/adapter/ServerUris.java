package io.valkeysecure.internal.adapter;

import io.valkeysecure.RefusalReason;
import io.valkeysecure.TlsConfigurationException;
import io.valkeysecure.internal.root.RootTypes;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The policy about URIs of servers: which schemes ask for TLS, and how a refused URI is described.
 *
 * <p>No message shows a part of a URI as it was written. A password that is not percent-encoded moves the borders
 * between the parts, so that any part may hold it, even the scheme. Messages use words of fixed lists only.
 */
public final class ServerUris {
    /** The kind of server that a URI addresses. */
    public enum Target {
        /** A server, or the nodes of a cluster: {@code rediss}, {@code valkeys}. */
        SERVER,
        /** Sentinels: {@code rediss-sentinel}, {@code valkeys-sentinel}. */
        SENTINEL
    }

    private static final Map<String, Target> TLS = Map.of(
            "rediss", Target.SERVER,
            "valkeys", Target.SERVER,
            "rediss-sentinel", Target.SENTINEL,
            "valkeys-sentinel", Target.SENTINEL);

    private static final String NO_TLS = "which is without TLS";
    private static final String UNIX_SOCKET = "a Unix socket, which carries no TLS";
    private static final String UNKNOWN = "which is not a scheme of Valkey";

    /** Schemes without TLS that people write, and what is wrong with them. */
    private static final Map<String, String> REFUSED = Map.ofEntries(
            Map.entry("redis", NO_TLS),
            Map.entry("valkey", NO_TLS),
            Map.entry("redis-sentinel", NO_TLS),
            Map.entry("valkey-sentinel", NO_TLS),
            Map.entry("tcp", NO_TLS),
            Map.entry("unix", UNIX_SOCKET),
            Map.entry("redis-socket", UNIX_SOCKET),
            Map.entry("redis+socket", UNIX_SOCKET),
            Map.entry("redis+uds", UNIX_SOCKET),
            Map.entry("valkey+uds", UNIX_SOCKET),
            Map.entry("redis+tls", "which begins in plaintext"),
            Map.entry("redis+ssl", UNKNOWN),
            Map.entry("http", UNKNOWN),
            Map.entry("https", UNKNOWN));

    private static final String EXAMPLE = "valkeys://user:password@host:6379";

    /** Reserved by RFC 3986, section 2.2, and not allowed in user info, or with a meaning to a client there. */
    private static final String RESERVED = "/?#[]@:%,";

    private ServerUris() {}

    /**
     * Parses a URI. The exception of the JDK quotes the URI; it is neither thrown nor a cause.
     *
     * @param refusal makes the exception from its message
     */
    public static URI parse(String text, Function<String, ? extends RuntimeException> refusal) {
        try {
            return new URI(Objects.requireNonNull(text, "uri"));
        } catch (URISyntaxException e) {
            throw refusal.apply(unreadable(
                    "malformed at index " + e.getIndex() + ", " + e.getReason().toLowerCase(Locale.ROOT)));
        }
    }

    /** {@return the message about a URI that cannot be read} */
    public static String unreadable(String problem) {
        return "the server's URI cannot be read: " + problem + "; write it as " + EXAMPLE
                + ", and in user and password "
                + RESERVED.chars()
                        .mapToObj(c -> String.format(Locale.ROOT, "%%%02X for %c", c, c))
                        .collect(Collectors.joining(", "))
                + " (the URI is not shown, because it may hold a password)";
    }

    /**
     * Requires a scheme that asks for TLS; upper and lower case are alike.
     *
     * @param supported the targets that the client can connect to
     * @return the target that the scheme names
     * @throws TlsConfigurationException if the scheme is missing or another one
     */
    public static Target requireTls(URI uri, Set<Target> supported) {
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        Target target = TLS.get(scheme);
        if (target != null && supported.contains(target)) {
            return target;
        }
        throw RootTypes.configurationRefused(
                RefusalReason.PLAINTEXT_REQUESTED,
                "expected a URI with the scheme rediss:// or valkeys://"
                        + (supported.contains(Target.SENTINEL)
                                ? ", or for sentinels rediss-sentinel:// or valkeys-sentinel://"
                                : "")
                        + ", seen " + seen(scheme, target) + "; write " + instead(scheme, supported)
                        + "://host:port, and let the server listen on a TLS port");
    }

    private static String seen(String scheme, @Nullable Target target) {
        if (target != null) {
            return scheme + "://, which names sentinels";
        }
        if (scheme.isEmpty()) {
            return "none";
        }
        String problem = REFUSED.get(scheme);
        return problem == null
                ? "another one (it is not shown, because a user or password may stand there)"
                : scheme + "://, " + problem;
    }

    private static String instead(String scheme, Set<Target> supported) {
        String brand = scheme.equals("redis") || scheme.equals("redis-sentinel") ? "rediss" : "valkeys";
        return scheme.endsWith("-sentinel") && supported.contains(Target.SENTINEL) ? brand + "-sentinel" : brand;
    }
}
