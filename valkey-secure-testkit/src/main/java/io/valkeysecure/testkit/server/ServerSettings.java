package io.valkeysecure.testkit.server;

import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.internal.server.ServerFiles;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What was asked of a server, and the files that its process needs for it. */
final class ServerSettings {
    static final String CLUSTER_STATE = "nodes.conf";
    private static final String AUTH_CLIENTS = "tls-auth-clients";

    final TestCertificate identity;
    final List<TestCertificate> clientAnchors;
    final Map<String, String> users;
    final Map<String, String> config;
    final List<String> lines;
    boolean plaintext;
    boolean lowSecurityLevel;

    @Nullable
    String groups;

    Duration startTimeout = Duration.ofSeconds(30);
    String adminPassword = ServerFiles.randomPassword();
    Optional<TestCertificate> peerIdentity = Optional.empty();
    boolean clusterNode;
    boolean sentinel;

    ServerSettings(TestCertificate identity, List<TestCertificate> clientAnchors) {
        this.identity = identity;
        this.clientAnchors = clientAnchors;
        users = new LinkedHashMap<>();
        config = new LinkedHashMap<>(Map.of(AUTH_CLIENTS, "yes"));
        lines = new ArrayList<>();
    }

    ServerSettings(ServerSettings other) {
        identity = other.identity;
        clientAnchors = List.copyOf(other.clientAnchors);
        users = new LinkedHashMap<>(other.users);
        config = new LinkedHashMap<>(other.config);
        lines = new ArrayList<>(other.lines);
        plaintext = other.plaintext;
        lowSecurityLevel = other.lowSecurityLevel;
        groups = other.groups;
        startTimeout = other.startTimeout;
        adminPassword = other.adminPassword;
        peerIdentity = other.peerIdentity;
        clusterNode = other.clusterNode;
        sentinel = other.sentinel;
    }

    void requireAnchors() {
        if (clientAnchors.isEmpty() && !"no".equals(config.get(AUTH_CLIENTS))) {
            throw new IllegalStateException(AUTH_CLIENTS + " is " + config.get(AUTH_CLIENTS)
                    + ", but the server was given no CA for client certificates");
        }
    }

    ServerFiles files(TestCertificate presented, Optional<String> clusterState) {
        ServerFiles files = new ServerFiles();
        files.present(presented, clientAnchors);
        if (!sentinel) {
            files.configure("save", "");
            files.configure("appendonly", "no");
        }
        config.forEach(files::configure);
        files.users(users);
        files.user(ValkeyServer.ADMIN_USER, adminPassword);
        peerIdentity.ifPresent(peer -> {
            files.add(ServerFiles.PEER_CERTIFICATE, peer.chainPem());
            files.add("peer.key", peer.privateKeyPem());
            files.configure("tls-client-cert-file", ServerFiles.DIRECTORY + "/" + ServerFiles.PEER_CERTIFICATE);
            files.configure("tls-client-key-file", ServerFiles.DIRECTORY + "/peer.key");
            files.configure("tls-replication", "yes");
        });
        if (clusterNode) {
            files.configure("dir", ServerFiles.DIRECTORY);
            files.configure("cluster-config-file", CLUSTER_STATE);
            clusterState.ifPresent(nodes -> files.add(CLUSTER_STATE, nodes));
        }
        lines.forEach(files::line);
        if (sentinel) {
            files.runAsSentinel();
        }
        if (lowSecurityLevel || groups != null) {
            files.add(
                    ServerFiles.OPENSSL_CONFIGURATION,
                    """
                    openssl_conf = testkit
                    [testkit]
                    ssl_conf = ssl
                    [ssl]
                    system_default = changed
                    [changed]
                    """
                            + (lowSecurityLevel ? "MinProtocol = TLSv1\nCipherString = DEFAULT:@SECLEVEL=0\n" : "")
                            + (groups == null ? "" : "Groups = " + groups + "\n"));
        }
        return files;
    }
}
