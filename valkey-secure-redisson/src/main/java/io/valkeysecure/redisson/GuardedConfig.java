package io.valkeysecure.redisson;

import io.valkeysecure.RefusalReason;
import io.valkeysecure.TlsConfigurationException;
import io.valkeysecure.internal.adapter.ServerUris;
import io.valkeysecure.internal.adapter.ServerUris.Target;
import io.valkeysecure.internal.root.RootTypes;
import java.net.URI;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.redisson.client.NettyHook;
import org.redisson.config.BaseConfig;
import org.redisson.config.Config;
import org.redisson.config.SslProvider;
import org.redisson.config.SslVerificationMode;

/**
 * A copy of Redisson's configuration that has no TLS settings but ours. A subclass, because the settings of the
 * topology are for subclasses only.
 */
final class GuardedConfig extends Config {
    private static final TrustManagerFactory NOBODY = new TrustNobodyFactory();

    private static final Pattern SCHEME = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*)://.*", Pattern.DOTALL);

    /** The settings that are null by default, in the order of {@link #requireNoTls}. */
    private static final String[] UNSET = {
        "sslKeystoreType",
        "sslTruststore",
        "sslTruststorePassword",
        "sslKeystore",
        "sslKeystorePassword",
        "sslProtocols",
        "sslCiphers",
        "sslTrustManagerFactory",
        "sslKeyManagerFactory"
    };

    /** Null while the constructor of Redisson's configuration copies the user's settings. */
    private final @Nullable GuardHook guard;

    /**
     * Copies the configuration, if it can be guarded.
     *
     * @param guard the hook of the copy, from now on
     * @throws TlsConfigurationException if it does not ask for verified TLS, or has TLS settings of its own
     */
    @SuppressWarnings("deprecation") // the settings of each topology, which still have an effect
    GuardedConfig(Config config, GuardHook guard) {
        super(config);
        requireNoTls(
                "Config",
                getSslVerificationMode(),
                getSslProvider(),
                getSslKeystoreType(),
                getSslTruststore(),
                getSslTruststorePassword(),
                getSslKeystore(),
                getSslKeystorePassword(),
                getSslProtocols(),
                getSslCiphers(),
                // a guarded copy is copied again
                getSslTrustManagerFactory() == NOBODY ? null : getSslTrustManagerFactory(),
                getSslKeyManagerFactory());
        Stream.of(
                        getSingleServerConfig(),
                        getClusterServersConfig(),
                        getSentinelServersConfig(),
                        getReplicatedServersConfig(),
                        getMasterSlaveServersConfig())
                .filter(Objects::nonNull)
                .forEach(GuardedConfig::requireNoTls);
        for (String address : addresses()) {
            // Redisson reports what is missing
            if (address != null) {
                requireTls(address);
            }
        }
        this.guard = guard;
        super.setNettyHook(guard);
        super.setSslTrustManagerFactory(NOBODY);
    }

    /** Keeps the guard: the hook is called before it. */
    @Override
    public Config setNettyHook(NettyHook hook) {
        return super.setNettyHook(guard == null ? hook : guard.after(hook));
    }

    private List<@Nullable String> addresses() {
        List<@Nullable String> addresses = new ArrayList<>();
        if (getSingleServerConfig() != null) {
            addresses.add(getSingleServerConfig().getAddress());
        }
        if (getClusterServersConfig() != null) {
            addresses.addAll(getClusterServersConfig().getNodeAddresses());
        }
        if (getSentinelServersConfig() != null) {
            addresses.addAll(getSentinelServersConfig().getSentinelAddresses());
        }
        if (getReplicatedServersConfig() != null) {
            addresses.addAll(getReplicatedServersConfig().getNodeAddresses());
        }
        if (getMasterSlaveServersConfig() != null) {
            addresses.add(getMasterSlaveServersConfig().getMasterAddress());
            addresses.addAll(getMasterSlaveServersConfig().getSlaveAddresses());
        }
        return addresses;
    }

    private static void requireTls(String address) {
        Matcher written = SCHEME.matcher(address);
        // the rest of an address may hold a password, and Redisson reads it otherwise than java.net.URI
        var unused = ServerUris.requireTls(
                URI.create(written.matches() ? written.group(1) + "://host" : "//host"), EnumSet.of(Target.SERVER));
    }

    @SuppressWarnings("deprecation") // as in the constructor
    private static void requireNoTls(BaseConfig<?> topology) {
        requireNoTls(
                topology.getClass().getSimpleName(),
                topology.getSslVerificationMode(),
                topology.getSslProvider(),
                topology.getSslKeystoreType(),
                topology.getSslTruststore(),
                topology.getSslTruststorePassword(),
                topology.getSslKeystore(),
                topology.getSslKeystorePassword(),
                topology.getSslProtocols(),
                topology.getSslCiphers(),
                topology.getSslTrustManagerFactory(),
                topology.getSslKeyManagerFactory());
    }

    private static void requireNoTls(
            String owner, SslVerificationMode mode, SslProvider provider, @Nullable Object... others) {
        if (mode != SslVerificationMode.STRICT) {
            throw refused(
                    owner + ".sslVerificationMode is " + mode
                            + ", expected STRICT: certificate chain and name of the server are always verified",
                    "trust the server's issuer by SecureTls.trusting(...)");
        }
        if (provider != SslProvider.JDK) {
            throw refused(
                    owner + ".sslProvider is " + provider + ", expected the default: SecureTls sets the engine",
                    "use SecureTls.engine(...)");
        }
        for (int i = 0; i < UNSET.length; i++) {
            if (others[i] != null) {
                throw refused(
                        owner + "." + UNSET[i]
                                + " is set, expected none: SecureTls sets trust, identity, versions and cipher suites",
                        "use SecureTls.trusting(...), presenting(...) and policy(...)");
            }
        }
    }

    private static TlsConfigurationException refused(String seen, String instead) {
        return RootTypes.configurationRefused(
                RefusalReason.UNSUPPORTED_SETTING, seen + "; remove the setting, and " + instead);
    }
}
