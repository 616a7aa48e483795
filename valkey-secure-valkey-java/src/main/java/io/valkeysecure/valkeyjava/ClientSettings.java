package io.valkeysecure.valkeyjava;

import io.valkey.ClientCapaConfig;
import io.valkey.DefaultJedisClientConfig;
import io.valkey.Jedis;
import io.valkey.JedisClientConfig;
import io.valkey.UnifiedJedis;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.SecureTls;
import io.valkeysecure.internal.root.RootTypes;
import io.valkeysecure.valkeyjava.internal.VerifiedConnections;
import java.util.List;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * The part of {@link SecureClientConfig} that only valkey-java has. The build makes the other files of this package
 * from those of the adapter of Jedis; the POM lists them.
 */
abstract class ClientSettings implements JedisClientConfig {
    /** valkey-java's defaults for sentinels: no login, and no HELLO. */
    static final JedisClientConfig NO_LOGIN = DefaultJedisClientConfig.builder().build();

    private static final StackWalker CALLERS = StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

    final JedisClientConfig base;
    final VerifiedConnections connections;

    ClientSettings(SecureTls tls, JedisClientConfig base) {
        this.base = base;
        this.connections = new VerifiedConnections(tls, base, factory -> {});
    }

    /** Returns an empty list: valkey-java has no TLS settings that Jedis does not have. */
    static List<String> ownTlsSettings(JedisClientConfig base) {
        return List.of();
    }

    /**
     * Returns the factory, but not to the constructors of {@code Jedis} and {@code UnifiedJedis} that take a URI: they
     * make a configuration that has TLS only if the scheme of the URI says so, with the credentials of the URI.
     */
    @Override
    public SSLSocketFactory getSslSocketFactory() {
        Class<?> caller = CALLERS.getCallerClass();
        if (caller == Jedis.class || caller == UnifiedJedis.class) {
            throw RootTypes.configurationRefused(
                    RefusalReason.PLAINTEXT_REQUESTED,
                    "expected this configuration together with a HostAndPort, seen it with a URI, whose scheme decides"
                            + " about TLS; give the URI to SecureValkeyJava.pooled(tls, uri), or to hostAndPort(uri) and"
                            + " clientConfig(tls, uri)");
        }
        return connections.socketFactory();
    }

    @Override
    public @Nullable ClientCapaConfig getClientCapaConfig() {
        return base.getClientCapaConfig();
    }
}
