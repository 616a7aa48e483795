package io.valkeysecure.lettuce;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SslVerifyMode;
import io.lettuce.core.cluster.RedisClusterURIUtil;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.TlsConfigurationException;
import io.valkeysecure.internal.root.RootTypes;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a URI has to be like. No message of this class holds the text of a URI, which may hold a password. */
final class TlsUri {
    /** Lettuce knows neither the names of Valkey nor upper case. */
    private static final Map<String, String> SECURE_SCHEMES = Map.of(
            "rediss", RedisURI.URI_SCHEME_REDIS_SECURE,
            "valkeys", RedisURI.URI_SCHEME_REDIS_SECURE,
            "rediss-sentinel", RedisURI.URI_SCHEME_REDIS_SENTINEL_SECURE,
            "valkeys-sentinel", RedisURI.URI_SCHEME_REDIS_SENTINEL_SECURE);

    /** Of RFC 3986, those that a user info cannot hold as they are, or that mean something to Lettuce there. */
    private static final String RESERVED = "/?#[]@:%,";

    /** Lettuce's options in a query. */
    private static final Set<String> OPTIONS = Set.of(
            RedisURI.PARAMETER_NAME_TIMEOUT,
            RedisURI.PARAMETER_NAME_DATABASE,
            RedisURI.PARAMETER_NAME_DATABASE_ALT,
            RedisURI.PARAMETER_NAME_SENTINEL_MASTER_ID,
            RedisURI.PARAMETER_NAME_CLIENT_NAME,
            RedisURI.PARAMETER_NAME_LIBRARY_NAME,
            RedisURI.PARAMETER_NAME_LIBRARY_VERSION,
            RedisURI.PARAMETER_NAME_VERIFY_PEER);

    private static final Set<String> PLAINTEXT_SCHEMES =
            Set.of("redis", "valkey", "redis-sentinel", "valkey-sentinel", "redis-socket", "redis+socket");

    private TlsUri() {}

    static RedisURI parse(String text) {
        return read(lettuces(text), RedisURI::create);
    }

    /** Lettuce's answer to null; its own message is of a class that is not for others. */
    @CanIgnoreReturnValue
    static <T> T notNull(@Nullable T value, String what) {
        if (value == null) {
            throw new IllegalArgumentException(what + " must not be null");
        }
        return value;
    }

    /** Whatever Lettuce says quotes the text, and so does what its cause says. */
    private static <T> T read(URI uri, Function<URI, T> lettuces) {
        try {
            return lettuces.apply(uri);
        } catch (RuntimeException e) {
            throw unreadable("host, port, database or an option of it is not as needed");
        }
    }

    private static IllegalArgumentException unreadable(String why) {
        return new IllegalArgumentException("the server's URI cannot be read: " + why + "; expected one such as "
                + "rediss://user@host:6379, and in a password "
                + RESERVED.chars()
                        .mapToObj(c -> String.format(Locale.ROOT, "%%%02X for %c", c, c))
                        .collect(Collectors.joining(", "))
                + " (its text is not shown, since it may hold one)");
    }

    /**
     * A character that ends the user info makes a part of the password the host, the port, or the path. An {@code @} behind
     * the authority shows it; only an option may hold one.
     */
    private static void requireUserInfoInAuthority(URI uri) {
        boolean known = uri.getRawQuery() == null
                || !uri.getRawQuery().contains("@")
                || Arrays.stream(uri.getRawQuery().split("&", -1))
                        .allMatch(option -> OPTIONS.contains(option.split("=", 2)[0]));
        if (!known || contains(uri.getRawPath(), '@') || contains(uri.getRawFragment(), '@')) {
            throw unreadable("an @ stands behind the host, as when a password holds a / ? or #");
        }
        if (uri.getRawAuthority() == null) {
            throw unreadable("the host is missing");
        }
        if (uri.getRawAuthority().indexOf('@') != uri.getRawAuthority().lastIndexOf('@')) {
            throw unreadable("more than one @ stands before the host");
        }
    }

    private static boolean contains(@Nullable String part, char c) {
        return part != null && part.indexOf(c) >= 0;
    }

    /** The seeds of a cluster: hosts and ports, separated by commas, share all else. */
    static List<RedisURI> parseSeeds(String text) {
        URI uri = lettuces(text);
        if (uri.getScheme().equals(RedisURI.URI_SCHEME_REDIS_SENTINEL_SECURE)) {
            throw new IllegalArgumentException("the URI names sentinels, and a cluster has none; write rediss:// or "
                    + "valkeys:// for a cluster, or make the client by SecureLettuce.client(...)");
        }
        return read(uri, RedisClusterURIUtil::toRedisURIs);
    }

    private static URI lettuces(String text) {
        URI uri;
        try {
            uri = new URI(notNull(text, "URI"));
        } catch (URISyntaxException e) {
            // neither the cause nor its message, both of which quote the text
            throw unreadable("at index " + e.getIndex() + ": " + e.getReason());
        }
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        if (PLAINTEXT_SCHEMES.contains(scheme)) {
            throw plaintext("the URI's scheme " + scheme + ":// is without TLS; write " + instead(scheme));
        }
        String lettuces = SECURE_SCHEMES.get(scheme);
        if (lettuces == null) {
            // not shown: where the scheme is missing, a user name or a password stands in its place
            throw new IllegalArgumentException(
                    "the URI's scheme is missing or another one; expected rediss:// or valkeys://");
        }
        requireUserInfoInAuthority(uri);
        return URI.create(lettuces + text.substring(scheme.length()));
    }

    private static String instead(String scheme) {
        return scheme.endsWith("-sentinel")
                ? "rediss-sentinel:// or valkeys-sentinel://"
                : scheme.endsWith("socket")
                        ? "rediss://host:port, for a Unix socket carries no TLS"
                        : "rediss:// or valkeys://";
    }

    static void requireVerifiedTls(RedisURI uri) {
        requireVerifiedTls(uri, "RedisURI");
        for (int i = 0; i < uri.getSentinels().size(); i++) {
            requireVerifiedTls(uri.getSentinels().get(i), "RedisURI.sentinels[" + i + "]");
        }
    }

    static void requireVerifiedTls(List<RedisURI> seeds) {
        for (int i = 0; i < seeds.size(); i++) {
            requireVerifiedTls(seeds.get(i), "RedisURI[" + i + "]");
        }
    }

    private static void requireVerifiedTls(RedisURI uri, String name) {
        if (!isEmpty(uri.getSocket())) {
            throw plaintext(name + ".socket is set: a Unix socket carries no TLS; write rediss://host:port");
        }
        if (uri.isStartTls()) {
            throw plaintext(
                    name + ".startTls is true: the connection would begin in plaintext; remove withStartTls(true), and "
                            + "write rediss:// or valkeys:// instead of redis+tls://");
        }
        if (!uri.isSsl()) {
            throw plaintext(
                    name + ".ssl is false: the connection would be without TLS; write rediss:// or valkeys://, or "
                            + "RedisURI.Builder.withSsl(true)");
        }
        if (uri.getVerifyMode() != SslVerifyMode.FULL) {
            throw RootTypes.configurationRefused(
                    RefusalReason.UNSUPPORTED_SETTING,
                    name + ".verifyPeer is " + uri.getVerifyMode()
                            + ": path and name of the server are always verified; remove it or write FULL, and trust the "
                            + "server's issuer by SecureTls.trusting(...)");
        }
    }

    private static boolean isEmpty(@Nullable String text) {
        return text == null || text.isEmpty();
    }

    private static TlsConfigurationException plaintext(String message) {
        return RootTypes.configurationRefused(RefusalReason.PLAINTEXT_REQUESTED, message);
    }
}
