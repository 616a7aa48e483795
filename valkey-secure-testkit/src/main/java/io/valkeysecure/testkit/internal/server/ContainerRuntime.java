package io.valkeysecure.testkit.internal.server;

import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.PortBinding;
import com.github.dockerjava.api.model.Ports;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.ContainerLaunchException;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.output.OutputFrame;
import org.testcontainers.containers.wait.strategy.AbstractWaitStrategy;
import org.testcontainers.images.builder.Transferable;
import org.testcontainers.utility.DockerImageName;

/** Runs the server in a container. The only class that knows Testcontainers, so that it may be absent. */
public final class ContainerRuntime implements ServerRuntime {
    private static final String DIRECTORY = "/testkit";
    private static final int TLS_PORT = 6380;
    private static final int PLAINTEXT_PORT = 6379;
    /** The server's user in the official image is not the one that files are copied as. */
    private static final int READABLE_INSIDE = 0644;

    private final String image = System.getProperty(ValkeyServer.IMAGE_PROPERTY, ValkeyServer.DEFAULT_IMAGE);
    private final String host = DockerClientFactory.instance().dockerHostIpAddress();

    private ContainerRuntime() {}

    static Optional<ServerRuntime> ifAvailable() {
        return DockerClientFactory.instance().isDockerAvailable()
                ? Optional.of(new ContainerRuntime())
                : Optional.empty();
    }

    @Override
    public RunningServer start(ServerFiles files, ServerPorts ports, Duration limit) throws PortTakenException {
        if (files.talksToPeers()) {
            throw new IllegalStateException(
                    "clusters and sentinels run without containers only, in which servers do not"
                            + " find each other under the addresses that they tell clients: install Valkey, and choose it with"
                            + " -D" + ValkeyServer.RUNTIME_PROPERTY + "=native");
        }
        boolean plaintext = ports.plaintext().isPresent();
        ServerLog log = new ServerLog();
        List<String> command = new ArrayList<>(List.of("valkey-server"));
        command.addAll(files.arguments(DIRECTORY));
        GenericContainer<?> container = new GenericContainer<>(DockerImageName.parse(image))
                .withCommand(command.toArray(new String[0]))
                .withExposedPorts(plaintext ? new Integer[] {TLS_PORT, PLAINTEXT_PORT} : new Integer[] {TLS_PORT})
                .withLogConsumer(frame -> {
                    if (frame.getType() == OutputFrame.OutputType.END) {
                        log.end();
                    } else {
                        frame.getUtf8String().lines().forEach(log::add);
                    }
                })
                .waitingFor(new Ready(log, limit));
        ServerPorts inside = new ServerPorts(
                TLS_PORT, plaintext ? OptionalInt.of(PLAINTEXT_PORT) : OptionalInt.empty(), OptionalInt.empty());
        files.in(DIRECTORY, inside, "*")
                .forEach((name, content) -> container.withCopyToContainer(
                        Transferable.of(content, READABLE_INSIDE), DIRECTORY + "/" + name));
        if (files.has(ServerFiles.OPENSSL_CONFIGURATION)) {
            container.withEnv("OPENSSL_CONF", DIRECTORY + "/" + ServerFiles.OPENSSL_CONFIGURATION);
        }
        // fixed ports, so that a restarted server is found again
        List<PortBinding> bindings = new ArrayList<>();
        bindings.add(binding(ports.tls(), TLS_PORT));
        ports.plaintext().ifPresent(port -> bindings.add(binding(port, PLAINTEXT_PORT)));
        container.withCreateContainerCmdModifier(create -> {
            HostConfig hostConfig = create.getHostConfig();
            create.withHostConfig((hostConfig == null ? new HostConfig() : hostConfig).withPortBindings(bindings));
        });
        try {
            container.start();
        } catch (ContainerLaunchException e) {
            container.stop();
            if (portTaken(e)) {
                throw new PortTakenException("a port is taken on the Docker host", e);
            }
            throw new IllegalStateException(
                    "the container of " + image + " was not ready after " + limit + " or has ended; its last words:\n"
                            + log.tail(),
                    e);
        }
        return new Container(container, log);
    }

    private PortBinding binding(int outside, int inside) {
        // a Docker engine elsewhere is not reached through its loopback address
        boolean local = host.equals("localhost") || host.equals("127.0.0.1");
        Ports.Binding address =
                local ? Ports.Binding.bindIpAndPort("127.0.0.1", outside) : Ports.Binding.bindPort(outside);
        return new PortBinding(address, ExposedPort.tcp(inside));
    }

    /** Docker tells it in words only. */
    private static boolean portTaken(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String message = String.valueOf(cause.getMessage());
            if (message.contains("port is already allocated") || message.contains("address already in use")) {
                return true;
            }
        }
        return false;
    }

    @Override
    public String host() {
        return host;
    }

    @Override
    public String toString() {
        return "container of " + image;
    }

    /** Notices also that the server has ended, which Testcontainers' own wait for a line of the log does not. */
    private static final class Ready extends AbstractWaitStrategy {
        private final ServerLog log;
        private final Duration limit;

        Ready(ServerLog log, Duration limit) {
            this.log = log;
            this.limit = limit;
        }

        @Override
        protected void waitUntilReady() {
            if (!log.awaitReady(limit)) {
                throw new ContainerLaunchException("the server is not ready");
            }
        }
    }

    private record Container(GenericContainer<?> container, ServerLog serverLog) implements RunningServer {
        @Override
        public String log() {
            return serverLog.text();
        }

        @Override
        public void end(boolean atOnce) {
            String id = container.getContainerId();
            if (atOnce) {
                container.getDockerClient().killContainerCmd(id).exec();
            } else {
                container.getDockerClient().stopContainerCmd(id).exec();
            }
        }

        @Override
        public Optional<String> read(String name) {
            try {
                return Optional.of(container.copyFileFromContainer(
                        DIRECTORY + "/" + name, file -> new String(file.readAllBytes(), StandardCharsets.UTF_8)));
            } catch (NotFoundException e) {
                return Optional.empty();
            }
        }

        @Override
        public void close() {
            container.stop();
        }
    }
}
