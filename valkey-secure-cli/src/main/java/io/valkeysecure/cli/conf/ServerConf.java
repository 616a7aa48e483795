package io.valkeysecure.cli.conf;

import io.valkeysecure.cli.base.InputException;
import java.util.List;

/** The part of {@code valkey.conf} and {@code sentinel.conf} that makes a server one of TLS only. */
public final class ServerConf {
    private static final String SUITES_12 = "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
            + "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"
            + "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256";
    private static final String SUITES_13 =
            "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256";

    private ServerConf() {}

    /**
     * Writes the part of a server that stands alone, or has replicas.
     *
     * @param deployment what it is for
     * @return text for {@code valkey.conf}
     */
    public static String server(Deployment deployment) {
        Directives conf = tls(deployment, "valkey.conf, TLS only");
        replication(conf, deployment);
        deployment
                .announced()
                .ifPresent(name -> conf.add(
                        "replicas tell this name and port, which is in the certificate, and not an address",
                        "replica-announce-ip " + name,
                        "replica-announce-port " + deployment.port()));
        return conf.toString();
    }

    /**
     * Writes the part of a cluster node.
     *
     * @param deployment what it is for
     * @return text for {@code valkey.conf}
     */
    public static String cluster(Deployment deployment) {
        Directives conf = tls(deployment, "valkey.conf of a cluster node, TLS only");
        conf.add("a node of a cluster", "cluster-enabled yes");
        conf.add(
                "the bus between the nodes by TLS; it is in the clear otherwise, whatever the clients do",
                "tls-cluster yes");
        replication(conf, deployment);
        deployment
                .announced()
                .ifPresent(name -> conf.add(
                        "clients are told this name, which is in the certificate, and not an address",
                        "cluster-announce-hostname " + name,
                        "cluster-preferred-endpoint-type hostname"));
        return conf.toString();
    }

    private static void replication(Directives conf, Deployment deployment) {
        conf.add("replicas connect by TLS: both sides of replication need this", "tls-replication yes");
        boolean newNames = deployment.version().isAtLeast(8, 0);
        deployment.replicationUser().ifPresent(user -> {
            conf.add(
                    "whom a replica logs in as: the default user is off, and the application's user can do too much",
                    (newNames ? "primaryuser " : "masteruser ") + user);
            conf.add(
                    "one line, " + (newNames ? "primaryauth" : "masterauth")
                            + " PASSWORD, in a file of mode 0600 of its own, so that this one may be shown around",
                    "include " + deployment.secrets());
        });
    }

    /**
     * Which primary a sentinel watches.
     *
     * @param name the name of the primary
     * @param host where it is now
     * @param port its TLS port
     * @param quorum how many sentinels have to agree that it is down
     * @param user whom the sentinel logs in as
     */
    public record Watched(String name, String host, int port, int quorum, String user) {
        /**
         * Checks every text.
         *
         * @throws InputException if one could end a line or a string in what is written
         */
        public Watched {
            Deployment.requirePlain(name);
            Deployment.requirePlain(host);
            Deployment.requirePlain(user);
            Deployment.requirePort(port);
        }
    }

    /**
     * Writes the part of a sentinel.
     *
     * @param deployment what it is for
     * @param watched what it watches
     * @return text for {@code sentinel.conf}
     */
    public static String sentinel(Deployment deployment, Watched watched) {
        Directives conf = tls(deployment, "sentinel.conf, TLS only");
        conf.add("a sentinel's own connections, to the servers and to other sentinels, by TLS", "tls-replication yes");
        conf.add(
                "names and not addresses, in what is read and in what is told: they are what certificates carry",
                "sentinel resolve-hostnames yes",
                "sentinel announce-hostnames yes");
        deployment
                .announced()
                .ifPresent(name -> conf.add(
                        "the name that other sentinels are told",
                        "sentinel announce-ip " + name,
                        "sentinel announce-port " + deployment.port()));
        conf.add(
                "the primary, by a name that is in its certificate, with its TLS port",
                "sentinel monitor " + watched.name() + " " + watched.host() + " " + watched.port() + " "
                        + watched.quorum());
        conf.add(
                "whom it logs in as on the servers, and on other sentinels",
                "sentinel auth-user " + watched.name() + " " + watched.user(),
                "sentinel sentinel-user " + watched.user());
        conf.add(
                "two lines, sentinel auth-pass " + watched.name() + " PASSWORD and sentinel sentinel-pass PASSWORD,"
                        + " in a file of mode 0600. The sentinel writes them into this file as well: 0600, too",
                "include " + deployment.secrets());
        return conf.toString();
    }

    private static Directives tls(Deployment deployment, String head) {
        Version version = deployment.version();
        Directives conf = new Directives(head + ", Valkey " + version.major() + "." + version.minor());
        conf.add("no plaintext port: what is not listened on cannot be left open", "port 0");
        conf.add(
                "the TLS port, another than 6379 so that a plaintext client finds nobody",
                "tls-port " + deployment.port());
        conf.add("the addresses to listen on, and no others", "bind " + String.join(" ", deployment.bind()));
        conf.add("a second lock, should the users below ever be lost", "protected-mode yes");
        conf.add(
                "leaf first, then its intermediates; with serverAuth, and clientAuth too where it calls other servers",
                "tls-cert-file " + deployment.certificate());
        conf.add("readable by the server's user only: mode 0600", "tls-key-file " + deployment.key());
        conf.add(
                "who may have issued the certificates of clients and of other servers; no system store",
                "tls-ca-cert-file " + deployment.ca());
        conf.add(
                "every client has to come with a certificate: optional would let those in who have none",
                "tls-auth-clients yes");
        conf.add(
                deployment.strict()
                        ? "TLS 1.3 and nothing older"
                        : "nothing older than TLS 1.2, whatever OpenSSL's set-up says",
                "tls-protocols \"" + (deployment.strict() ? "TLSv1.3" : "TLSv1.2 TLSv1.3") + "\"");
        if (!deployment.strict()) {
            conf.add(
                    "of TLS 1.2 only what has forward secrecy and authenticated encryption",
                    "tls-ciphers " + SUITES_12);
        }
        conf.add("of TLS 1.3 what every client can do", "tls-ciphersuites " + SUITES_13);
        if (version.isAtLeast(9, 1)) {
            conf.add(
                    "renewed files come into force within five minutes, without a restart or CONFIG SET",
                    "tls-auto-reload-interval 300");
        }
        conf.add(
                "users with passwords; the default user, who needs none, is off in it",
                "aclfile " + deployment.users());
        return conf;
    }

    /** The commands by which a running server takes renewed files. */
    static List<String> reload(Deployment deployment) {
        return List.of(
                "tls-cert-file",
                deployment.certificate(),
                "tls-key-file",
                deployment.key(),
                "tls-ca-cert-file",
                deployment.ca());
    }
}
