package io.valkeysecure.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A process of HAProxy or stunnel, as the distribution has them. */
final class InstalledProxy implements AutoCloseable {
    private static final Duration LONG = Duration.ofSeconds(60);

    private final Process process;
    private final Path log;

    private InstalledProxy(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    static InstalledProxy haproxy(Path directory, String configuration, int... ports) {
        return start(directory, "haproxy", configuration, List.of("-db", "-f"), ports);
    }

    static InstalledProxy stunnel(Path directory, String configuration, int... ports) {
        return start(directory, "stunnel", "foreground = yes\npid =\n" + configuration, List.of(), ports);
    }

    /** Starts it, and waits until it listens at the ports. */
    private static InstalledProxy start(
            Path directory, String program, String configuration, List<String> options, int... ports) {
        Path log = directory.resolve(program + ".log");
        List<String> command = new ArrayList<>(List.of(program));
        command.addAll(options);
        command.add(directory.resolve(program + ".conf").toString());
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().merge("PATH", "/usr/sbin", (path, more) -> path + ":" + more);
        try {
            Files.writeString(
                    directory.resolve(program + ".conf"), configuration.replace("DIRECTORY", directory.toString()));
            InstalledProxy proxy = new InstalledProxy(builder.start(), log);
            for (int port : ports) {
                await().atMost(LONG).until(() -> proxy.listensAt(port));
            }
            return proxy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean listensAt(int port) throws IOException {
        assertThat(process.isAlive()).as("%s", Files.readString(log)).isTrue();
        try (Socket connection = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return connection.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    /** {@return a port that nothing listens at now} */
    static int freePort() {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            assertThat(process.waitFor(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
