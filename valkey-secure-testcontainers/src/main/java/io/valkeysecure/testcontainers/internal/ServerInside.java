package io.valkeysecure.testcontainers.internal;

import io.valkeysecure.testkit.internal.server.ServerFiles;
import io.valkeysecure.testkit.internal.server.ServerLog;
import io.valkeysecure.testkit.internal.server.ServerPorts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.testcontainers.containers.ContainerLaunchException;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.output.OutputFrame;
import org.testcontainers.containers.wait.strategy.AbstractWaitStrategy;
import org.testcontainers.images.builder.Transferable;

/** The server in a container: its files, its command, its log, and how its readiness is noticed. */
public final class ServerInside {
    static final String DIRECTORY = "/testkit";
    public static final int TLS_PORT = 6380;
    static final int PLAINTEXT_PORT = 6379;
    /** The server's user in the official image is not the one that files are copied as. */
    private static final int READABLE_INSIDE = 0644;

    private static final Duration LOG_LIMIT = Duration.ofSeconds(5);

    private final GenericContainer<?> container;
    private final ServerPorts ports;
    private volatile ServerLog log = new ServerLog();

    public ServerInside(GenericContainer<?> container, boolean plaintext) {
        this.container = container;
        this.ports = new ServerPorts(
                TLS_PORT, plaintext ? OptionalInt.of(PLAINTEXT_PORT) : OptionalInt.empty(), OptionalInt.empty());
        container.addExposedPort(TLS_PORT);
        ports.plaintext().ifPresent(container::addExposedPort);
        container.withLogConsumer(this::add);
        container.waitingFor(new Ready());
    }

    private void add(OutputFrame frame) {
        if (frame.getType() == OutputFrame.OutputType.END) {
            log.end();
        } else {
            frame.getUtf8String().lines().forEach(log::add);
        }
    }

    /** Sets the command, before each start. */
    public void configure(ServerFiles files) {
        log = new ServerLog();
        List<String> command = new ArrayList<>(List.of("valkey-server"));
        command.addAll(files.arguments(DIRECTORY));
        container.setCommand(command.toArray(new String[0]));
        if (files.has(ServerFiles.OPENSSL_CONFIGURATION)) {
            container.addEnv("OPENSSL_CONF", path(ServerFiles.OPENSSL_CONFIGURATION));
        }
    }

    /** Returns the content of each file by its path in the container. */
    public Map<String, Transferable> contents(ServerFiles files) {
        Map<String, Transferable> contents = new LinkedHashMap<>();
        files.in(DIRECTORY, ports, "*").forEach((name, content) -> contents.put(path(name), transferable(content)));
        return contents;
    }

    public static Transferable transferable(String content) {
        return Transferable.of(content, READABLE_INSIDE);
    }

    public static String path(String name) {
        return DIRECTORY + "/" + name;
    }

    ServerLog log() {
        return log;
    }

    /** Returns the end of the log of a server that did not start. The log comes by a thread of its own. */
    public String lastWords() {
        var unused = log.awaitReady(LOG_LIMIT);
        return log.tail();
    }

    /** Notices also that the server has ended, which Testcontainers' own wait for a line of the log does not. */
    private final class Ready extends AbstractWaitStrategy {
        @Override
        protected void waitUntilReady() {
            if (!log.awaitReady(startupTimeout)) {
                throw new ContainerLaunchException(
                        "the server was not ready after " + startupTimeout + " or has ended");
            }
        }
    }
}
