package io.valkeysecure.jedis;

import io.valkeysecure.Endpoint;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.TlsConfigurationException;
import io.valkeysecure.internal.adapter.ServerUris;
import io.valkeysecure.internal.adapter.ServerUris.Target;
import io.valkeysecure.internal.root.RootTypes;
import java.net.URI;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.DefaultRedisCredentials;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.RedisProtocol;
import redis.clients.jedis.util.JedisURIHelper;

/**
 * Reads a URI into Jedis' address and configuration. {@link ServerUris} decides about schemes; {@link JedisURIHelper}
 * reads user, password, database and protocol, so that a URI means the same as in Jedis. Everything is checked first,
 * because Jedis shows the whole URI in its exceptions, password included, and ignores parameters that it does not know.
 *
 * <p>Jedis' own builder that takes a URI is not used, because not every version has one.
 */
final class TlsUri {
    /** Parameters that Lettuce or other clients read, and Jedis ignores. */
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

    private final URI uri;
    private final HostAndPort hostAndPort;

    private TlsUri(URI uri) {
        this.uri = uri;
        ServerUris.requireTls(uri, EnumSet.of(Target.SERVER));
        this.hostAndPort = hostAndPortOf(uri);
        requireReadableParts(uri);
    }

    static TlsUri of(URI uri) {
        return new TlsUri(Objects.requireNonNull(uri, "uri"));
    }

    static TlsUri parse(String text) {
        return new TlsUri(ServerUris.parse(text, TlsUri::refused));
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

    private static HostAndPort hostAndPortOf(URI uri) {
        if (uri.getHost() == null) {
            throw unreadable("it has no valid host; a host name is written without underscores");
        }
        if (uri.getPort() == -1) {
            throw unreadable("it has no port");
        }
        // A URI has an IPv6 address in brackets; Endpoint removes them and checks the port.
        try {
            Endpoint endpoint = new Endpoint(uri.getHost(), uri.getPort());
            return new HostAndPort(endpoint.host(), endpoint.port());
        } catch (IllegalArgumentException e) {
            throw unreadable("the host must be a name or an address, and the port must be 1 to 65535");
        }
    }

    private static void requireReadableParts(URI uri) {
        if (uri.getUserInfo() != null && uri.getUserInfo().indexOf(':') < 0) {
            throw unreadable("it has a user without a password; write both, or neither and give them to"
                    + " DefaultJedisClientConfig.builder()");
        }
        if (!uri.getPath().matches("/?|/\\d{1,9}")) {
            throw unreadable("the path must be empty or a database number such as /0");
        }
        if (uri.getRawFragment() != null) {
            throw unreadable("it must not have a # part");
        }
        String query = uri.getRawQuery();
        if (query == null) {
            return;
        }
        for (String parameter : query.split("&", -1)) {
            String name = parameter.split("=", 2)[0];
            if (!name.equals("protocol")) {
                // Jedis would ignore it, and verifyPeer=NONE or a misspelled name would go unnoticed.
                String shown = FOREIGN_PARAMETERS.contains(name) && query.indexOf('@') < 0 ? " " + name : "";
                throw unreadable(
                        "parameter" + shown + " is not read, only protocol is; set TLS with SecureTls and TlsPolicy,"
                                + " and the rest with DefaultJedisClientConfig.builder()");
            }
        }
        try {
            JedisURIHelper.getRedisProtocol(uri);
        } catch (IllegalArgumentException e) {
            throw unreadable("parameter protocol must be 2 or 3");
        }
    }

    private static TlsConfigurationException unreadable(String problem) {
        return refused(ServerUris.unreadable(problem));
    }

    private static TlsConfigurationException refused(String message) {
        return RootTypes.configurationRefused(RefusalReason.UNSUPPORTED_SETTING, message);
    }
}
