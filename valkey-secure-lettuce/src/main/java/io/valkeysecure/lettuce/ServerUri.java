package io.valkeysecure.lettuce;

import io.lettuce.core.RedisURI;
import io.lettuce.core.SslVerifyMode;
import io.lettuce.core.cluster.RedisClusterURIUtil;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.TlsConfigurationException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a URI has to be like. No message of this class holds the text of a URI, which may hold a password. */
final class ServerUri {
    /** Lettuce knows neither the names of Valkey nor upper case. */
    private static final Map<String, String> SECURE_SCHEMES = Map.of(
            "rediss", RedisURI.URI_SCHEME_REDIS_SECURE,
            "valkeys", RedisURI.URI_SCHEME_REDIS_SECURE,
            "rediss-sentinel", RedisURI.URI_SCHEME_REDIS_SENTINEL_SECURE,
            "valkeys-sentinel", RedisURI.URI_SCHEME_REDIS_SENTINEL_SECURE);

    private static final Set<String> PLAINTEXT_SCHEMES =
            Set.of("redis", "valkey", "redis-sentinel", "valkey-sentinel", "redis-socket", "redis+socket");

    private ServerUri() {}

    static RedisURI parse(String text) {
        return RedisURI.create(lettuces(text));
    }

    /** The seeds of a cluster: hosts and ports, separated by commas, share all else. */
    static List<RedisURI> parseSeeds(String text) {
        URI uri = lettuces(text);
        if (uri.getScheme().equals(RedisURI.URI_SCHEME_REDIS_SENTINEL_SECURE)) {
            throw new IllegalArgumentException("the URI names sentinels, and a cluster has none; write rediss:// or "
                    + "valkeys:// for a cluster, or make the client by SecureLettuce.client(...)");
        }
        return RedisClusterURIUtil.toRedisURIs(uri);
    }

    private static URI lettuces(String text) {
        URI uri;
        try {
            uri = new URI(text);
        } catch (URISyntaxException e) {
            // neither the cause nor its message, both of which quote the text
            throw new IllegalArgumentException("the server's URI cannot be read at index " + e.getIndex() + ": "
                    + e.getReason() + "; expected one such as rediss://user@host:6379");
        }
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        if (PLAINTEXT_SCHEMES.contains(scheme)) {
            throw plaintext("the URI's scheme " + scheme + ":// is without TLS; write " + instead(scheme));
        }
        String lettuces = SECURE_SCHEMES.get(scheme);
        if (lettuces == null) {
            throw new IllegalArgumentException("the URI's scheme " + (scheme.isEmpty() ? "is missing" : "is " + scheme)
                    + "; expected rediss:// or valkeys://");
        }
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
            throw new TlsConfigurationException(
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
        return new TlsConfigurationException(RefusalReason.PLAINTEXT_REQUESTED, message);
    }
}
