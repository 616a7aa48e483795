package io.valkeysecure.cli.base;

import io.valkeysecure.ClientIdentity;
import io.valkeysecure.Revocation;
import io.valkeysecure.SecureTls;
import io.valkeysecure.ServerIdentity;
import io.valkeysecure.TlsConfigurationException;
import io.valkeysecure.TlsPolicy;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.internal.material.FileSnapshot;
import io.valkeysecure.internal.material.IdentityMaterial;
import io.valkeysecure.internal.material.LoadedIdentity;
import io.valkeysecure.internal.material.Material;
import io.valkeysecure.internal.material.Pem;
import io.valkeysecure.internal.x509.MalformedException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
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

    @Option(
            names = "--cert",
            paramLabel = "FILE",
            description = "client certificate and its intermediates, PEM; or PKCS#12, which has the key as well")
    private @Nullable Path certificate;

    @Option(names = "--key", paramLabel = "FILE", description = "key of the client certificate, PEM; not with PKCS#12")
    private @Nullable Path key;

    @Option(
            names = "--key-passphrase-file",
            paramLabel = "FILE",
            description =
                    "file with the passphrase of an encrypted key or of PKCS#12; otherwise it is taken from the environment"
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

    private char @Nullable [] typedPassphrase;

    /**
     * The files of the client's identity.
     *
     * @param certificate chain
     * @param key private key, in the same file if that is a key store
     * @param identity what is in them; empty if it cannot be used
     */
    public record ClientFiles(Path certificate, Path key, Optional<LoadedIdentity> identity) {
        /** Whether it is one file. */
        public boolean isKeyStore() {
            return certificate.equals(key);
        }
    }

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
        if (certificate == null || (key == null && !isKeyStore(certificate))) {
            return Optional.empty();
        }
        Path keyFile = key == null ? certificate : key;
        Material<LoadedIdentity> material = key == null
                ? IdentityMaterial.keyStore(certificate, null, storePassword(certificate), null)
                : IdentityMaterial.pem(
                        certificate,
                        key,
                        passphrase(key).given(keyPassphraseFile).orElse(null));
        try {
            return Optional.of(
                    new ClientFiles(certificate, keyFile, Optional.of(material.parse(FileSnapshot.of(material)))));
        } catch (TlsConfigurationException e) {
            return Optional.of(new ClientFiles(certificate, keyFile, Optional.empty()));
        }
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
        boolean store = certificate != null && key == null && isKeyStore(certificate);
        if (!store && (certificate == null) != (key == null)) {
            throw usage("--cert and --key belong together, " + (key == null ? "--key" : "--cert") + " is missing");
        }
        SecureTls.WantsClientIdentity trusting = SecureTls.trusting(anchors);
        SecureTls.Builder builder =
                certificate == null ? trusting.withoutClientIdentity() : trusting.presenting(identity(certificate));
        builder.policy(policy());
        serverIdentity().ifPresent(builder::serverIdentity);
        revocation().ifPresent(builder::revocation);
        return builder;
    }

    private ClientIdentity identity(Path file) {
        Path keyFile = key;
        return keyFile == null
                ? ClientIdentity.keyStore(file, storePassword(file))
                : passphrase(keyFile)
                        .given(keyPassphraseFile)
                        .map(passphrase -> ClientIdentity.pem(file, keyFile, passphrase))
                        .orElseGet(() -> ClientIdentity.pem(file, keyFile));
    }

    private static Secrets passphrase(Path file) {
        return new Secrets("passphrase of " + file, "--key-passphrase-file", KEY_VARIABLE);
    }

    /** Asked for only once. */
    private char[] storePassword(Path file) {
        if (typedPassphrase == null) {
            typedPassphrase = passphrase(file).required(keyPassphraseFile);
        }
        return typedPassphrase;
    }

    /** DER begins with a SEQUENCE, which no text does. */
    private static boolean isKeyStore(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return in.read() == 0x30;
        } catch (IOException e) {
            return false; // told of by whoever reads it
        }
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
