package io.valkeysecure.testcontainers.internal;

import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.PortBinding;
import com.github.dockerjava.api.model.Ports;
import io.valkeysecure.testkit.internal.server.PortTakenException;
import io.valkeysecure.testkit.internal.server.RunningServer;
import io.valkeysecure.testkit.internal.server.ServerFiles;
import io.valkeysecure.testkit.internal.server.ServerLog;
import io.valkeysecure.testkit.internal.server.ServerPorts;
import io.valkeysecure.testkit.internal.server.ServerRuntime;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.ContainerLaunchException;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.utility.DockerImageName;

/** Runs the servers of the test kit in containers; the test kit finds it as a service. */
public final class ContainerRuntime implements ServerRuntime {
    private final String image = System.getProperty(ValkeyServer.IMAGE_PROPERTY, ValkeyServer.DEFAULT_IMAGE);

    /** For the service loader. */
    public ContainerRuntime() {}

    @Override
    public boolean isAvailable() {
        return DockerClientFactory.instance().isDockerAvailable();
    }

    @Override
    public RunningServer start(ServerFiles files, ServerPorts ports, Duration limit) throws PortTakenException {
        if (files.talksToPeers()) {
            throw new IllegalStateException(
                    "clusters and sentinels run without containers only, in which servers do not"
                            + " find each other under the addresses that they tell clients: install Valkey, and choose it with"
                            + " -D" + ValkeyServer.RUNTIME_PROPERTY + "=native");
        }
        GenericContainer<?> container = new GenericContainer<>(DockerImageName.parse(image));
        ServerInside inside = new ServerInside(container, ports.plaintext().isPresent());
        container.withStartupTimeout(limit);
        inside.configure(files);
        inside.contents(files).forEach((path, content) -> container.withCopyToContainer(content, path));
        // fixed ports, so that a restarted server is found again
        List<PortBinding> bindings = new ArrayList<>();
        bindings.add(binding(ports.tls(), ServerInside.TLS_PORT));
        ports.plaintext().ifPresent(port -> bindings.add(binding(port, ServerInside.PLAINTEXT_PORT)));
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
                            + inside.lastWords(),
                    e);
        }
        return new Container(container, inside.log());
    }

    private PortBinding binding(int outside, int inside) {
        // a Docker engine elsewhere is not reached through its loopback address
        boolean local = List.of("localhost", "127.0.0.1").contains(host());
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
        return DockerClientFactory.instance().dockerHostIpAddress();
    }

    @Override
    public String toString() {
        return "container of " + image;
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
                        ServerInside.path(name), file -> new String(file.readAllBytes(), StandardCharsets.UTF_8)));
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
