package io.valkeysecure.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/**
 * A Valkey as an operator would start it, from the files that {@code pki} and {@code conf} made and nothing else but
 * the place for its data.
 */
final class OperatedServer implements AutoCloseable {
    private final Process process;
    private final Path log;
    private final int port;

    private OperatedServer(Process process, Path log, int port) {
        this.process = process;
        this.log = log;
        this.port = port;
    }

    static int freePort() throws IOException {
        // below 55535, since a cluster bus is 10000 above
        for (int i = 0; i < 1000; i++) {
            try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                if (socket.getLocalPort() < 55_000) {
                    return socket.getLocalPort();
                }
            }
        }
        throw new IOException("no free port below 55000");
    }

    static OperatedServer start(Path directory, String name, int port, String configuration, String... more)
            throws IOException {
        return start("valkey-server", directory, name, port, configuration, Map.of(), more);
    }

    static OperatedServer start(
            String program,
            Path directory,
            String name,
            int port,
            String configuration,
            Map<String, String> environment,
            String... more)
            throws IOException {
        Path home = Files.createDirectory(directory.resolve(name));
        Path conf = Files.writeString(home.resolve("valkey.conf"), configuration);
        Files.writeString(conf, "dir " + home + "\nsave \"\"\n", StandardOpenOption.APPEND);
        Path log = home.resolve("log");
        List<String> command = new ArrayList<>(List.of(Tool.of(program, program).path(), conf.toString()));
        command.addAll(List.of(more));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        OperatedServer server = new OperatedServer(process, log, port);
        try {
            Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .pollInterval(Duration.ofMillis(50))
                    .untilAsserted(
                            () -> assertThat(server.listens()).as(server.log()).isTrue());
        } catch (RuntimeException | Error e) {
            server.close();
            throw e;
        }
        return server;
    }

    private boolean listens() throws IOException {
        assertThat(process.isAlive()).as(log()).isTrue();
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (java.net.ConnectException e) {
            return false;
        }
    }

    int port() {
        return port;
    }

    String log() throws IOException {
        return Files.readString(log);
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
