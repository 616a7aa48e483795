package io.valkeysecure.testkit.internal.server;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The files that a server needs: keys, certificates and {@code valkey.conf}, before their directory is known. */
public final class ServerFiles {
    /** Stands in configuration values for the directory of the files. */
    public static final String DIRECTORY = "%DIRECTORY%";

    static final String CONFIGURATION = "valkey.conf";
    public static final String OPENSSL_CONFIGURATION = "openssl.cnf";
    public static final String PEER_CERTIFICATE = "peer.crt";

    private final Map<String, String> files = new LinkedHashMap<>();
    private final StringBuilder configuration = new StringBuilder();
    private boolean sentinel;

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
    List<String> arguments(String directory) {
        String file = directory + "/" + CONFIGURATION;
        return sentinel ? List.of(file, "--sentinel") : List.of(file);
    }

    /** Whether the server dials others, for which it has a certificate as a client. */
    boolean talksToPeers() {
        return has(PEER_CERTIFICATE);
    }

    boolean has(String name) {
        return files.containsKey(name);
    }

    /** Returns name and content of each file, the paths and addresses filled in. */
    Map<String, String> in(String directory, ServerPorts ports, String bind) {
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
