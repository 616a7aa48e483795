package io.valkeysecure.jedis;

import io.valkeysecure.Endpoint;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.TlsConfigurationException;
import io.valkeysecure.internal.root.RootTypes;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.DefaultRedisCredentials;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.RedisProtocol;
import redis.clients.jedis.util.JedisURIHelper;

/**
 * A URI that asks for TLS, checked before Jedis' own parsing sees it: that one shows the whole URI in its exceptions,
 * password included, and does not know {@code valkeys}. What the parts mean is left to it, so that a URI means here what
 * it means there. The builder of Jedis that takes a URI is not used, since Jedis 6 has none.
 *
 * <p>A password that is not percent-encoded moves the borders between the parts: behind a {@code /}, {@code ?} or
 * {@code #} in it the rest is path, parameter or fragment, and what comes before may be read as host and port. So no message
 * shows any part as it was written, but words of fixed lists.
 */
final class TlsUri {
    private static final Set<String> TLS_SCHEMES = Set.of("valkeys", "rediss");
    private static final Set<String> PLAINTEXT_SCHEMES = Set.of(
            "redis", "valkey", "redis-socket", "redis-sentinel", "rediss-sentinel", "unix", "tcp", "http", "https");

    /** What Lettuce or other clients read, and Jedis does not. */
    private static final Set<String> FOREIGN_PARAMETERS = Set.of(
            "verifyPeer",
            "startTls",
            "ssl",
            "timeout",
            "database",
            "db",
            "clientName",
            "libraryName",
            "libraryVersion",
            "sentinelMasterId",
            "user",
            "username",
            "password");

    private static final String EXAMPLE = "valkeys://user:password@host:6379/0";

    private final URI uri;
    private final HostAndPort hostAndPort;

    private TlsUri(URI uri) {
        this.uri = uri;
        requireTlsScheme(uri.getScheme());
        this.hostAndPort = hostAndPortOf(uri);
        requireReadableParts(uri);
    }

    static TlsUri of(URI uri) {
        return new TlsUri(Objects.requireNonNull(uri, "uri"));
    }

    /** Parses a URI; the exception of the JDK, which shows all of it, is not passed on. */
    static TlsUri parse(String text) {
        try {
            return new TlsUri(new URI(Objects.requireNonNull(text, "uri")));
        } catch (URISyntaxException e) {
            throw refused("uri is malformed at index " + e.getIndex() + ": "
                    + e.getReason().toLowerCase(Locale.ROOT) + "; write it as " + EXAMPLE
                    + ", with special characters of user and password percent-encoded");
        }
    }

    HostAndPort hostAndPort() {
        return hostAndPort;
    }

    JedisClientConfig clientConfig() {
        DefaultJedisClientConfig.Builder config = DefaultJedisClientConfig.builder();
        if (uri.getUserInfo() != null) {
            config.credentials(
                    new DefaultRedisCredentials(JedisURIHelper.getUser(uri), JedisURIHelper.getPassword(uri)));
        }
        config.database(JedisURIHelper.getDBIndex(uri));
        RedisProtocol protocol = JedisURIHelper.getRedisProtocol(uri);
        if (protocol != null) {
            config.protocol(protocol);
        }
        return config.build();
    }

    private static void requireTlsScheme(@Nullable String scheme) {
        if (scheme == null) {
            throw plaintext("uri has no scheme", "valkeys");
        }
        String name = scheme.toLowerCase(Locale.ROOT);
        if (!TLS_SCHEMES.contains(name)) {
            String shown = PLAINTEXT_SCHEMES.contains(name) ? " " + name + "://" : "";
            throw plaintext("uri scheme" + shown + " is not a TLS one", name.equals("redis") ? "rediss" : "valkeys");
        }
    }

    private static HostAndPort hostAndPortOf(URI uri) {
        if (uri.getHost() == null) {
            throw refused("uri names no valid host: write it as " + EXAMPLE
                    + ", the host without underscores, special characters of user and password percent-encoded");
        }
        if (uri.getPort() == -1) {
            throw refused("uri names no port: write it as " + EXAMPLE);
        }
        // A URI has an IPv6 address in brackets; Endpoint takes them off and checks the port.
        try {
            Endpoint endpoint = new Endpoint(uri.getHost(), uri.getPort());
            return new HostAndPort(endpoint.host(), endpoint.port());
        } catch (IllegalArgumentException e) {
            throw refused("uri names no valid address: host must be a name or an address, port must be 1 to 65535;"
                    + " special characters of user and password must be percent-encoded");
        }
    }

    private static void requireReadableParts(URI uri) {
        if (uri.getUserInfo() != null && uri.getUserInfo().indexOf(':') < 0) {
            throw refused("uri names a user without a password: write user:password@host, or leave both out and give"
                    + " them to DefaultJedisClientConfig.builder()");
        }
        if (!uri.getPath().matches("/?|/\\d{1,9}")) {
            throw refused("uri path must be empty or a database number such as /0");
        }
        if (uri.getRawFragment() != null) {
            throw refused("uri must not have a # part; a # in user or password is written %23");
        }
        String query = uri.getRawQuery();
        if (query == null) {
            return;
        }
        for (String parameter : query.split("&", -1)) {
            String name = parameter.split("=", 2)[0];
            if (!name.equals("protocol")) {
                // Jedis would ignore it. Whoever wrote verifyPeer=NONE, or misspelt a name, has to hear of it.
                String shown = FOREIGN_PARAMETERS.contains(name) && query.indexOf('@') < 0 ? " " + name : "";
                throw refused("uri parameter" + shown + " is not read: TLS is set up with SecureTls and TlsPolicy, all"
                        + " else with DefaultJedisClientConfig.builder(); only protocol may stand here, and a ? in user or"
                        + " password is written %3F");
            }
        }
        try {
            JedisURIHelper.getRedisProtocol(uri);
        } catch (IllegalArgumentException e) {
            throw refused("uri parameter protocol must be 2 or 3");
        }
    }

    private static TlsConfigurationException plaintext(String seen, String instead) {
        return RootTypes.configurationRefused(
                RefusalReason.PLAINTEXT_REQUESTED,
                seen + ": write " + instead + "://host:port, and have the server listen on a TLS port");
    }

    private static TlsConfigurationException refused(String message) {
        return RootTypes.configurationRefused(RefusalReason.UNSUPPORTED_SETTING, message);
    }
}
