package io.valkeysecure.cli.base;

import io.valkeysecure.ClientIdentity;
import io.valkeysecure.Revocation;
import io.valkeysecure.SecureTls;
import io.valkeysecure.ServerIdentity;
import io.valkeysecure.TlsPolicy;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.internal.material.Pem;
import io.valkeysecure.internal.x509.MalformedException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What every command needs that connects to a server of the user's: whom to trust, what to present, how to log in. */
public final class ConnectionOptions {
    private static final String PASSWORD_VARIABLE = "VALKEY_PASSWORD";
    private static final String KEY_VARIABLE = "VALKEY_SECURE_KEY_PASSPHRASE";

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Option(names = "--ca", paramLabel = "FILE", description = "CA certificates to trust, PEM; needed with HOST:PORT")
    private @Nullable Path ca;

    @Option(names = "--cert", paramLabel = "FILE", description = "client certificate and its intermediates, PEM")
    private @Nullable Path certificate;

    @Option(names = "--key", paramLabel = "FILE", description = "key of the client certificate, PEM")
    private @Nullable Path key;

    @Option(
            names = "--key-passphrase-file",
            paramLabel = "FILE",
            description = "file with the passphrase of an encrypted key; otherwise it is taken from the environment"
                    + " variable " + KEY_VARIABLE)
    private @Nullable Path keyPassphraseFile;

    @Option(names = "--user", paramLabel = "USER", description = "ACL user")
    private @Nullable String user;

    @Option(
            names = "--password-file",
            paramLabel = "FILE",
            description =
                    "file with the password in its first line; otherwise it is taken from the environment variable "
                            + PASSWORD_VARIABLE + ", and with --user asked for on a terminal")
    private @Nullable Path passwordFile;

    @Option(
            names = "--expect-name",
            paramLabel = "NAME",
            description = "name, address or SPIFFE ID that the server's certificate has to carry; default: HOST")
    private @Nullable String expectedName;

    @Option(names = "--crl", paramLabel = "FILE", description = "CRLs, a file or a directory; may be repeated")
    private List<Path> crls = List.of();

    @Option(names = "--strict", description = "the strict policy: TLS 1.3 only, and more asked of certificates")
    private boolean strict;

    /** On the terminal. */
    private @Nullable String typed;

    /**
     * The files of the client's identity.
     *
     * @param certificate chain
     * @param key private key
     */
    public record ClientFiles(Path certificate, Path key) {}

    /** Whether any of them was given. */
    public boolean isAny() {
        return strict
                || !crls.isEmpty()
                || Stream.of(ca, certificate, key, keyPassphraseFile, user, passwordFile, expectedName)
                        .anyMatch(option -> option != null);
    }

    public Optional<String> user() {
        return Optional.ofNullable(user);
    }

    public TlsPolicy policy() {
        return strict ? TlsPolicy.strict() : TlsPolicy.modern();
    }

    public TrustAnchors anchors() {
        if (ca == null) {
            throw usage("--ca FILE is missing: trust is never taken from the JVM or the system");
        }
        return TrustAnchors.pem(ca);
    }

    /** What is in the file, to be looked at and not to be trusted. */
    public List<X509Certificate> anchorCertificates() {
        Path file = Objects.requireNonNull(ca, "asked after anchors()");
        try {
            return Pem.certificates(InputFiles.read(file));
        } catch (MalformedException e) {
            throw new InputException(file + ": " + e.problem(), "what is in it: valkey-secure pki show " + file);
        }
    }

    public Optional<ClientFiles> clientFiles() {
        return certificate == null || key == null ? Optional.empty() : Optional.of(new ClientFiles(certificate, key));
    }

    public Optional<ServerIdentity> serverIdentity() {
        try {
            return Optional.ofNullable(expectedName)
                    .map(name ->
                            name.startsWith("spiffe:") ? ServerIdentity.spiffeId(name) : ServerIdentity.host(name));
        } catch (IllegalArgumentException e) {
            throw usage("--expect-name: " + e.getMessage());
        }
    }

    public Optional<Revocation> revocation() {
        return crls.isEmpty() ? Optional.empty() : Optional.of(Revocation.crls(crls.toArray(new Path[0])));
    }

    public SecureTls.Builder tls() {
        TrustAnchors anchors = anchors();
        if ((certificate == null) != (key == null)) {
            throw usage("--cert and --key belong together, " + (key == null ? "--key" : "--cert") + " is missing");
        }
        SecureTls.WantsClientIdentity trusting = SecureTls.trusting(anchors);
        SecureTls.Builder builder = certificate == null || key == null
                ? trusting.withoutClientIdentity()
                : trusting.presenting(identity(certificate, key));
        builder.policy(policy());
        serverIdentity().ifPresent(builder::serverIdentity);
        revocation().ifPresent(builder::revocation);
        return builder;
    }

    private ClientIdentity identity(Path certificateFile, Path keyFile) {
        return new Secrets("passphrase of " + keyFile, "--key-passphrase-file", KEY_VARIABLE)
                .given(keyPassphraseFile)
                .map(passphrase -> ClientIdentity.pem(certificateFile, keyFile, passphrase))
                .orElseGet(() -> ClientIdentity.pem(certificateFile, keyFile));
    }

    /** The password, if there is one: asked for only where a user is named, and only once. */
    public Optional<String> password() {
        Secrets secrets =
                new Secrets(user == null ? "password" : "password of " + user, "--password-file", PASSWORD_VARIABLE);
        Optional<char[]> given = secrets.given(passwordFile);
        if (given.isPresent() || user == null) {
            return given.map(String::new);
        }
        if (typed == null) {
            typed = new String(secrets.required(passwordFile));
        }
        return Optional.of(typed);
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
