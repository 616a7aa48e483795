package io.valkeysecure.testkit.server;

import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.internal.TlsContexts;
import io.valkeysecure.testkit.internal.server.AdminConnection;
import io.valkeysecure.testkit.internal.server.PortTakenException;
import io.valkeysecure.testkit.internal.server.RunningServer;
import io.valkeysecure.testkit.internal.server.ServerPorts;
import io.valkeysecure.testkit.internal.server.ServerRuntime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * A real Valkey server for a test: TLS only and with client certificates required, unless told otherwise.
 *
 * <pre>{@code
 * TestCertificate root = TestCertificate.root().build();
 * TestCertificate leaf = root.issue().dnsName("localhost").build();
 * try (ValkeyServer server = ValkeyServer.builder(leaf, root).start()) {
 *     // connect to server.host() and server.port()
 * }
 * }</pre>
 *
 * <p>The server is a {@code valkey-server} from the {@code PATH}; where there is none, a container, if {@code
 * valkey-secure-testcontainers} is on the class path and finds a Docker engine; else {@link Builder#start()} throws.
 * Nothing is skipped silently. System properties decide otherwise:
 *
 * <ul>
 *   <li>{@value #RUNTIME_PROPERTY}: {@code native}, {@code container} or, by default, {@code auto};
 *   <li>{@value #BINARY_PROPERTY}: the binary, a path or a name on the {@code PATH}, default {@code valkey-server};
 *   <li>{@value #IMAGE_PROPERTY}: the image, default {@value #DEFAULT_IMAGE};
 *   <li>{@value #PORTS_PROPERTY}: a file, to which each server that starts adds its ports.
 * </ul>
 *
 * <p>It listens on the loopback address only, on free ports, and keeps nothing on disk but its keys and configuration,
 * in a directory that only its owner can read and that {@link #close()} deletes. If the JVM ends without that, a
 * shutdown hook does it. This class is thread-safe.
 */
public final class ValkeyServer implements AutoCloseable {
    /** The system property that chooses between {@code auto}, {@code native} and {@code container}. */
    public static final String RUNTIME_PROPERTY = "valkeysecure.testkit.runtime";
    /** The system property that names the server's binary. */
    public static final String BINARY_PROPERTY = "valkeysecure.testkit.binary";
    /** The system property that names the container image. */
    public static final String IMAGE_PROPERTY = "valkeysecure.testkit.image";
    /**
     * The system property that names the file for ports: one a line, {@code tls}, {@code plaintext} or {@code bus} and
     * the number with a space between. Default: none is written.
     */
    public static final String PORTS_PROPERTY = "valkeysecure.testkit.ports";
    /** The container image unless {@value #IMAGE_PROPERTY} names another. */
    public static final String DEFAULT_IMAGE = "valkey/valkey:8";

    /** The ACL user by which the test kit administers a server. */
    public static final String ADMIN_USER = "testkit-admin";

    private static final int START_TRIES = 5;

    private final ServerRuntime runtime;
    private final ServerSettings settings;
    private final @Nullable TestCertificate admin;
    private final Thread shutdownHook = new Thread(this::endForGood, "testkit-valkey-shutdown");
    private final StringBuilder earlierLogs = new StringBuilder();
    private TestCertificate identity;
    private SSLContext adminContext;
    private ServerPorts ports = new ServerPorts(0, OptionalInt.empty(), OptionalInt.empty());
    private Optional<String> clusterState = Optional.empty();
    private @Nullable RunningServer running;
    private boolean closed;

    private ValkeyServer(ServerSettings settings) {
        this.settings = settings;
        this.runtime = ServerRuntime.choose();
        this.identity = settings.identity;
        this.admin = settings.clientAnchors.isEmpty()
                ? null
                : settings.clientAnchors
                        .get(0)
                        .issue()
                        .subject("CN=testkit admin")
                        .build();
        this.adminContext = TlsContexts.presenting(admin, TlsContexts.onlyLeaf(identity.encoded()));
    }

    /**
     * {@return a builder for a server that presents the given chain}
     *
     * @param identity certificate chain and key of the server; nothing of it is checked here
     * @param clientAnchors the CAs whose client certificates the server accepts. {@link #execute} comes with a
     *     certificate of the first one.
     */
    public static Builder builder(TestCertificate identity, TestCertificate... clientAnchors) {
        return new Builder(identity, List.of(clientAnchors));
    }

    /** {@return the host to connect to: {@code localhost}, unless Docker is on another machine} */
    public synchronized String host() {
        return runtime.host();
    }

    /** {@return the TLS port} It stays the same over {@link #restart()}. */
    public synchronized int port() {
        return ports.tls();
    }

    /** {@return the port of the cluster bus} */
    synchronized int busPort() {
        return ports.bus().orElseThrow();
    }

    synchronized boolean isRunning() {
        return running != null;
    }

    /**
     * {@return the plaintext port}
     *
     * @throws IllegalStateException if {@link Builder#plaintextPort()} was not asked for
     */
    public synchronized int plaintextPort() {
        return ports.plaintext()
                .orElseThrow(() ->
                        new IllegalStateException("this server has no plaintext port; ask for one in the builder"));
    }

    /** {@return what the server has logged so far, in all its runs} */
    public synchronized String log() {
        return running == null ? earlierLogs.toString() : earlierLogs + running.log();
    }

    /**
     * Runs a command as administrator, over a TLS connection of its own, whatever users and client certificates the
     * server was given.
     *
     * <p>Example: {@code server.execute("CONFIG", "GET", "maxclients")}.
     *
     * @param command the name of the command and its arguments
     * @return the answer as text; the elements of an array one in a line, a null as an empty line
     * @throws IllegalStateException if the server answers with an error
     * @throws UncheckedIOException if there is no connection, for instance because the JDK's TLS does not speak what
     *     the server was limited to
     */
    public String execute(String... command) {
        return executeAll(command).get(0);
    }

    /** Runs several commands over one connection. */
    List<String> executeAll(String[]... commands) {
        SSLContext context;
        synchronized (this) {
            context = adminContext;
        }
        try (AdminConnection connection =
                AdminConnection.open(context, host(), port(), ADMIN_USER, settings.adminPassword)) {
            List<String> answers = new ArrayList<>();
            for (String[] command : commands) {
                answers.add(connection.execute(command));
            }
            return answers;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run " + commands[0][0] + " on " + this, e);
        }
    }

    /** Ends the server's process, its connections and its data. {@link #restart()} brings it back. */
    public synchronized void stop() {
        end(false);
    }

    /**
     * Ends the server's process at once, as a crash would: no farewell to anyone. {@link #restart()} brings it back.
     */
    public synchronized void kill() {
        end(true);
    }

    private void end(boolean atOnce) {
        if (running != null) {
            running.end(atOnce);
            if (settings.clusterNode) {
                clusterState = running.read(ServerSettings.CLUSTER_STATE);
            }
            running.close();
            earlierLogs.append(running.log());
            running = null;
        }
    }

    /**
     * Stops the server, if it runs, and starts it again on the same ports, without its data. A node of a cluster comes
     * back as the node that it was.
     *
     * @throws IllegalStateException if it does not start, with the end of its log
     */
    public synchronized void restart() {
        restart(identity);
    }

    /**
     * Does what {@link #restart()} does, and presents another certificate from then on.
     *
     * @param newIdentity certificate chain and key of the server; nothing of it is checked here
     * @throws IllegalStateException if it does not start, with the end of its log
     */
    public synchronized void restart(TestCertificate newIdentity) {
        if (closed) {
            throw new IllegalStateException("this server is closed");
        }
        stop();
        identity = newIdentity;
        adminContext = TlsContexts.presenting(admin, TlsContexts.onlyLeaf(identity.encoded()));
        try {
            running = runtime.start(settings.files(identity, clusterState), ports, settings.startTimeout);
        } catch (PortTakenException e) {
            throw new IllegalStateException("another process has taken a port of the stopped server", e);
        }
    }

    /** Ends the server and deletes its files. Does nothing the second time. */
    @Override
    public void close() {
        endForGood();
        try {
            Runtime.getRuntime().removeShutdownHook(shutdownHook);
        } catch (IllegalStateException e) {
            // the JVM is going down, and the hook is what runs or has run
        }
    }

    private synchronized void endForGood() {
        closed = true;
        end(true);
    }

    private synchronized ValkeyServer start() {
        for (int attempt = 1; ; attempt++) {
            ports = ServerPorts.choose(settings.plaintext, settings.clusterNode);
            try {
                running = runtime.start(settings.files(identity, clusterState), ports, settings.startTimeout);
                break;
            } catch (PortTakenException e) {
                // between our finding a free port and the server's binding it, somebody else was faster
                if (attempt == START_TRIES) {
                    throw new IllegalStateException("found no free port in " + START_TRIES + " tries", e);
                }
            }
        }
        Runtime.getRuntime().addShutdownHook(shutdownHook);
        tellPorts();
        return this;
    }

    private void tellPorts() {
        String file = System.getProperty(PORTS_PROPERTY);
        if (file != null) {
            try {
                Files.writeString(Path.of(file), ports.lines(), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            } catch (IOException e) {
                throw new UncheckedIOException("cannot write the ports, see " + PORTS_PROPERTY, e);
            }
        }
    }

    @Override
    public synchronized String toString() {
        return "ValkeyServer[" + runtime + ", " + runtime.host() + ":" + ports.tls() + "]";
    }

    /**
     * Describes a server to be started. A value that is set again replaces the earlier one; users are added. Builders
     * are not thread-safe; each call of {@link #start()} starts another server.
     */
    public static final class Builder {
        private final ServerSettings settings;

        private Builder(TestCertificate identity, List<TestCertificate> clientAnchors) {
            this.settings = new ServerSettings(identity, clientAnchors);
        }

        /** Makes the server one of several that talk to each other over TLS, with an administrator in common. */
        Builder peer(TestCertificate identityAsClient, String commonAdminPassword) {
            settings.peerIdentity = Optional.of(identityAsClient);
            settings.adminPassword = commonAdminPassword;
            return this;
        }

        Builder clusterNode() {
            settings.clusterNode = true;
            return this;
        }

        Builder sentinel() {
            settings.sentinel = true;
            return this;
        }

        /** Adds a line to the configuration that is no pair of name and value. */
        Builder line(String text) {
            settings.lines.add(text);
            return this;
        }

        /**
         * Adds a user who may do everything, and switches the default user off, so that a client that does not log in
         * gets {@code NOAUTH}. Default: no user, and the default user needs no password.
         *
         * @param name the name
         * @param password the password
         * @return this builder
         */
        public Builder user(String name, String password) {
            if (!name.matches("\\S+")) {
                throw new IllegalArgumentException("the name of a user must not be empty or have spaces: " + name);
            }
            settings.users.put(name, password);
            return this;
        }

        /**
         * Opens a plaintext port besides the TLS port. Default: there is none.
         *
         * @return this builder
         */
        public Builder plaintextPort() {
            settings.plaintext = true;
            return this;
        }

        /**
         * Sets Valkey's {@code tls-protocols}, such as {@code TLSv1.2}. Default: TLS 1.2 and 1.3.
         *
         * @param protocols Valkey's names of TLS versions, with spaces between
         * @return this builder
         */
        public Builder tlsProtocols(String protocols) {
            return config("tls-protocols", protocols);
        }

        /**
         * Sets Valkey's {@code tls-ciphers}: OpenSSL's list for TLS 1.2 and older. Default: OpenSSL's.
         *
         * @param ciphers OpenSSL's cipher list
         * @return this builder
         */
        public Builder tlsCiphers(String ciphers) {
            return config("tls-ciphers", ciphers);
        }

        /**
         * Sets Valkey's {@code tls-ciphersuites}: the suites of TLS 1.3. Default: OpenSSL's.
         *
         * @param suites the names of cipher suites, with colons between
         * @return this builder
         */
        public Builder tlsCipherSuites(String suites) {
            return config("tls-ciphersuites", suites);
        }

        /**
         * Sets a configuration option by its name in {@code valkey.conf}. Ports and addresses are the library's own
         * and cannot be set. Clients must come with a certificate, unless {@code tls-auth-clients} is set to {@code
         * no} or {@code optional}.
         *
         * @param name the name
         * @param value the value
         * @return this builder
         */
        public Builder config(String name, String value) {
            if (List.of("port", "tls-port", "bind", "cluster-port").contains(name)) {
                throw new IllegalArgumentException(name + " is chosen by the test kit");
            }
            settings.config.put(name, value);
            return this;
        }

        /**
         * Lets the server's OpenSSL load and speak what it refuses today: RSA keys below 2048 bits, SHA-1 signatures,
         * TLS 1.0 and 1.1. Those versions must also be asked for with {@link #tlsProtocols}. Default: OpenSSL's own
         * security level.
         *
         * @return this builder
         */
        public Builder lowSecurityLevel() {
            settings.lowSecurityLevel = true;
            return this;
        }

        /**
         * Limits the groups of key exchange that the server's OpenSSL agrees to, in its words. One with
         * {@code X25519MLKEM768} alone, which OpenSSL has since 3.5, takes hybrid key exchanges only. Default:
         * OpenSSL's own.
         *
         * @param names the groups, separated by colons, such as {@code X25519:P-256}
         * @return this builder
         */
        public Builder groups(String names) {
            settings.groups = names;
            return this;
        }

        /**
         * Limits the time until the server is ready. Default: 30 seconds.
         *
         * @param limit how long to wait
         * @return this builder
         */
        public Builder startTimeout(Duration limit) {
            settings.startTimeout = limit;
            return this;
        }

        /**
         * Starts the server and waits until it is ready for connections.
         *
         * @return the started server, to be closed by the caller
         * @throws IllegalStateException if there is neither a {@code valkey-server} nor Docker, with both ways out; or
         *     if the server does not start, with the end of its log
         */
        public ValkeyServer start() {
            settings.requireAnchors();
            return new ValkeyServer(new ServerSettings(settings)).start();
        }
    }
}
