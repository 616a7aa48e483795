package io.valkeysecure.testcontainers;

import io.valkeysecure.ClientIdentity;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.testcontainers.internal.ServerInside;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.certificate.TestCertificateBuilder;
import io.valkeysecure.testkit.certificate.TlsMaterial;
import io.valkeysecure.testkit.internal.TlsContexts;
import io.valkeysecure.testkit.internal.server.AdminConnection;
import io.valkeysecure.testkit.internal.server.ServerFiles;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.testcontainers.containers.ContainerLaunchException;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * A container of a Valkey image that speaks TLS only and takes only clients with a certificate of its own CA.
 *
 * <pre>{@code
 * try (ValkeyTlsContainer valkey = new ValkeyTlsContainer("valkey/valkey:9.0")) {
 *     valkey.start();
 *     try (SecureTls tls = valkey.secureTls().build();
 *             RedisClient client = SecureJedis.client(tls, valkey.uri()).build()) {
 *         client.ping();
 *     }
 * }
 * }</pre>
 *
 * <p>The image needs {@code valkey-server} on its {@code PATH}, version 7.2 or newer, built with TLS, as the official
 * ones are. Each start makes a new CA, unless {@link #material()} was called before. Not safe for use by several
 * threads.
 */
public final class ValkeyTlsContainer extends GenericContainer<ValkeyTlsContainer> {
    private final ServerInside inside = new ServerInside(this, false);
    private final Map<String, String> users = new LinkedHashMap<>();
    private final Map<String, String> config = new LinkedHashMap<>();
    private final String adminPassword = ServerFiles.randomPassword();
    private @Nullable TlsMaterial material;
    private @Nullable TestCertificate identity;
    private ServerFiles files = new ServerFiles();

    /**
     * Describes a container; {@link #start()} runs it.
     *
     * @param image such as {@code valkey/valkey:9.0}
     */
    public ValkeyTlsContainer(String image) {
        this(DockerImageName.parse(image));
    }

    /**
     * Describes a container; {@link #start()} runs it.
     *
     * @param image the name of the image
     */
    public ValkeyTlsContainer(DockerImageName image) {
        super(image);
    }

    /**
     * Adds a user who may do everything, and switches the default user off. Default: no user, and the default user
     * needs no password.
     *
     * @param name the name, without spaces
     * @param password the password
     * @return this container
     */
    public ValkeyTlsContainer withUser(String name, String password) {
        users.put(name, password);
        return this;
    }

    /**
     * Sets a configuration option by its name in {@code valkey.conf}. Clients must come with a certificate, unless
     * {@code tls-auth-clients} is set to {@code no} or {@code optional}.
     *
     * @param name the name; the ports and the address are the container's own
     * @param value the value
     * @return this container
     */
    public ValkeyTlsContainer withConfig(String name, String value) {
        if (List.of("port", "tls-port", "bind").contains(name)) {
            throw new IllegalArgumentException(name + " is chosen by the container");
        }
        config.put(name, value);
        return this;
    }

    /**
     * {@return the CA and the client certificate, in memory and in files, which {@link #stop()} deletes}
     * {@link TlsMaterial#renewClient()} renews the client.
     */
    public TlsMaterial material() {
        if (material == null) {
            material = TlsMaterial.create();
        }
        return material;
    }

    /** {@return the TLS port on {@link #getHost()}, once the container runs} */
    public int port() {
        return getMappedPort(ServerInside.TLS_PORT);
    }

    /** {@return where clients connect, such as {@code rediss://localhost:32768}, once the container runs} */
    public String uri() {
        return "rediss://" + getHost() + ":" + port();
    }

    /** {@return a builder that trusts the CA and presents the client certificate, both from the files} */
    public SecureTls.Builder secureTls() {
        return SecureTls.trusting(TrustAnchors.pem(material().caFile()))
                .presenting(ClientIdentity.pem(
                        material().certificateFile(), material().keyFile()));
    }

    /**
     * Lets the running server present a new certificate of the same CA from the next connection on; open ones go on.
     *
     * @return the new certificate
     * @throws IllegalStateException if the container does not run
     * @throws UncheckedIOException if the server cannot be reached, for instance because the JDK's TLS does not speak
     *     what the server was limited to
     */
    public TestCertificate renewServer() {
        TestCertificate before = identity;
        if (before == null) {
            throw new IllegalStateException("expected a running container, this one was not started");
        }
        TestCertificate renewed = issue();
        copyFileToContainer(ServerInside.transferable(renewed.chainPem()), ServerInside.path(ServerFiles.CERTIFICATE));
        copyFileToContainer(ServerInside.transferable(renewed.privateKeyPem()), ServerInside.path(ServerFiles.KEY));
        SSLContext context = TlsContexts.presenting(material().client(), TlsContexts.onlyLeaf(before.encoded()));
        try (AdminConnection admin =
                AdminConnection.open(context, getHost(), port(), ValkeyServer.ADMIN_USER, adminPassword)) {
            admin.execute(
                    "CONFIG",
                    "SET",
                    "tls-cert-file",
                    ServerInside.path(ServerFiles.CERTIFICATE),
                    "tls-key-file",
                    ServerInside.path(ServerFiles.KEY));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot let the server read its new certificate", e);
        }
        identity = renewed;
        return renewed;
    }

    private TestCertificate issue() {
        TestCertificateBuilder server =
                material().ca().issue().dnsName("localhost").ipAddress("127.0.0.1");
        String host = getHost();
        boolean address = host.contains(":") || host.matches("[0-9.]+");
        return (address ? server.ipAddress(host) : server.dnsName(host)).build();
    }

    /**
     * Starts the container and waits until the server is ready.
     *
     * @throws ContainerLaunchException if it does not become ready in time, or ends; with the end of its log
     */
    @Override
    public void start() {
        try {
            super.start();
        } catch (ContainerLaunchException e) {
            throw new ContainerLaunchException(
                    "the server of " + getDockerImageName() + " did not start; its last words:\n" + inside.lastWords(),
                    e);
        }
    }

    @Override
    protected void configure() {
        TestCertificate presented = issue();
        files = new ServerFiles();
        files.present(presented, List.of(material().ca()));
        files.configure("save", "");
        config.forEach(files::configure);
        files.users(users);
        files.user(ValkeyServer.ADMIN_USER, adminPassword);
        inside.configure(files);
        identity = presented;
    }

    @Override
    protected void containerIsCreated(String containerId) {
        inside.contents(files).forEach((path, content) -> copyFileToContainer(content, path));
    }

    /** Ends the server and deletes the files of {@link #material()}. */
    @Override
    public void stop() {
        super.stop();
        identity = null;
        if (material != null) {
            material.close();
            material = null;
        }
    }
}
