package io.valkeysecure.vault;

import io.github.jopenlibs.vault.EnvironmentLoader;
import io.github.jopenlibs.vault.Vault;
import io.github.jopenlibs.vault.VaultConfig;
import io.github.jopenlibs.vault.VaultException;
import io.github.jopenlibs.vault.api.pki.CredentialFormat;
import io.github.jopenlibs.vault.response.PkiResponse;
import io.github.jopenlibs.vault.rest.RestException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Logs in at Vault and lets it sign. Says what went wrong without tokens and secret IDs. */
final class VaultClient {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final int MOST_CHARACTERS = 300;

    private final URI address;
    private final Login login;
    private final String mount;
    private final String role;
    private final @Nullable String namespace;
    private final @Nullable Duration ttl;
    private final Duration readTimeout;
    private final HttpClient http;

    /** @param secret the file of the token, or of the secret ID of the role ID in the other file */
    record Login(Path secret, @Nullable Path roleId) {}

    /** The only settings are ours: not VAULT_TOKEN, VAULT_SSL_VERIFY and others, and not the file .vault-token. */
    private static final class NoEnvironment extends EnvironmentLoader {
        private static final long serialVersionUID = 1L;

        @Override
        public @Nullable String loadVariable(String name) {
            return null;
        }
    }

    VaultClient(VaultPki.Builder builder) {
        this.address = builder.address;
        this.login = Objects.requireNonNull(builder.login);
        this.mount = Objects.requireNonNull(builder.mount);
        this.role = Objects.requireNonNull(builder.role);
        this.namespace = builder.namespace;
        this.ttl = builder.ttl;
        this.readTimeout = builder.readTimeout;
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT_TIMEOUT)
                .followRedirects(HttpClient.Redirect.NEVER) // a token is for this address only
                .sslContext(VaultTrust.context(builder.anchors, builder.clock, address.getHost()))
                .sslParameters(VaultTrust.parameters())
                .build();
    }

    /** Checks a part of a path in the API. */
    static String path(String part) {
        if (!part.matches("[\\w-][\\w.-]*(/[\\w-][\\w.-]*)*")) {
            throw new IllegalArgumentException(
                    "expected a path of letters, digits, dots, hyphens and underscores, was " + part);
        }
        return part;
    }

    /**
     * Returns the certificate and its issuers, in PEM.
     *
     * @throws IOException with a message that holds no secret, and no cause that may
     */
    List<String> sign(CertificateRequest.Names names, String request) throws IOException {
        String secret = read(login.secret());
        String token = secret;
        try {
            if (login.roleId() != null) {
                token = connect("")
                        .auth()
                        .loginByAppRole(read(login.roleId()), secret)
                        .getAuthClientToken();
                if (token == null || token.isBlank()) {
                    throw new IOException("the answer to the login by AppRole has no client_token; is this Vault?");
                }
            }
            PkiResponse answer = connect(token)
                    .pki(mount)
                    .issue(
                            role,
                            names.common(),
                            names.dns(),
                            List.of(),
                            ttl == null ? null : ttl.toSeconds() + "s",
                            CredentialFormat.PEM,
                            request);
            return certificates(answer);
        } catch (VaultException e) {
            throw new IOException(explain(e, secret, Objects.requireNonNullElse(token, "")));
        }
    }

    private Vault connect(String token) throws VaultException {
        VaultConfig config = new VaultConfig()
                .environmentLoader(new NoEnvironment())
                .address(address.toString())
                .token(token)
                .openTimeout((int) CONNECT_TIMEOUT.toSeconds())
                .readTimeout((int) Math.max(1, readTimeout.toSeconds()))
                .httpClient(http);
        if (namespace != null) {
            config.nameSpace(namespace);
        }
        return Vault.create(config.build());
    }

    private static List<String> certificates(PkiResponse answer) throws IOException {
        var credential = answer.getCredential();
        if (credential == null || credential.getCertificate() == null) {
            throw new IOException(
                    "the answer with status " + answer.getRestResponse().getStatus()
                            + " has no certificate; are mount and role right, and is this Vault?");
        }
        List<String> certificates = new ArrayList<>(List.of(credential.getCertificate()));
        if (credential.getCaChain() != null) {
            certificates.addAll(credential.getCaChain());
        } else if (credential.getIssuingCa() != null) {
            certificates.add(credential.getIssuingCa());
        }
        return certificates;
    }

    private static String read(Path file) throws IOException {
        String content;
        try {
            content = Files.readString(file).strip();
        } catch (IOException e) {
            throw new IOException(file + " cannot be read: " + e.getClass().getSimpleName()
                    + "; expected a token or an ID, as Vault Agent writes it");
        }
        if (!content.matches("[\\x21-\\x7e]{1,8192}")) {
            throw new IOException(file + " does not hold one token or ID in one line");
        }
        return content;
    }

    /** The message of the driver quotes the answer, which may quote the request. */
    private static String explain(VaultException thrown, String secret, String token) {
        String quoted = String.valueOf(thrown.getMessage());
        String kind = "";
        for (Throwable cause = thrown.getCause(); cause != null; cause = cause.getCause()) {
            if (kind.isEmpty() && !(cause instanceof RestException)) {
                kind = cause.getClass().getSimpleName() + ": ";
                quoted = "";
            }
            quoted = cause.getMessage() == null ? quoted : cause.getMessage();
        }
        quoted = kind + quoted;
        quoted = quoted.replace(secret, "(secret)");
        quoted = token.isEmpty() ? quoted : quoted.replace(token, "(token)");
        quoted = quoted.replaceAll("\\s+", " ");
        return quoted.substring(0, Math.min(quoted.length(), MOST_CHARACTERS)) + advice(thrown.getHttpStatusCode());
    }

    private static String advice(int status) {
        return switch (status) {
            case 0 -> "; expected an answer of Vault over verified TLS: look at address, CA and network";
            case 400 -> "; expected a role that allows these names and this type of key";
            case 403 -> "; expected a token that is valid, whose policy allows update of the path sign of this role";
            case 404 -> "; expected a PKI engine at this mount, with this role";
            case 307, 429, 472, 473 -> "; expected the active node: name its address, or that of its load balancer";
            case 503 -> "; expected a Vault that is unsealed: unseal it, or wait for its maintenance to end";
            default -> "; expected status 200: look at Vault's log";
        };
    }

    @Override
    public String toString() {
        return mount + "/sign/" + role + " of Vault at " + address;
    }
}
