package io.valkeysecure.testkit.internal.server;

import io.valkeysecure.testkit.certificate.TestCertificate;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The files that a server needs: keys, certificates and {@code valkey.conf}, before their directory is known. */
public final class ServerFiles {
    /** Stands in configuration values for the directory of the files. */
    public static final String DIRECTORY = "%DIRECTORY%";

    public static final String CERTIFICATE = "server.crt";
    public static final String KEY = "server.key";

    static final String CONFIGURATION = "valkey.conf";
    public static final String OPENSSL_CONFIGURATION = "openssl.cnf";
    public static final String PEER_CERTIFICATE = "peer.crt";

    private final Map<String, String> files = new LinkedHashMap<>();
    private final StringBuilder configuration = new StringBuilder();
    private boolean sentinel;

    /** The certificate that a server presents, the CAs of its clients, and that it needs no protection from outside. */
    public void present(TestCertificate identity, List<TestCertificate> clientAnchors) {
        add(CERTIFICATE, identity.chainPem());
        add(KEY, identity.privateKeyPem());
        configure("tls-cert-file", DIRECTORY + "/" + CERTIFICATE);
        configure("tls-key-file", DIRECTORY + "/" + KEY);
        if (!clientAnchors.isEmpty()) {
            add("ca.crt", TestCertificate.pem(clientAnchors.toArray(new TestCertificate[0])));
            configure("tls-ca-cert-file", DIRECTORY + "/ca.crt");
        }
        // clients of a container come from outside of it; what listens on loopback has no use for this mode
        configure("protected-mode", "no");
        configure("daemonize", "no");
        configure("logfile", "");
    }

    /** Users who may do everything; with any, the default user is off. Passwords go in as digests, without quoting. */
    public void users(Map<String, String> passwords) {
        if (!passwords.isEmpty()) {
            line("user default off");
        }
        passwords.forEach(this::user);
    }

    public void user(String name, String password) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(password.getBytes(StandardCharsets.UTF_8));
            line("user " + name + " on #" + HexFormat.of().formatHex(digest) + " ~* &* +@all");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    public static String randomPassword() {
        byte[] bytes = new byte[16];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    public void add(String name, String content) {
        files.put(name, content);
    }

    public void configure(String name, String value) {
        String escaped = value.replace("\\", "\\\\").replace("\"", "\\\"");
        line(name + " \"" + escaped + "\"");
    }

    public void line(String text) {
        configuration.append(text).append('\n');
    }

    public void runAsSentinel() {
        sentinel = true;
    }

    /** Returns what the binary is started with. */
    public List<String> arguments(String directory) {
        String file = directory + "/" + CONFIGURATION;
        return sentinel ? List.of(file, "--sentinel") : List.of(file);
    }

    /** Whether the server dials others, for which it has a certificate as a client. */
    public boolean talksToPeers() {
        return has(PEER_CERTIFICATE);
    }

    public boolean has(String name) {
        return files.containsKey(name);
    }

    /** Returns name and content of each file, the paths and addresses filled in. */
    public Map<String, String> in(String directory, ServerPorts ports, String bind) {
        Map<String, String> complete = new LinkedHashMap<>(files);
        complete.put(
                CONFIGURATION,
                "port " + ports.plaintext().orElse(0) + "\ntls-port " + ports.tls() + "\nbind " + bind + "\n"
                        + (ports.bus().isPresent()
                                ? "cluster-port " + ports.bus().getAsInt() + "\n"
                                : "")
                        + configuration.toString().replace(DIRECTORY, directory.replace("\\", "\\\\")));
        return complete;
    }
}
