package io.valkeysecure.spring;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.valkeysecure.ClientIdentity;
import io.valkeysecure.Endpoint;
import io.valkeysecure.Engine;
import io.valkeysecure.Revocation;
import io.valkeysecure.Rotation;
import io.valkeysecure.SecureTls;
import io.valkeysecure.ServerIdentity;
import io.valkeysecure.SpkiPin;
import io.valkeysecure.TlsConfigurationException;
import io.valkeysecure.TlsPolicy;
import io.valkeysecure.TlsVersion;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.observe.TlsListener;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.NoSuchSslBundleException;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.util.StringUtils;

/** Makes the {@link SecureTls} of an application from its SSL bundle or files, and from {@code valkey.secure.*}. */
final class SecureTlsFactory {
    private static final Log LOG = LogFactory.getLog(SecureTlsFactory.class);
    private static final String FILE_SCHEME = "file:";

    private final ValkeySecureProperties properties;
    private final @Nullable String bundleName;
    private final @Nullable SslBundles bundles;
    private final @Nullable SslBundle unnamedBundle;

    /**
     * Makes a factory.
     *
     * @param properties what Spring Boot has no property for
     * @param bundleName what spring.data.redis.ssl.bundle names, or null
     * @param bundles the SSL bundles of the application, or null
     * @param unnamedBundle the bundle of connection details, used if no name is given, or null
     */
    SecureTlsFactory(
            ValkeySecureProperties properties,
            @Nullable String bundleName,
            @Nullable SslBundles bundles,
            @Nullable SslBundle unnamedBundle) {
        this.properties = properties;
        this.bundleName = StringUtils.hasText(bundleName) ? bundleName : null;
        this.bundles = bundles;
        this.unnamedBundle = unnamedBundle;
    }

    SecureTls create(List<TlsListener> listeners) {
        TlsBundle bundle = bundle();
        ClientIdentity identity = identity(bundle);
        SecureTls.WantsClientIdentity trusting = SecureTls.trusting(trust(bundle));
        SecureTls.Builder builder = identity == null ? trusting.withoutClientIdentity() : trusting.presenting(identity);
        builder.policy(valid("valkey.secure.policy", () -> policy(bundle)));
        builder.rotation(valid("valkey.secure.rotation", this::rotation));
        builder.revocation(valid("valkey.secure.revocation", this::revocation));
        builder.engine(engine());
        ServerIdentity server = valid("valkey.secure.server-identity", this::serverIdentity);
        if (server != null) {
            builder.serverIdentity(server);
        }
        valid("valkey.secure.server-names", () -> serverNames(builder));
        if (!properties.pins().isEmpty()) {
            valid(
                    "valkey.secure.pins",
                    () -> builder.pins(
                            properties.pins().stream().map(SpkiPin::parse).toArray(SpkiPin[]::new)));
        }
        if (!properties.reportUnguarded().isEmpty()) {
            valid(
                    "valkey.secure.report-unguarded",
                    () -> builder.reportUnguarded(properties.reportUnguarded().stream()
                            .mapToInt(Integer::intValue)
                            .toArray()));
        }
        builder.listener(listeners.toArray(TlsListener[]::new));
        SecureTls tls = builder.build();
        if (bundleName != null && bundles != null) {
            bundles.addBundleUpdateHandler(bundleName, updated -> reload(tls));
        }
        return tls;
    }

    /**
     * Handlers of a bundle are called in turn, so nothing may be thrown: the reason is logged, and shown by the health.
     */
    private static void reload(SecureTls tls) {
        try {
            tls.reload();
        } catch (TlsConfigurationException e) {
            LOG.warn("the updated SSL bundle is not in force, the last good one stays: " + e.getMessage());
        } catch (IllegalStateException e) {
            LOG.debug("an SSL bundle was updated after the application was closed", e);
        }
    }

    private @Nullable TlsBundle bundle() {
        String name = bundleName;
        if (name == null) {
            SslBundle unnamed = unnamedBundle;
            return unnamed == null ? null : new TlsBundle("of the connection details", () -> unnamed);
        }
        if (!properties.trust().isEmpty() || properties.identity().isSet()) {
            throw new ConfigurationRefusedException(
                    "trust or identity is named twice: by spring.data.redis.ssl.bundle=" + name
                            + " and by valkey.secure.trust or valkey.secure.identity",
                    "Keep spring.data.redis.ssl.bundle, or remove it and keep valkey.secure.trust and valkey.secure.identity.");
        }
        SslBundles all = bundles;
        if (all == null) {
            throw noSuchBundle(name, List.of());
        }
        try {
            Objects.requireNonNull(all.getBundle(name));
        } catch (NoSuchSslBundleException e) {
            throw noSuchBundle(name, all.getBundleNames());
        }
        return new TlsBundle(name, () -> all.getBundle(name));
    }

    private static ConfigurationRefusedException noSuchBundle(String name, List<String> names) {
        return new ConfigurationRefusedException(
                "spring.data.redis.ssl.bundle names the SSL bundle '" + name + "', which does not exist; there are "
                        + names,
                "Write spring.ssl.bundle.pem." + name
                        + ".truststore.certificate=<PEM file with the CA of the server>, or" + " correct the name.");
    }

    private TrustAnchors trust(@Nullable TlsBundle bundle) {
        if (!properties.trust().isEmpty()) {
            return TrustAnchors.pem(
                    properties.trust().stream().map(SecureTlsFactory::path).toArray(Path[]::new));
        }
        if (bundle != null && bundle.hasTrust()) {
            return bundle.anchors();
        }
        throw new ConfigurationRefusedException(
                bundle == null
                        ? "no trust is named: expected the CA of the Valkey server in an SSL bundle or in a file, saw neither"
                        : "no trust is named: the " + bundle + " has no truststore",
                "Write spring.data.redis.ssl.bundle=<name of an SSL bundle that has a truststore>, or"
                        + " valkey.secure.trust=<PEM file with the CA of the server>. The trust store of the JVM is never used.");
    }

    private @Nullable ClientIdentity identity(@Nullable TlsBundle bundle) {
        ValkeySecureProperties.Identity files = properties.identity();
        if (!files.isSet()) {
            return bundle != null && bundle.hasIdentity() ? bundle.identity() : null;
        }
        String certificate = files.certificate();
        if (certificate == null) {
            throw new ConfigurationRefusedException(
                    "valkey.secure.identity has a private key or a password, and no certificate",
                    "Write valkey.secure.identity.certificate=<PEM file with the client certificate>.");
        }
        Path key = path(Objects.requireNonNullElse(files.privateKey(), certificate));
        String password = files.privateKeyPassword();
        return password == null
                ? ClientIdentity.pem(path(certificate), key)
                : ClientIdentity.pem(path(certificate), key, password.toCharArray());
    }

    private static Path path(String text) {
        try {
            return Path.of(text.startsWith(FILE_SCHEME) ? text.substring(FILE_SCHEME.length()) : text);
        } catch (InvalidPathException e) {
            throw new ConfigurationRefusedException("not a path: " + e.getMessage(), "Write the path of a PEM file.");
        }
    }

    private TlsPolicy policy(@Nullable TlsBundle bundle) {
        ValkeySecureProperties.Policy wanted = properties.policy();
        TlsPolicy.Builder policy = switch (wanted.preset()) {
            case MODERN -> TlsPolicy.modern().toBuilder();
            case STRICT -> TlsPolicy.strict().toBuilder();
        };
        if (bundle != null) {
            bundle.tighten(
                    policy,
                    wanted.minimumVersion() != null,
                    !wanted.cipherSuites().isEmpty());
        }
        if (wanted.minimumVersion() != null) {
            policy.minimumVersion(version(wanted.minimumVersion()));
        }
        if (!wanted.cipherSuites().isEmpty()) {
            policy.cipherSuites(wanted.cipherSuites());
        }
        if (wanted.handshakeTimeout() != null) {
            policy.handshakeTimeout(wanted.handshakeTimeout());
        }
        if (wanted.minimumRsaKeyBits() != null) {
            policy.minimumRsaKeyBits(wanted.minimumRsaKeyBits());
        }
        if (wanted.requireServerAuth()) {
            policy.requireServerAuth();
        }
        if (wanted.requireProfile()) {
            policy.requireProfile();
        }
        if (wanted.requireEveryAnchor()) {
            policy.requireEveryAnchor();
        }
        if (wanted.requireHybridKeyExchange()) {
            policy.requireHybridKeyExchange();
        }
        return policy.build();
    }

    private static TlsVersion version(String text) {
        return Arrays.stream(TlsVersion.values())
                .filter(version -> version.protocol().equals(text))
                .findAny()
                .orElseThrow(
                        () -> new IllegalArgumentException("minimum version must be TLSv1.2 or TLSv1.3, was " + text));
    }

    private Rotation rotation() {
        ValkeySecureProperties.Watch wanted = properties.rotation();
        Rotation.Builder rotation = Rotation.builder();
        if (wanted.checkInterval() != null) {
            rotation.checkInterval(wanted.checkInterval());
        }
        if (wanted.readTimeout() != null) {
            rotation.readTimeout(wanted.readTimeout());
        }
        if (wanted.drainWindow() != null) {
            rotation.drainWindow(wanted.drainWindow());
        }
        if (wanted.reconnectsPerSecond() != null) {
            rotation.reconnectsPerSecond(wanted.reconnectsPerSecond());
        }
        if (wanted.refuseChangedIdentity()) {
            rotation.refuseChangedIdentity();
        }
        if (!wanted.expiryWarnings().isEmpty()) {
            rotation.expiryWarnings(wanted.expiryWarnings().toArray(Duration[]::new));
        }
        return rotation.build();
    }

    private Revocation revocation() {
        ValkeySecureProperties.RevocationCheck wanted = properties.revocation();
        if (!wanted.crls().isEmpty() && wanted.method() != ValkeySecureProperties.Method.CRLS) {
            throw new IllegalArgumentException("crls are named, and the method is " + wanted.method());
        }
        if (wanted.responder() != null && wanted.method() != ValkeySecureProperties.Method.OCSP) {
            throw new IllegalArgumentException("a responder is named, and the method is " + wanted.method());
        }
        Duration tolerance = wanted.tolerance();
        return switch (wanted.method()) {
            case NOT_CHECKED -> {
                if (tolerance != null) {
                    throw new IllegalArgumentException("a tolerance is named, and the method is NOT_CHECKED");
                }
                yield Revocation.notChecked();
            }
            case CRLS -> {
                Revocation.Crls crls = Revocation.crls(
                        wanted.crls().stream().map(SecureTlsFactory::path).toArray(Path[]::new));
                yield tolerance == null ? crls : crls.withTolerance(tolerance);
            }
            case OCSP -> {
                Revocation.Ocsp ocsp =
                        wanted.responder() == null ? Revocation.ocsp() : Revocation.ocsp(wanted.responder());
                yield tolerance == null ? ocsp : ocsp.withTolerance(tolerance);
            }
            case STAPLED ->
                tolerance == null ? Revocation.stapled() : Revocation.stapled().withTolerance(tolerance);
        };
    }

    private Engine engine() {
        return switch (properties.engine()) {
            case AUTO -> Engine.auto();
            case JDK -> Engine.jdk();
            case BORINGSSL -> Engine.boringSsl();
        };
    }

    private @Nullable ServerIdentity serverIdentity() {
        ValkeySecureProperties.ServerName wanted = properties.serverIdentity();
        int named = (wanted.hosts().isEmpty() ? 0 : 1)
                + (wanted.spiffeId() == null ? 0 : 1)
                + (wanted.spiffeTrustDomain() == null ? 0 : 1);
        if (named > 1) {
            throw new IllegalArgumentException("at most one of hosts, spiffe-id and spiffe-trust-domain may be set");
        }
        if (wanted.spiffeId() != null) {
            return ServerIdentity.spiffeId(wanted.spiffeId());
        }
        if (wanted.spiffeTrustDomain() != null) {
            return ServerIdentity.spiffeTrustDomain(wanted.spiffeTrustDomain());
        }
        return wanted.hosts().isEmpty()
                ? null
                : ServerIdentity.anyOf(wanted.hosts().toArray(String[]::new));
    }

    @CanIgnoreReturnValue
    private SecureTls.Builder serverNames(SecureTls.Builder builder) {
        for (ValkeySecureProperties.DialledServer server : properties.serverNames()) {
            String host = server.host();
            Integer port = server.port();
            String name = server.name();
            if (host == null || name == null) {
                throw new IllegalArgumentException("expected host and name, saw " + server);
            }
            if (port == null) {
                builder.serverName(host, name);
            } else {
                builder.serverName(new Endpoint(host, port), name);
            }
        }
        return builder;
    }

    /** Runs a step that fails for values that are out of range, weaker than the preset, or given twice. */
    @CanIgnoreReturnValue
    private static <T extends @Nullable Object> T valid(String property, Supplier<T> step) {
        try {
            return step.get();
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw new ConfigurationRefusedException(
                    property + " cannot be used: " + e.getMessage(),
                    "Correct " + property + ".* in the configuration.");
        }
    }
}
