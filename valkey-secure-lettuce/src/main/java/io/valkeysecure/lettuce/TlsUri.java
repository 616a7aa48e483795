package io.valkeysecure.lettuce;

import io.lettuce.core.RedisURI;
import io.lettuce.core.SslVerifyMode;
import io.lettuce.core.cluster.RedisClusterURIUtil;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.TlsConfigurationException;
import io.valkeysecure.internal.adapter.ServerUris;
import io.valkeysecure.internal.adapter.ServerUris.Target;
import io.valkeysecure.internal.annotation.CanIgnoreReturnValue;
import io.valkeysecure.internal.root.RootTypes;
import java.net.URI;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads URIs into Lettuce's {@link RedisURI}, and requires that a {@code RedisURI} asks for verified TLS.
 * {@link ServerUris} decides about schemes. No message shows the text of a URI, which may hold a password; Lettuce's
 * own messages do.
 */
final class TlsUri {
    /** The options that Lettuce reads from a query. */
    private static final Set<String> OPTIONS = Set.of(
            RedisURI.PARAMETER_NAME_TIMEOUT,
            RedisURI.PARAMETER_NAME_DATABASE,
            RedisURI.PARAMETER_NAME_DATABASE_ALT,
            RedisURI.PARAMETER_NAME_SENTINEL_MASTER_ID,
            RedisURI.PARAMETER_NAME_CLIENT_NAME,
            RedisURI.PARAMETER_NAME_LIBRARY_NAME,
            RedisURI.PARAMETER_NAME_LIBRARY_VERSION,
            RedisURI.PARAMETER_NAME_VERIFY_PEER);

    private TlsUri() {}

    static RedisURI parse(String text) {
        return convert(withLettuceScheme(text), RedisURI::create);
    }

    /** Parses the seeds of a cluster: hosts and ports, separated by commas, which share the rest of the URI. */
    static List<RedisURI> parseSeeds(String text) {
        URI uri = withLettuceScheme(text);
        if (uri.getScheme().equals(RedisURI.URI_SCHEME_REDIS_SENTINEL_SECURE)) {
            throw new IllegalArgumentException(
                    "expected the URI of a cluster, with rediss:// or valkeys://, seen one of"
                            + " sentinels, which a cluster does not have; for sentinels use SecureLettuce.client(...)");
        }
        return convert(uri, RedisClusterURIUtil::toRedisURIs);
    }

    /** Throws the exception that Lettuce throws for null. Lettuce's own method for it is not public. */
    @CanIgnoreReturnValue
    static <T> T notNull(@Nullable T value, String name) {
        if (value == null) {
            throw new IllegalArgumentException(name + " must not be null");
        }
        return value;
    }

    /**
     * Returns the URI with the scheme by which Lettuce knows it: Lettuce reads neither {@code valkeys} nor upper case.
     */
    private static URI withLettuceScheme(String text) {
        URI uri = ServerUris.parse(notNull(text, "URI"), IllegalArgumentException::new);
        Target target = ServerUris.requireTls(uri, EnumSet.allOf(Target.class));
        requireUserInfoInAuthority(uri);
        String scheme = target == Target.SENTINEL
                ? RedisURI.URI_SCHEME_REDIS_SENTINEL_SECURE
                : RedisURI.URI_SCHEME_REDIS_SECURE;
        return URI.create(scheme + text.substring(uri.getScheme().length()));
    }

    /** Drops the exception of Lettuce: its message and its cause quote the URI. */
    private static <T> T convert(URI uri, Function<URI, T> converter) {
        try {
            return converter.apply(uri);
        } catch (RuntimeException e) {
            throw unreadable("the host, the port, the database or an option is malformed");
        }
    }

    /**
     * Requires that an {@code @} stands in the authority only. A {@code /}, {@code ?} or {@code #} in a password ends
     * the authority, so that parts of the password become host, port and path, and the {@code @} comes after them. The
     * value of an option may contain an {@code @}.
     */
    private static void requireUserInfoInAuthority(URI uri) {
        boolean onlyInOptions = uri.getRawQuery() == null
                || !uri.getRawQuery().contains("@")
                || Arrays.stream(uri.getRawQuery().split("&", -1))
                        .allMatch(option -> OPTIONS.contains(option.split("=", 2)[0]));
        if (!onlyInOptions || contains(uri.getRawPath(), '@') || contains(uri.getRawFragment(), '@')) {
            throw unreadable("an @ comes after the host, as when a password contains a / ? or #");
        }
        if (uri.getRawAuthority() == null) {
            throw unreadable("the host is missing");
        }
        if (uri.getRawAuthority().indexOf('@') != uri.getRawAuthority().lastIndexOf('@')) {
            throw unreadable("more than one @ comes before the host");
        }
    }

    private static boolean contains(@Nullable String part, char c) {
        return part != null && part.indexOf(c) >= 0;
    }

    private static IllegalArgumentException unreadable(String problem) {
        return new IllegalArgumentException(ServerUris.unreadable(problem));
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
            throw plaintext(name + ".startTls is true, expected false: the connection would begin in plaintext; remove"
                    + " withStartTls(true), and write rediss:// or valkeys:// instead of redis+tls://");
        }
        if (!uri.isSsl()) {
            throw plaintext(name
                    + ".ssl is false, expected true: the connection would be without TLS; write rediss:// or valkeys://, or"
                    + " RedisURI.Builder.withSsl(true)");
        }
        if (uri.getVerifyMode() != SslVerifyMode.FULL) {
            throw RootTypes.configurationRefused(
                    RefusalReason.UNSUPPORTED_SETTING,
                    name + ".verifyPeer is " + uri.getVerifyMode()
                            + ", expected FULL: certificate chain and name of the server are always verified; remove the"
                            + " setting, and trust the server's issuer by SecureTls.trusting(...)");
        }
    }

    private static boolean isEmpty(@Nullable String text) {
        return text == null || text.isEmpty();
    }

    private static TlsConfigurationException plaintext(String message) {
        return RootTypes.configurationRefused(RefusalReason.PLAINTEXT_REQUESTED, message);
    }
}
