package io.valkeysecure.testkit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Runs the binary as a child process. */
final class NativeRuntime implements ServerRuntime {
    private static final int END_LIMIT_SECONDS = 5;

    private final Path binary;

    NativeRuntime(Path binary) {
        this.binary = binary;
    }

    @Override
    public RunningServer start(ServerFiles files, ServerPorts ports, Duration limit) throws PortTakenException {
        Path directory = PrivateFiles.createDirectory("valkey-testkit");
        Child child;
        try {
            files.in(directory.toString(), ports.tls(), ports.plaintext().orElse(0), "127.0.0.1 -::1")
                    .forEach((name, content) -> PrivateFiles.write(directory.resolve(name), content));
            ProcessBuilder builder = new ProcessBuilder(
                    binary.toString(),
                    directory.resolve(ServerFiles.CONFIGURATION).toString());
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
        public void close() {
            process.destroy();
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
            PrivateFiles.deleteDirectory(directory);
        }
    }
}
