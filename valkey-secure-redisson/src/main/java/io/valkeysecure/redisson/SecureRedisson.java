package io.valkeysecure.redisson;

import io.valkeysecure.RefusalReason;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsConfigurationException;
import io.valkeysecure.internal.adapter.RefusalReporter;
import java.util.Objects;
import org.redisson.Redisson;
import org.redisson.api.RedissonClient;
import org.redisson.client.NettyHook;
import org.redisson.config.Config;

/**
 * Makes Redisson clients that connect to Valkey by verified TLS only. A {@link SecureTls} says which servers to trust
 * and which client certificate to present; every connection of the client is verified against it before Redisson writes
 * a byte.
 *
 * <pre>{@code
 * try (SecureTls tls = SecureTls.trusting(TrustAnchors.pem(Path.of("/etc/valkey/tls/ca.crt")))
 *         .presenting(ClientIdentity.pem(Path.of("/etc/valkey/tls/tls.crt"), Path.of("/etc/valkey/tls/tls.key")))
 *         .build()) {
 *     Config config = new Config().setUsername("app").setPassword(password);
 *     config.useSingleServer().setAddress("valkeys://valkey.internal:6379");
 *     RedissonClient client = SecureRedisson.client(tls, config);
 *     client.getBucket("greeting").set("hello");
 *     client.shutdown();
 * }
 * }</pre>
 *
 * <p>Shut down the client first, then close the {@code SecureTls}.
 *
 * <p><b>Guarantee.</b> A guard in the Netty pipeline of each channel verifies the first connection, every reconnect,
 * pub/sub, and each node, replica and sentinel that Redisson discovers. A channel without TLS does not connect.
 * Redisson is told that a channel is active, and writes its first {@code AUTH} or {@code PING}, only after the server
 * is verified. If the server cannot be verified, the connection is refused; {@link RefusalReason#of} finds the reason
 * in Redisson's exception.
 *
 * <p><b>Rotation.</b> After a renewal of the client identity, each connection is replaced by a new one, and closed when
 * none of its commands is in flight. If a server no longer proves its identity, its connections are closed at once, and
 * their commands in flight fail with the reason. Redisson then reconnects, and the server is verified again.
 *
 * <p><b>Settings.</b> Addresses without TLS, and TLS settings of Redisson's own, are refused with a
 * {@link TlsConfigurationException} that names the setting.
 *
 * <p>Methods and clients are thread-safe.
 */
public final class SecureRedisson {
    private SecureRedisson() {}

    /**
     * Makes a client, which connects as {@link Redisson#create(Config)} does. What Redisson throws if it cannot connect
     * holds the reasons of all refusals.
     *
     * @param tls which servers to trust and which client certificate to present
     * @param config Redisson's configuration, of which a copy is used
     * @return Redisson's client
     * @throws TlsConfigurationException if the configuration does not ask for verified TLS, or has TLS settings of its
     *     own
     * @throws IllegalArgumentException if another {@link SecureTls} guards the configuration
     */
    public static RedissonClient client(SecureTls tls, Config config) {
        RefusalReporter reporter = new RefusalReporter();
        try {
            return Redisson.create(guarded(tls, config, reporter));
        } catch (RuntimeException e) {
            reporter.addTo(e);
            throw e;
        } finally {
            reporter.end();
        }
    }

    /**
     * Makes a guarded copy of a configuration, for code that makes Redisson's client itself, as an integration of a
     * framework does. The {@link NettyHook} of the copy is the guard, and a hook that is set in the copy later is called
     * before it. Redisson's own TLS trusts nobody in the copy, so that a channel that the guard does not reach fails. So
     * does one of a {@code new Config(copy)} whose hook is replaced, unless its {@code sslVerificationMode} is set to
     * {@code NONE}: do not replace the hook there.
     *
     * @param tls which servers to trust and which client certificate to present
     * @param config Redisson's configuration; a {@link NettyHook} in it is called before the guard
     * @return a copy for {@link Redisson#create(Config)}
     * @throws TlsConfigurationException if the configuration does not ask for verified TLS, or has TLS settings of its
     *     own
     * @throws IllegalArgumentException if another {@link SecureTls} guards the configuration
     */
    public static Config secure(SecureTls tls, Config config) {
        RefusalReporter nobody = new RefusalReporter();
        nobody.end();
        return guarded(tls, config, nobody);
    }

    private static Config guarded(SecureTls tls, Config config, RefusalReporter reporter) {
        Objects.requireNonNull(tls, "tls");
        NettyHook before = GuardHook.usersHook(tls, config.getNettyHook());
        return new GuardedConfig(config, new GuardHook(tls, before, reporter));
    }
}
