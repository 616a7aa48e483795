package io.valkeysecure.vault;

import io.valkeysecure.ClientIdentity;
import io.valkeysecure.MaterialSource;
import io.valkeysecure.TrustAnchors;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A client identity that Vault's PKI secrets engine certifies. This process makes the key and asks Vault to sign a
 * request for a certificate ({@code pki/sign/:role}), so the key never leaves it.
 *
 * <pre>{@code
 * VaultPki identity = VaultPki.at("https://vault.internal:8200", TrustAnchors.pem(Path.of("/etc/vault/ca.crt")))
 *         .tokenFile(Path.of("/run/vault/token"))
 *         .role("pki", "valkey-client")
 *         .commonName("app")
 *         .build();
 * SecureTls tls = SecureTls.trusting(anchors).presenting(ClientIdentity.from(identity)).build();
 * }</pre>
 *
 * <p>Vault is asked when a {@code SecureTls} is built, and again at a check after two thirds of the certificate's life,
 * or up to a fifteenth of it earlier at random, so that many processes do not ask at once. If Vault does not give a
 * certificate that can be used, the last one stays in force, the status of the {@code SecureTls} says why, and Vault is
 * asked again after 20 to 40 seconds.
 *
 * <p>Vault's certificate is verified like that of a Valkey server, see {@link io.valkeysecure.ChainVerifier}. Tokens
 * and keys are in no message. There is nothing to close. Safe for use by many threads, and several {@code SecureTls}
 * may share one.
 */
public final class VaultPki implements MaterialSource<ClientIdentity> {
    private static final int RETRY_SECONDS = 20;

    private final VaultClient vault;
    private final CertificateRequest.Names names;
    private final int rsaBits;
    private final Clock clock;
    private final DoubleSupplier random;
    private @Nullable ClientIdentity last;
    private @Nullable String failure;
    private Instant due = Instant.MIN;

    private VaultPki(Builder builder) {
        this.vault = new VaultClient(builder);
        this.names = builder.names();
        this.rsaBits = builder.rsaBits;
        this.clock = builder.clock;
        this.random = builder.random;
    }

    /**
     * Starts with the address of Vault and whom to trust for it.
     *
     * @param address such as {@code https://vault.internal:8200}, without a path
     * @param anchors the CA certificates that the path of Vault's certificate may end at; read for each connection
     * @return the options
     * @throws IllegalArgumentException if the address is not of this form
     */
    public static Builder at(String address, TrustAnchors anchors) {
        return new Builder(address, anchors);
    }

    /** The options. How to log in, role and common name are required. Not safe for use by several threads. */
    public static final class Builder {
        final URI address;
        final TrustAnchors anchors;
        VaultClient.@Nullable Login login;

        @Nullable
        String mount;

        @Nullable
        String role;

        @Nullable
        String namespace;

        @Nullable
        Duration ttl;

        Clock clock = Clock.systemUTC();
        Duration readTimeout = Duration.ofSeconds(10);
        private @Nullable String commonName;
        private List<String> dnsNames = List.of();
        private List<String> uris = List.of();
        private int rsaBits;
        private DoubleSupplier random = () -> ThreadLocalRandom.current().nextDouble();

        private Builder(String address, TrustAnchors anchors) {
            this.address = URI.create(address);
            this.anchors = Objects.requireNonNull(anchors, "anchors");
            String form = "https://" + this.address.getAuthority();
            if (this.address.getHost() == null
                    || this.address.getUserInfo() != null
                    || !(address.equals(form) || address.equals(form + "/"))) {
                throw new IllegalArgumentException(
                        "expected the address of Vault as https://host:port, was " + this.address.getScheme() + "://"
                                + this.address.getHost() + "...; a token must not be sent without TLS");
            }
        }

        /**
         * Logs in with the token in a file, such as the sink of Vault Agent. The file is read for each request.
         *
         * @param file holds a token and nothing else
         * @return this
         */
        public Builder tokenFile(Path file) {
            login = new VaultClient.Login(file, null);
            return this;
        }

        /**
         * Logs in by AppRole, mounted at {@code auth/approle}, for each request. The files are read for each.
         *
         * @param roleId the file that holds the role ID
         * @param secretId the file that holds the secret ID
         * @return this
         */
        public Builder appRole(Path roleId, Path secretId) {
            login = new VaultClient.Login(secretId, Objects.requireNonNull(roleId, "roleId"));
            return this;
        }

        /**
         * Sets the role that signs.
         *
         * @param mount where the PKI engine is mounted, such as {@code pki}
         * @param role its role; its {@code key_type} has to be {@code ec} with 256 bits, or {@code any}, or see {@link
         *     #rsa}
         * @return this
         */
        public Builder role(String mount, String role) {
            this.mount = VaultClient.path(mount);
            this.role = VaultClient.path(role);
            return this;
        }

        /**
         * Sets the common name of the certificate.
         *
         * @param name such as {@code app}
         * @return this
         */
        public Builder commonName(String name) {
            this.commonName = Objects.requireNonNull(name, "name");
            return this;
        }

        /**
         * Sets the DNS names of the certificate. Default: those that the role makes of the common name.
         *
         * @param names such as {@code app.internal}
         * @return this
         */
        public Builder dnsNames(String... names) {
            this.dnsNames = List.of(names);
            return this;
        }

        /**
         * Sets the URIs of the certificate. The role has to allow them ({@code allowed_uri_sans}). Default: none.
         *
         * @param uris such as {@code spiffe://example.org/app}
         * @return this
         */
        public Builder uris(String... uris) {
            this.uris = List.of(uris);
            return this;
        }

        /**
         * Sets how long the certificate should live. Default: what the role says.
         *
         * @param ttl at least one second
         * @return this
         */
        public Builder ttl(Duration ttl) {
            this.ttl = ttl;
            return this;
        }

        /**
         * Makes RSA keys, for roles with {@code key_type=rsa}. Default: keys on P-256.
         *
         * @param bits 2048, 3072 or 4096
         * @return this
         */
        public Builder rsa(int bits) {
            if (!List.of(2048, 3072, 4096).contains(bits)) {
                throw new IllegalArgumentException("RSA keys must have 2048, 3072 or 4096 bits, were " + bits);
            }
            this.rsaBits = bits;
            return this;
        }

        /**
         * Sets the namespace of Vault Enterprise. Default: none.
         *
         * @param namespace such as {@code team-a}
         * @return this
         */
        public Builder namespace(String namespace) {
            this.namespace = VaultClient.path(namespace);
            return this;
        }

        /**
         * Sets the clock for renewals and validity dates. Default: {@link Clock#systemUTC()}.
         *
         * @param clock the clock
         * @return this
         */
        public Builder clock(Clock clock) {
            this.clock = Objects.requireNonNull(clock, "clock");
            return this;
        }

        /** For tests of the time of renewals; from 0 to 1. */
        Builder random(DoubleSupplier random) {
            this.random = random;
            return this;
        }

        /** For tests of a Vault that does not answer. */
        Builder readTimeout(Duration readTimeout) {
            this.readTimeout = readTimeout;
            return this;
        }

        private CertificateRequest.Names names() {
            return new CertificateRequest.Names(
                    Objects.requireNonNull(commonName, "the common name must be set"), dnsNames, uris);
        }

        /**
         * Builds the source. Nothing is read and nobody is asked yet.
         *
         * @return the source, for {@link ClientIdentity#from}
         * @throws NullPointerException if login, role or common name are not set
         */
        public VaultPki build() {
            Objects.requireNonNull(login, "tokenFile or appRole must be set");
            Objects.requireNonNull(role, "the role must be set");
            return new VaultPki(this);
        }
    }

    @Override
    public synchronized ClientIdentity current() throws IOException {
        Instant now = clock.instant();
        if (now.isBefore(due)) {
            if (failure != null) {
                throw new IOException(failure);
            }
            return Objects.requireNonNull(last);
        }
        try {
            CertificateRequest request = CertificateRequest.create(names, rsaBits);
            List<X509Certificate> chain = request.check(vault.sign(names, request.pem()), now);
            last = ClientIdentity.of(request.key(), chain);
            failure = null;
            due = renewal(chain.get(0));
            return last;
        } catch (IOException e) {
            failure = this + " gave no certificate: " + e.getMessage();
            due = now.plusSeconds(RETRY_SECONDS + Math.round(RETRY_SECONDS * random.getAsDouble()));
            throw new IOException(failure, e);
        }
    }

    private Instant renewal(X509Certificate certificate) {
        Instant begin = certificate.getNotBefore().toInstant();
        Duration fifteenth =
                Duration.between(begin, certificate.getNotAfter().toInstant()).dividedBy(15);
        return begin.plus(fifteenth.multipliedBy(10))
                .minus(Duration.ofMillis((long) (fifteenth.toMillis() * random.getAsDouble())));
    }

    /** Returns the address and the role. */
    @Override
    public String toString() {
        return vault.toString();
    }
}
