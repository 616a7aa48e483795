package io.valkeysecure.testkit.internal.server;

import io.valkeysecure.testkit.internal.PrivateFiles;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Runs the binary as a child process. */
public final class NativeRuntime implements ServerRuntime {
    private static final int END_LIMIT_SECONDS = 5;

    private final Path binary;

    public NativeRuntime(Path binary) {
        this.binary = binary;
    }

    @Override
    public RunningServer start(ServerFiles files, ServerPorts ports, Duration limit) throws PortTakenException {
        Path directory = PrivateFiles.createDirectory("valkey-testkit");
        Child child;
        try {
            files.in(directory.toString(), ports, "127.0.0.1 -::1")
                    .forEach((name, content) -> PrivateFiles.write(directory.resolve(name), content));
            List<String> command = new ArrayList<>(List.of(binary.toString()));
            command.addAll(files.arguments(directory.toString()));
            ProcessBuilder builder = new ProcessBuilder(command);
            builder.directory(directory.toFile()).redirectErrorStream(true);
            if (files.has(ServerFiles.OPENSSL_CONFIGURATION)) {
                builder.environment()
                        .put(
                                "OPENSSL_CONF",
                                directory
                                        .resolve(ServerFiles.OPENSSL_CONFIGURATION)
                                        .toString());
            }
            child = new Child(builder.start(), directory);
        } catch (IOException | UncheckedIOException e) {
            PrivateFiles.deleteDirectory(directory);
            throw new IllegalStateException("cannot run " + binary, e);
        }
        if (child.serverLog.awaitReady(limit)) {
            return child;
        }
        child.close();
        if (child.serverLog.contains("Address already in use")) {
            throw new PortTakenException(child.serverLog.tail(), null);
        }
        throw new IllegalStateException(
                binary + " was not ready after " + limit + " or has ended; its last words:\n" + child.serverLog.tail());
    }

    @Override
    public String host() {
        return "localhost";
    }

    @Override
    public String toString() {
        return binary.toString();
    }

    private static final class Child implements RunningServer {
        private final Process process;
        private final Path directory;
        private final ServerLog serverLog = new ServerLog();
        private final Thread reader;

        Child(Process process, Path directory) {
            this.process = process;
            this.directory = directory;
            this.reader = new Thread(this::read, "testkit-valkey-log");
            reader.setDaemon(true);
            reader.start();
        }

        private void read() {
            try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
                for (String line = output.readLine(); line != null; line = output.readLine()) {
                    serverLog.add(line);
                }
            } catch (IOException e) {
                serverLog.add("the log breaks off here: " + e.getMessage());
            } finally {
                serverLog.end();
            }
        }

        @Override
        public String log() {
            return serverLog.text();
        }

        @Override
        public void end(boolean atOnce) {
            if (atOnce) {
                process.destroyForcibly();
            } else {
                process.destroy();
            }
            try {
                if (!process.waitFor(END_LIMIT_SECONDS, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                    process.waitFor(END_LIMIT_SECONDS, TimeUnit.SECONDS);
                }
                reader.join(TimeUnit.SECONDS.toMillis(END_LIMIT_SECONDS));
            } catch (InterruptedException e) {
                process.destroyForcibly();
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public Optional<String> read(String name) {
            Path file = directory.resolve(name);
            try {
                return Files.exists(file) ? Optional.of(Files.readString(file)) : Optional.empty();
            } catch (IOException e) {
                throw new UncheckedIOException("cannot read " + file, e);
            }
        }

        @Override
        public void close() {
            end(false);
            PrivateFiles.deleteDirectory(directory);
        }
    }
}
