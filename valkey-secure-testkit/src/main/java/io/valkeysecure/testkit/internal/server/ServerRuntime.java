package io.valkeysecure.testkit.internal.server;

import io.valkeysecure.testkit.server.ValkeyServer;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.Supplier;

/** A way to run a Valkey server: as a process, or, by a module that is found as a service, in a container. */
public interface ServerRuntime {
    /** Starts a server and waits until it is ready. */
    RunningServer start(ServerFiles files, ServerPorts ports, Duration limit) throws PortTakenException;

    /** Tells whether it can run a server on this machine. */
    default boolean isAvailable() {
        return true;
    }

    /** Returns the host under which the ports are reached. */
    String host();

    static ServerRuntime choose() {
        return choose(
                System.getProperty(ValkeyServer.RUNTIME_PROPERTY, "auto"),
                ServerRuntime::nativeRuntime,
                ServerRuntime::containerRuntime);
    }

    static ServerRuntime choose(
            String wanted, Supplier<Optional<ServerRuntime>> binary, Supplier<Optional<ServerRuntime>> container) {
        return switch (wanted) {
            case "native" ->
                binary.get().orElseThrow(() -> new IllegalStateException("no Valkey to test with: " + noBinary()));
            case "container" ->
                container
                        .get()
                        .orElseThrow(() -> new IllegalStateException("no Valkey to test with: " + noContainer()));
            case "auto" ->
                binary.get()
                        .or(container)
                        .orElseThrow(
                                () -> new IllegalStateException("no Valkey to test with; either of two ways helps: (1) "
                                        + noBinary() + "; (2) " + noContainer()));
            default ->
                throw new IllegalStateException("system property " + ValkeyServer.RUNTIME_PROPERTY
                        + " must be auto, native or container, was " + wanted);
        };
    }

    private static String binary() {
        return System.getProperty(ValkeyServer.BINARY_PROPERTY, "valkey-server");
    }

    private static String noBinary() {
        return "found no executable " + binary()
                + " on the PATH: install Valkey, on Debian and Ubuntu the package valkey-server, or name the binary with"
                + " -D" + ValkeyServer.BINARY_PROPERTY + "=/path/to/valkey-server";
    }

    private static String noContainer() {
        return "found no Docker through Testcontainers: start a Docker engine (DOCKER_HOST names one elsewhere) and"
                + " put io.valkeysecure:valkey-secure-testcontainers on the test class path; -D"
                + ValkeyServer.IMAGE_PROPERTY
                + " names the image, default " + ValkeyServer.DEFAULT_IMAGE;
    }

    private static Optional<ServerRuntime> nativeRuntime() {
        return find(binary()).map(NativeRuntime::new);
    }

    private static Optional<ServerRuntime> containerRuntime() {
        return ServiceLoader.load(ServerRuntime.class, ServerRuntime.class.getClassLoader())
                .findFirst()
                .filter(ServerRuntime::isAvailable);
    }

    private static Optional<Path> find(String binary) {
        if (binary.contains("/") || binary.contains(File.separator)) {
            return Optional.of(Path.of(binary).toAbsolutePath()).filter(Files::isExecutable);
        }
        String path = System.getenv().getOrDefault("PATH", "");
        for (String directory : path.split(File.pathSeparator, -1)) {
            Path candidate = Path.of(directory).resolve(binary);
            if (!directory.isEmpty() && Files.isRegularFile(candidate) && Files.isExecutable(candidate)) {
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
    }
}
