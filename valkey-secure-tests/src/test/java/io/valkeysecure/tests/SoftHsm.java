package io.valkeysecure.tests;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.AuthProvider;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.Provider;
import java.security.Security;
import java.security.cert.X509Certificate;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.security.auth.login.LoginException;

/**
 * A token of SoftHSM2 (Debian's package softhsm2), and the JDK's provider for it. Its keys cannot be extracted. SoftHSM
 * finds its configuration by the environment: {@code SOFTHSM2_CONF} is set where these tests are started.
 */
final class SoftHsm implements AutoCloseable {
    static final char[] PIN = "471108".toCharArray();
    private static final Path LIBRARY = Stream.of("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/pkcs11/libsofthsm2.so")
            .map(Path::of)
            .filter(Files::exists)
            .findFirst()
            .orElseThrow(() -> new IllegalStateException("SoftHSM2 is not installed; install the package softhsm2"));

    private final AuthProvider provider;

    private SoftHsm(AuthProvider provider) {
        this.provider = provider;
    }

    static SoftHsm start(Path directory) throws GeneralSecurityException, IOException {
        String environment = System.getenv("SOFTHSM2_CONF");
        if (environment == null) {
            throw new IllegalStateException("set SOFTHSM2_CONF in the environment to a file to be written");
        }
        Path tokens = Files.createDirectories(directory.resolve("tokens"));
        Files.createDirectories(Path.of(environment).getParent());
        Files.writeString(Path.of(environment), "directories.tokendir = " + tokens + "\nlog.level = ERROR\n");
        run(
                "softhsm2-util",
                "--init-token",
                "--free",
                "--label",
                "valkey",
                "--so-pin",
                "0815",
                "--pin",
                new String(PIN));
        Path configuration = Files.writeString(directory.resolve("pkcs11.cfg"), """
                name = valkey
                library = %s
                slotListIndex = 0
                attributes(generate, CKO_PRIVATE_KEY, *) = {
                  CKA_TOKEN = true
                  CKA_SENSITIVE = true
                  CKA_EXTRACTABLE = false
                  CKA_SIGN = true
                }
                """.formatted(LIBRARY));
        AuthProvider provider = (AuthProvider) Security.getProvider("SunPKCS11").configure(configuration.toString());
        KeyStore.getInstance("PKCS11", provider).load(null, PIN);
        Security.addProvider(provider);
        return new SoftHsm(provider);
    }

    private static void run(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IllegalStateException(String.join(" ", command) + ": " + said);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    Provider provider() {
        return provider;
    }

    /** Makes a key pair of the kind {@code EC} or {@code RSA} on the token. */
    KeyPair generate(String kind) throws GeneralSecurityException {
        Map<String, AlgorithmParameterSpec> sizes = Map.of(
                "EC",
                new ECGenParameterSpec("secp256r1"),
                "RSA",
                new RSAKeyGenParameterSpec(2048, RSAKeyGenParameterSpec.F4));
        KeyPairGenerator generator = KeyPairGenerator.getInstance(kind, provider);
        generator.initialize(sizes.get(kind));
        return generator.generateKeyPair();
    }

    /** Puts the chain of a key of the token beside it, under a name. */
    void store(String alias, KeyPair pair, X509Certificate... chain) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS11", provider);
        store.load(null, null);
        store.setKeyEntry(alias, pair.getPrivate(), null, chain);
    }

    void logOut() {
        try {
            provider.logout();
        } catch (LoginException e) {
            throw new IllegalStateException(e);
        }
    }

    void logIn() {
        try {
            KeyStore.getInstance("PKCS11", provider).load(null, PIN);
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        Security.removeProvider(provider.getName());
    }
}
