package io.valkeysecure.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SslOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.netty.resolver.DefaultAddressResolverGroup;
import io.valkeysecure.ClientIdentity;
import io.valkeysecure.Engine;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.Revocation;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsConfigurationException;
import io.valkeysecure.TlsHandshakeException;
import io.valkeysecure.TlsPolicy;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.cli.CalledHere;
import io.valkeysecure.cli.base.OptionNames;
import io.valkeysecure.jedis.SecureJedis;
import io.valkeysecure.lettuce.SecureLettuce;
import io.valkeysecure.testkit.certificate.ExtendedKeyUsage;
import io.valkeysecure.testkit.certificate.KeyType;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.hostile.HostilePeer;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import javax.net.ssl.SSLSocketFactory;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisClientConfig;

/**
 * What an operator gets wrong, tried as a new user would, and what is said of it: by this library, and by the raw
 * clients with the same files. {@code docs/misconfigurations.md} is the table; write it anew with
 * {@code -Dmisconfigurations.update=true}.
 */
@SuppressWarnings("deprecation") // the setters of Jedis that people use
class MisconfigurationsTest {
    private static final Path PAGE = Path.of("..", "docs", "misconfigurations.md");

    @SuppressWarnings("TimeInStaticInitializer") // the certificates of one run
    private static final Instant NOW = Instant.now();

    private static final Instant YESTERDAY = NOW.minus(Duration.ofDays(1));
    private static final Duration SHORT = Duration.ofMillis(500);

    private static final TestCertificate ROOT =
            TestCertificate.root().subject("CN=Example CA").notBefore(YESTERDAY).build();
    private static final TestCertificate INTERMEDIATE = ROOT.issue()
            .ca()
            .subject("CN=Example Issuing CA")
            .notBefore(YESTERDAY)
            .build();
    private static final TestCertificate STRANGER =
            TestCertificate.root().subject("CN=Other CA").notBefore(YESTERDAY).build();
    private static final TestCertificate SERVER = leaf().dnsName("localhost").build();
    private static final TestCertificate CLIENT =
            ROOT.issue().subject("CN=app").notBefore(YESTERDAY).build();
    private static final ClientResources RESOURCES = DefaultClientResources.builder()
            .addressResolverGroup(DefaultAddressResolverGroup.INSTANCE)
            .build();

    private static TestCertificate.Builder leaf() {
        return ROOT.issue().subject("CN=valkey-1").notBefore(YESTERDAY);
    }

    /** Files, server and settings as they ought to be; each row gets one thing wrong. */
    private static final class Setup implements AutoCloseable {
        final Path directory;
        final List<Runnable> opened = new ArrayList<>();
        Path ca;
        Path certificate;
        Path key;
        TestCertificate trusted = ROOT;

        @Nullable
        TestCertificate identity = CLIENT;

        @Nullable
        String password;

        String scheme = "rediss";
        String host = "localhost";
        int port;
        int connections = 1;
        Duration patience = Duration.ofSeconds(10);
        Revocation revocation = Revocation.notChecked();
        boolean ocsp;

        @Nullable
        Path crl;

        Setup(Path directory) throws IOException {
            this.directory = directory;
            ca = write("ca.crt", ROOT.certificatePem());
            certificate = directory.resolve("tls.crt");
            key = directory.resolve("tls.key");
            presents(CLIENT);
        }

        final Path write(String name, String text) throws IOException {
            return Files.writeString(directory.resolve(name), text);
        }

        final void presents(TestCertificate other) throws IOException {
            identity = other;
            write("tls.crt", other.chainPem());
            write("tls.key", other.privateKeyPem());
        }

        void serve(ValkeyServer.Builder builder) {
            ValkeyServer server = builder.start();
            opened.add(server::close);
            port = server.port();
        }

        void serve(HostilePeer peer) {
            opened.add(peer::close);
            port = peer.port();
        }

        /** Takes the server's last place for clients. */
        void occupy() throws IOException {
            ValkeyServer server = ValkeyServer.builder(SERVER, ROOT)
                    .config("maxclients", "1")
                    .plaintextPort()
                    .start();
            opened.add(server::close);
            Socket client = new Socket(server.host(), server.plaintextPort());
            opened.add(0, () -> close(client));
            client.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.UTF_8));
            assertThat(client.getInputStream().read()).isEqualTo('+');
            port = server.port();
        }

        private static void close(Socket client) {
            try {
                client.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        void trusts(TestCertificate other) throws IOException {
            trusted = other;
            write("ca.crt", other.certificatePem());
        }

        /** With ours; null if it works. */
        @Nullable
        Throwable ours(boolean lettuce) {
            return catchThrowable(() -> {
                SecureTls.WantsClientIdentity trusting = SecureTls.trusting(TrustAnchors.pem(ca));
                try (SecureTls tls = (identity == null
                                ? trusting.withoutClientIdentity()
                                : trusting.presenting(
                                        password == null
                                                ? ClientIdentity.pem(certificate, key)
                                                : ClientIdentity.pem(certificate, key, password.toCharArray())))
                        .revocation(revocation)
                        .policy(TlsPolicy.builder().handshakeTimeout(patience).build())
                        .engine(Engine.jdk()) // as for everybody who adds nothing; the tables have the other ones
                        .build()) {
                    for (int i = 0; i < connections; i++) {
                        if (lettuce) {
                            ping(SecureLettuce.clientBuilder(tls, RedisURI.create(uri()))
                                    .resources(RESOURCES)
                                    .build());
                        } else {
                            JedisClientConfig config = SecureJedis.clientConfig(
                                    tls, DefaultJedisClientConfig.builder().build());
                            ping(config);
                        }
                    }
                }
            });
        }

        /**
         * {@return what the command line says, in the form of the page; null if it has no such option}
         *
         * @param ours what the library said
         */
        @Nullable
        String commandLine(String ours) throws IOException {
            if (scheme.equals("redis") || ocsp) {
                return null;
            }
            List<String> arguments = new ArrayList<>(List.of(
                    "connect",
                    (host.contains(":") ? "[" + host + "]" : host) + ":" + port,
                    "--timeout",
                    patience.equals(SHORT) ? "1" : "10",
                    "--ca",
                    ca.toString()));
            if (identity != null) {
                arguments.addAll(List.of("--cert", certificate.toString(), "--key", key.toString()));
            }
            if (password != null) {
                arguments.addAll(List.of(
                        "--key-passphrase-file", write("passphrase", password).toString()));
            }
            if (crl != null) {
                arguments.addAll(List.of("--crl", crl.toString()));
            }
            arguments.add("PING");
            String said = normal(CalledHere.errors(arguments.toArray(String[]::new)), this)
                    .strip()
                    .replace("valkey-secure: error: ", "")
                    .replace("valkey-secure: hint: ", "hint: ");
            return said.isEmpty()
                    ? "*connects*"
                    : said.replace(OptionNames.in(ours) + " hint:", "as the library; hint:")
                            .replace(OptionNames.in(ours), "as the library");
        }

        /** Lettuce as its documentation shows it. */
        @Nullable
        Throwable rawLettuce() {
            return catchThrowable(() -> {
                SslOptions.Builder options = SslOptions.builder().trustManager(ca.toFile());
                if (identity != null) {
                    options.keyManager(certificate.toFile(), key.toFile(), null);
                }
                RedisClient client = RedisClient.create(RESOURCES, uri());
                client.setOptions(
                        ClientOptions.builder().sslOptions(options.build()).build());
                ping(client);
            });
        }

        /** Jedis as its documentation shows it, with the same material in stores, since it reads no PEM. */
        @Nullable
        Throwable rawJedis() {
            return catchThrowable(() -> {
                SSLSocketFactory factory = identity == null
                        ? TlsOnly.trusting(trusted)
                        : identity.tlsContext(trusted).getSocketFactory();
                for (int i = 0; i < connections; i++) {
                    ping(DefaultJedisClientConfig.builder()
                            .ssl(scheme.equals("rediss"))
                            .sslSocketFactory(factory)
                            .timeoutMillis((int) patience.toMillis())
                            .build());
                }
            });
        }

        private String uri() {
            return scheme + "://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
        }

        private void ping(RedisClient client) {
            RedisURI uri = RedisURI.create(uri());
            uri.setTimeout(patience.multipliedBy(2));
            try (client;
                    StatefulRedisConnection<String, String> connection = client.connect(uri)) {
                connection.sync().ping();
            }
        }

        private void ping(JedisClientConfig config) {
            try (Jedis jedis = new Jedis(new HostAndPort(host, port), config)) {
                jedis.ping();
            }
        }

        @Override
        public void close() {
            opened.forEach(Runnable::run);
        }
    }

    /** A socket factory with trust and no key. */
    private static final class TlsOnly {
        static SSLSocketFactory trusting(TestCertificate anchor) throws Exception {
            java.security.KeyStore store = java.security.KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setCertificateEntry("ca", anchor.certificate());
            javax.net.ssl.TrustManagerFactory managers = javax.net.ssl.TrustManagerFactory.getInstance(
                    javax.net.ssl.TrustManagerFactory.getDefaultAlgorithm());
            managers.init(store);
            javax.net.ssl.SSLContext context = javax.net.ssl.SSLContext.getInstance("TLS");
            context.init(null, managers.getTrustManagers(), null);
            return context.getSocketFactory();
        }
    }

    @FunctionalInterface
    private interface Mistake {
        void make(Setup setup) throws Exception;
    }

    /**
     * A row.
     *
     * @param reason the reason of the refusal; null if no handshake begins, and the client speaks
     * @param cause words of the message that name the cause
     * @param cure words of the message that name what to do
     * @param jedis whether raw Jedis can make this mistake: it reads no PEM files
     */
    private record Row(
            String what, @Nullable RefusalReason reason, String cause, String cure, boolean jedis, Mistake mistake) {}

    private static Row files(String what, RefusalReason reason, String cause, String cure, Mistake mistake) {
        return new Row(what, reason, cause, cure, false, mistake);
    }

    /** A CA file with another content. */
    private static Row caFile(String what, String cause, String cure, byte[] content) {
        return files("CA file: " + what, RefusalReason.MATERIAL_UNREADABLE, cause, cure, setup -> {
            honest(setup);
            Files.write(setup.ca, content);
        });
    }

    private static Row caFile(String what, String cause, String cure, String content) {
        return caFile(what, cause, cure, content.getBytes(StandardCharsets.UTF_8));
    }

    /** A key file with another content. */
    private static Row keyFile(String what, String cause, String cure, byte[] content) {
        return files("key file: " + what, RefusalReason.MATERIAL_UNREADABLE, cause, cure, setup -> {
            honest(setup);
            Files.write(setup.key, content);
        });
    }

    /** A path of the CA file. */
    private static Row caPath(String what, String cause, String cure, String path) {
        return files("CA file: " + what, RefusalReason.MATERIAL_UNREADABLE, cause, cure, setup -> {
            honest(setup);
            setup.ca = Path.of(path);
        });
    }

    /** What the client library says before a handshake begins; this library adds nothing. */
    private static Row client(String what, String cause, Mistake mistake) {
        return new Row(what, null, cause, "", true, mistake);
    }

    /** {@return a block whose content is not looked at before its label} */
    private static byte[] block(String label, byte[] content) {
        return ("-----BEGIN " + label + "-----\n"
                        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content) + "\n-----END " + label
                        + "-----\n")
                .getBytes(StandardCharsets.UTF_8);
    }

    private static Row row(String what, RefusalReason reason, String cause, String cure, Mistake mistake) {
        return new Row(what, reason, cause, cure, true, mistake);
    }

    private static byte[] signingRequest() throws Exception {
        return new JcaPKCS10CertificationRequestBuilder(
                        new X500Principal("CN=app"), CLIENT.keyPair().getPublic())
                .build(new JcaContentSignerBuilder("SHA256withECDSA").build(CLIENT.privateKey()))
                .getEncoded();
    }

    private static void honest(Setup setup) {
        setup.serve(ValkeyServer.builder(SERVER, ROOT));
    }

    private static void shows(Setup setup, TestCertificate certificate) {
        setup.serve(ValkeyServer.builder(certificate, ROOT));
    }

    private static List<Row> rows() {
        return List.of(
                files(
                        "CA file: the path is wrong",
                        RefusalReason.MATERIAL_UNREADABLE,
                        "ca.pem does not exist",
                        "is the path right",
                        setup -> {
                            honest(setup);
                            setup.ca = setup.directory.resolve("ca.pem");
                        }),
                files("CA file: empty", RefusalReason.MATERIAL_UNREADABLE, "is empty", "written in full", setup -> {
                    honest(setup);
                    setup.write("ca.crt", "");
                }),
                files("CA file: half written", RefusalReason.MATERIAL_UNREADABLE, "cut off", "copy it again", setup -> {
                    honest(setup);
                    setup.write("ca.crt", ROOT.certificatePem().substring(0, 200));
                }),
                files(
                        "CA file: DER instead of PEM",
                        RefusalReason.MATERIAL_UNREADABLE,
                        "DER",
                        "openssl x509",
                        setup -> {
                            honest(setup);
                            Files.write(setup.ca, ROOT.encoded());
                        }),
                caFile("with a byte order mark", "byte order mark", "sed -i", "\ufeff" + ROOT.certificatePem()),
                caFile(
                        "in UTF-16",
                        "UTF-16",
                        "iconv",
                        ("\ufeff" + ROOT.certificatePem()).getBytes(StandardCharsets.UTF_16LE)),
                caFile(
                        "indented, as in YAML",
                        "indented",
                        "sed -i",
                        ROOT.certificatePem().indent(2)),
                caFile(
                        "line breaks as \\n, as in JSON",
                        "line breaks",
                        "printf",
                        ROOT.certificatePem().replace("\n", "\\n")),
                caFile("on one line", "one line", "fold", ROOT.certificatePem().replace("\n", " ")),
                caFile(
                        "base64 of a PEM file",
                        "Kubernetes",
                        "base64 -d",
                        Base64.getEncoder().encode(ROOT.certificatePem().getBytes(StandardCharsets.UTF_8))),
                caFile(
                        "a login page",
                        "HTML",
                        "fetch the file again",
                        "<!DOCTYPE html><html><head><title>Sign in</title></head></html>\n"),
                files("CA file: a store", RefusalReason.MATERIAL_UNREADABLE, "PKCS#12", "keyStore", setup -> {
                    honest(setup);
                    TestCertificate.writeTrustStore(setup.ca, "PKCS12", "secret".toCharArray(), ROOT);
                }),
                files(
                        "CA file: the CA's revocation list",
                        RefusalReason.MATERIAL_UNREADABLE,
                        "revocation list",
                        "Revocation.crls",
                        setup -> {
                            honest(setup);
                            ROOT.crl().build().write(setup.ca);
                        }),
                caPath("the path is empty", "path is empty", "variable", ""),
                caPath("the path begins with ~", "does not exist", "home directory", "~/tls/ca.crt"),
                files(
                        "CA file: a symbolic link to itself",
                        RefusalReason.MATERIAL_UNREADABLE,
                        "symbolic link",
                        "readlink",
                        setup -> {
                            honest(setup);
                            Files.delete(setup.ca);
                            Files.createSymbolicLink(setup.ca, setup.ca);
                        }),
                files(
                        "CA file: the directory is named",
                        RefusalReason.MATERIAL_UNREADABLE,
                        "is a directory",
                        "name the file",
                        setup -> {
                            honest(setup);
                            setup.ca = setup.directory;
                        }),
                row(
                        "CA file: another CA of the same name",
                        RefusalReason.UNTRUSTED_ISSUER,
                        "SHA-256",
                        "older CA",
                        setup -> {
                            honest(setup);
                            setup.trusts(TestCertificate.root()
                                    .subject("CN=Example CA")
                                    .notBefore(YESTERDAY)
                                    .build());
                        }),
                row("CA file: of another CA", RefusalReason.UNTRUSTED_ISSUER, "Example CA", "TrustAnchors", setup -> {
                    honest(setup);
                    setup.trusts(STRANGER);
                }),
                row(
                        "CA file: holds the server's certificate",
                        RefusalReason.CONSTRAINT_VIOLATED,
                        "is no CA",
                        "issued",
                        setup -> {
                            honest(setup);
                            setup.trusts(SERVER);
                        }),
                files(
                        "key file: not readable for this user",
                        RefusalReason.MATERIAL_UNREADABLE,
                        "tls.key",
                        "read",
                        setup -> {
                            honest(setup);
                            Files.setPosixFilePermissions(setup.key, PosixFilePermissions.fromString("---------"));
                            if (Files.isReadable(setup.key)) {
                                // root reads all but what the kernel lets nobody read
                                Files.delete(setup.key);
                                Files.createSymbolicLink(setup.key, Path.of("/proc/sys/vm/compact_memory"));
                            }
                        }),
                keyFile(
                        "of OpenSSH",
                        "OpenSSH",
                        "ssh-keygen",
                        block("OPENSSH PRIVATE KEY", "openssh-key-v1".getBytes(StandardCharsets.UTF_8))),
                keyFile(
                        "DER instead of PEM",
                        "DER",
                        "openssl pkey",
                        CLIENT.privateKey().getEncoded()),
                keyFile(
                        "holds the public key",
                        "public key",
                        "private key of it",
                        block("PUBLIC KEY", CLIENT.keyPair().getPublic().getEncoded())),
                files(
                        "certificate file: a signing request",
                        RefusalReason.MATERIAL_UNREADABLE,
                        "signing request",
                        "the CA answered",
                        setup -> {
                            honest(setup);
                            Files.write(setup.certificate, block("CERTIFICATE REQUEST", signingRequest()));
                        }),
                files(
                        "key is encrypted, another password given",
                        RefusalReason.MATERIAL_UNREADABLE,
                        "does not open",
                        "openssl pkey",
                        setup -> {
                            honest(setup);
                            setup.write("tls.key", CLIENT.encryptedPrivateKeyPem("secret".toCharArray()));
                            setup.password = "Secret";
                        }),
                files(
                        "certificate and key swapped",
                        RefusalReason.MATERIAL_UNREADABLE,
                        "is a private key",
                        "swapped",
                        setup -> {
                            honest(setup);
                            Path certificate = setup.certificate;
                            setup.certificate = setup.key;
                            setup.key = certificate;
                        }),
                files(
                        "key of another certificate",
                        RefusalReason.KEY_MISMATCH,
                        "does not belong",
                        "different times",
                        setup -> {
                            honest(setup);
                            setup.write("tls.key", ROOT.issue().build().privateKeyPem());
                        }),
                files(
                        "key is encrypted, no password given",
                        RefusalReason.MATERIAL_UNREADABLE,
                        "no password is given",
                        "pem(certificate, key, password)",
                        setup -> {
                            honest(setup);
                            setup.write("tls.key", CLIENT.encryptedPrivateKeyPem("secret".toCharArray()));
                        }),
                files(
                        "certificate file: intermediate before the leaf",
                        RefusalReason.KEY_MISMATCH,
                        "certificate 2",
                        "put that one first",
                        setup -> {
                            honest(setup);
                            TestCertificate own = INTERMEDIATE
                                    .issue()
                                    .subject("CN=app")
                                    .notBefore(YESTERDAY)
                                    .build();
                            setup.presents(own);
                            setup.write("tls.crt", TestCertificate.pem(INTERMEDIATE, own));
                        }),
                row("own certificate has expired", RefusalReason.EXPIRED, "expired at", "renew", setup -> {
                    honest(setup);
                    setup.presents(ROOT.issue()
                            .subject("CN=app")
                            .notBefore(YESTERDAY)
                            .notAfter(NOW.minusSeconds(60))
                            .build());
                }),
                row(
                        "no client certificate configured",
                        RefusalReason.CLIENT_IDENTITY_REQUIRED,
                        "demands a client certificate",
                        "presenting",
                        setup -> {
                            honest(setup);
                            setup.identity = null;
                        }),
                row(
                        "client certificate of the wrong CA",
                        RefusalReason.CLIENT_IDENTITY_REJECTED,
                        "our client certificate",
                        "tls-ca-cert-file",
                        setup -> {
                            honest(setup);
                            setup.presents(STRANGER.issue().subject("CN=app").build());
                        }),
                row(
                        "client certificate made for servers only",
                        RefusalReason.CLIENT_IDENTITY_REJECTED,
                        "our client certificate",
                        "clientAuth",
                        setup -> {
                            honest(setup);
                            setup.presents(ROOT.issue()
                                    .subject("CN=app")
                                    .extendedKeyUsage(ExtendedKeyUsage.SERVER_AUTH)
                                    .build());
                        }),
                row(
                        "certificate file: the own intermediate is missing",
                        RefusalReason.CLIENT_IDENTITY_REJECTED,
                        "unknown_ca",
                        "intermediates",
                        setup -> {
                            honest(setup);
                            setup.presents(INTERMEDIATE
                                    .issue()
                                    .subject("CN=app")
                                    .notBefore(YESTERDAY)
                                    .build()
                                    .withIntermediates());
                        }),
                row(
                        "redis:// where the server has a TLS port",
                        RefusalReason.PLAINTEXT_REQUESTED,
                        "without TLS",
                        "write rediss://",
                        setup -> {
                            honest(setup);
                            setup.scheme = "redis";
                        }),
                row(
                        "the plaintext port dialled",
                        RefusalReason.HANDSHAKE_TIMEOUT,
                        "plaintext port",
                        "tls-port",
                        setup -> {
                            ValkeyServer server = ValkeyServer.builder(SERVER, ROOT)
                                    .plaintextPort()
                                    .start();
                            setup.opened.add(server::close);
                            setup.port = server.plaintextPort();
                            setup.patience = SHORT;
                        }),
                row(
                        "a server without TLS",
                        RefusalReason.PLAINTEXT_PEER,
                        "expected TLS",
                        "tls-port",
                        setup -> setup.serve(HostilePeer.plaintextValkey())),
                row("maxclients is reached", RefusalReason.PEER_CLOSED, "maxclients", "logs", setup -> {
                    honest(setup);
                    setup.occupy();
                }),
                row(
                        "a load balancer without a server behind it",
                        RefusalReason.PEER_CLOSED,
                        "load balancer",
                        "logs",
                        setup -> setup.serve(HostilePeer.closesAtOnce())),
                row(
                        "a web server dialled",
                        RefusalReason.PLAINTEXT_PEER,
                        "HTTP",
                        "tls-port",
                        setup -> setup.serve(HostilePeer.speaksHttp())),
                client("a name that DNS does not know", "valkey.invalid", setup -> {
                    honest(setup);
                    setup.host = "valkey.invalid";
                }),
                client("nothing listens at the port", "refused", setup -> {
                    try (ServerSocket free = new ServerSocket(0)) {
                        setup.port = free.getLocalPort();
                    }
                }),
                row(
                        "dialled by an alias that the certificate has not",
                        RefusalReason.NAME_MISMATCH,
                        "dNSName valkey.test",
                        "dial",
                        setup -> {
                            honest(setup);
                            setup.host = "valkey.test";
                        }),
                row(
                        "a cluster node announces its address",
                        RefusalReason.NAME_MISMATCH,
                        "iPAddress 127.0.0.1",
                        "serverIdentity",
                        setup -> {
                            honest(setup);
                            setup.host = "127.0.0.1";
                        }),
                row(
                        "dialled by an IPv4 address in the form of IPv6",
                        RefusalReason.NAME_MISMATCH,
                        "iPAddress 127.0.0.1",
                        "serverIdentity",
                        setup -> {
                            honest(setup);
                            setup.host = "::ffff:127.0.0.1";
                        }),
                row(
                        "server certificate has its name in the CN only",
                        RefusalReason.NAME_MISMATCH,
                        "has no SAN",
                        "issue it again",
                        setup -> shows(
                                setup,
                                ROOT.issue()
                                        .subject("CN=localhost")
                                        .notBefore(YESTERDAY)
                                        .build())),
                row(
                        "server certificate has expired",
                        RefusalReason.EXPIRED,
                        "expired at",
                        "renew",
                        setup -> shows(
                                setup,
                                leaf().dnsName("localhost")
                                        .notAfter(NOW.minusSeconds(60))
                                        .build())),
                row(
                        "clocks: this one is an hour behind the CA's",
                        RefusalReason.NOT_YET_VALID,
                        "valid from",
                        "clock",
                        setup -> shows(
                                setup,
                                leaf().dnsName("localhost")
                                        .notBefore(NOW.plusSeconds(3600))
                                        .notAfter(NOW.plusSeconds(7200))
                                        .build())),
                row(
                        "server does not send its intermediate",
                        RefusalReason.UNTRUSTED_ISSUER,
                        "Example Issuing CA",
                        "intermediate",
                        setup -> shows(
                                setup,
                                INTERMEDIATE
                                        .issue()
                                        .subject("CN=valkey-1")
                                        .notBefore(YESTERDAY)
                                        .dnsName("localhost")
                                        .build()
                                        .withIntermediates())),
                row(
                        "server certificate by openssl req -x509",
                        RefusalReason.CONSTRAINT_VIOLATED,
                        "CA",
                        "issue",
                        setup -> {
                            TestCertificate lone = TestCertificate.root()
                                    .subject("CN=localhost")
                                    .notBefore(YESTERDAY)
                                    .dnsName("localhost")
                                    .build();
                            setup.serve(ValkeyServer.builder(lone, ROOT));
                            setup.trusts(lone);
                        }),
                row(
                        "server allows TLS 1.1 at most",
                        RefusalReason.PROTOCOL_VERSION,
                        "expected TLSv1.2 or newer",
                        "tls-protocols",
                        setup -> setup.serve(ValkeyServer.builder(
                                        leaf().keyType(KeyType.RSA_2048)
                                                .dnsName("localhost")
                                                .build(),
                                        ROOT)
                                .lowSecurityLevel()
                                .tlsCiphers("ALL:@SECLEVEL=0")
                                .tlsProtocols("TLSv1.1"))),
                row(
                        "server allows CBC only",
                        RefusalReason.CIPHER_SUITE,
                        "expected one of",
                        "tls-ciphers",
                        setup -> setup.serve(ValkeyServer.builder(SERVER, ROOT)
                                .tlsProtocols("TLSv1.2")
                                .tlsCiphers("ECDHE-ECDSA-AES128-SHA256"))),
                row(
                        "server: tls-session-caching no, with client certificates",
                        RefusalReason.PEER_ALERT,
                        "internal_error",
                        "tls-session-caching",
                        setup -> {
                            setup.serve(ValkeyServer.builder(SERVER, ROOT).config("tls-session-caching", "no"));
                            setup.connections = 3;
                        }),
                row("OCSP responder is not there", RefusalReason.REVOCATION_UNKNOWN, "OCSP", "responder", setup -> {
                    honest(setup);
                    try (ServerSocket free = new ServerSocket(0)) {
                        setup.ocsp = true;
                        setup.revocation = Revocation.ocsp(URI.create("http://127.0.0.1:" + free.getLocalPort() + "/"));
                    }
                }),
                row("CRL is stale", RefusalReason.REVOCATION_UNKNOWN, "nextUpdate was", "current one", setup -> {
                    honest(setup);
                    Path crl = setup.directory.resolve("ca.crl");
                    ROOT.crl()
                            .thisUpdate(NOW.minusSeconds(7200))
                            .nextUpdate(NOW.minusSeconds(3600))
                            .build()
                            .write(crl);
                    setup.crl = crl;
                    setup.revocation = Revocation.crls(crl);
                }),
                row("server certificate is revoked", RefusalReason.REVOKED, "revoked", "replacement", setup -> {
                    honest(setup);
                    Path crl = setup.directory.resolve("ca.crl");
                    ROOT.crl().revoke(SERVER).build().write(crl);
                    setup.crl = crl;
                    setup.revocation = Revocation.crls(crl);
                }),
                files(
                        "CA file: two CAs, of which the server's has expired",
                        RefusalReason.EXPIRED,
                        "the trust anchor that issued CN=valkey-1 is left out",
                        "renew it",
                        setup -> {
                            TestCertificate old = TestCertificate.root()
                                    .subject("CN=Old CA")
                                    .notAfter(Instant.now().minusSeconds(30))
                                    .build();
                            shows(
                                    setup,
                                    old.issue()
                                            .subject("CN=valkey-1")
                                            .dnsName("localhost")
                                            .build());
                            setup.write("ca.crt", TestCertificate.pem(old, ROOT));
                        }));
    }

    @Test
    void everyMistake_isNamedWithItsCure_andThePageSaysSo(@TempDir Path directory) throws Exception {
        List<String> wrong = new ArrayList<>();
        List<String> table = new ArrayList<>();
        int number = 0;
        for (Row row : rows()) {
            number++;
            Path own = Files.createDirectory(directory.resolve(String.valueOf(number)));
            try (Setup setup = new Setup(own)) {
                row.mistake().make(setup);
                Throwable jedis = setup.ours(false);
                Throwable lettuce = setup.ours(true);
                // Jedis takes no URI here, so TLS cannot be forgotten
                boolean uri = setup.scheme.equals("redis");
                String said = said(uri || row.reason() == null ? lettuce : jedis, setup);
                for (Throwable thrown : uri ? List.of(lettuce) : List.of(nonNull(jedis), nonNull(lettuce))) {
                    if (!RefusalReason.of(thrown).equals(Optional.ofNullable(row.reason()))) {
                        wrong.add(row.what() + ": expected " + row.reason() + ", was " + RefusalReason.of(thrown) + " "
                                + thrown);
                    }
                }
                if (!said.contains(row.cause()) || !said.contains(row.cure())) {
                    wrong.add(row.what() + ": expected \"" + row.cause() + "\" and \"" + row.cure() + "\": " + said);
                }
                String commandLine = setup.commandLine(said);
                boolean noticed = !"*connects*".equals(commandLine) || setup.connections > 1;
                if (commandLine != null && (!noticed || commandLine.contains("(...)"))) {
                    wrong.add(row.what() + ": the command line says: " + commandLine);
                }
                table.add("| " + number + ". " + row.what() + " | " + cell(said) + " | "
                        + (commandLine == null ? "has no such option" : cell(commandLine)) + " | "
                        + cell(raw(setup.rawLettuce(), setup)) + " | "
                        + (row.jedis() ? cell(raw(setup.rawJedis(), setup)) : "reads no PEM files") + " |");
            }
        }
        if (Boolean.getBoolean("misconfigurations.update")) {
            Files.writeString(PAGE, HEAD + String.join("\n", table) + "\n");
        }
        assertThat(wrong).isEmpty();
        assertThat(table).hasSizeGreaterThanOrEqualTo(40);
        assertThat(table)
                .filteredOn(line -> line.contains("| as the library") || line.contains("hint: "))
                .as("named by the command line with what to do")
                .hasSizeGreaterThanOrEqualTo(36);
        // what we say is to be on the page to the letter; of the raw clients, whether they connect: some of their words
        // race
        assertThat(table.stream().map(MisconfigurationsTest::promised))
                .containsExactlyElementsOf(Files.readAllLines(PAGE).stream()
                        .filter(line -> line.matches("\\| \\d+\\. .*"))
                        .map(MisconfigurationsTest::promised)
                        .toList());
    }

    private static final String HEAD = """
            # Misconfigurations

            Each row has good files, a good server and one mistake of an operator. The table shows the message of this library, and those of the raw
            clients for the same mistake, measured with Lettuce 7.7.0 and Jedis 8.0.2 on JDK 17. Paths are shown as `/etc/valkey/tls`, the port
            as 6380. `MisconfigurationsTest` runs each row and compares it with this page.

            The message of this library is the same with Lettuce and with Jedis. *As the library* means that the command line prints it too, with options in
            the place of Java calls, and then a hint if it has one. For a raw client, the table shows the last cause of the exception. *connects* means that the client does not notice the mistake.

            An expired or weak CA beside a good one in the CA file is no row, because it stops nothing: it is left out with a warning, see
            [rotation.md](rotation.md#unusable-anchors).

            | mistake | valkey-secure | its command line, `connect` | raw Lettuce | raw Jedis |
            | --- | --- | --- | --- | --- |
            """;

    private static String promised(String line) {
        String[] cells = line.split(" \\| ", -1);
        return cells[0] + " | " + cells[1] + " | " + cells[2] + " | " + cells[3].equals("*connects*") + " | "
                + cells[4].equals("*connects* |");
    }

    private static Throwable nonNull(@Nullable Throwable thrown) {
        return thrown == null ? new IllegalStateException("connects") : thrown;
    }

    /** What the user reads of ours, wherever the client library put it. */
    private static String said(@Nullable Throwable thrown, Setup setup) {
        if (thrown == null) {
            return "*connects*";
        }
        Throwable ours = find(
                thrown, next -> next instanceof TlsHandshakeException || next instanceof TlsConfigurationException);
        return ours == null ? raw(thrown, setup) : normal(String.valueOf(ours.getMessage()), setup);
    }

    private static String raw(@Nullable Throwable thrown, Setup setup) {
        if (thrown == null) {
            return "*connects*";
        }
        Throwable last = thrown;
        while (last.getCause() != null) {
            last = last.getCause();
        }
        return last.getClass().getSimpleName() + ": " + normal(String.valueOf(last.getMessage()), setup);
    }

    private static @Nullable Throwable find(Throwable thrown, Predicate<Throwable> wanted) {
        Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        Deque<Throwable> open = new ArrayDeque<>(List.of(thrown));
        while (!open.isEmpty()) {
            Throwable next = open.remove();
            if (wanted.test(next)) {
                return next;
            }
            if (seen.add(next)) {
                if (next.getCause() != null) {
                    open.add(next.getCause());
                }
                Collections.addAll(open, next.getSuppressed());
            }
        }
        return null;
    }

    /** Without what differs from run to run. */
    private static String normal(String text, Setup setup) {
        return text.replace(setup.directory.toString(), "/etc/valkey/tls")
                .replace(":" + setup.port, ":6380")
                .replaceAll("\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z", "TIME")
                .replaceAll("\\w{3} \\w{3} \\d\\d [0-9:]+ \\w+ \\d{4}", "TIME")
                .replaceAll("http://127.0.0.1:\\d+/", "http://ocsp.example/")
                .replaceAll("answered (?:[0-9a-f]{2} )+\\(\"(-ERR|HTTP)[^\"]*\"\\)", "answered \"$1...\"")
                .replaceAll(" \\(/[^)]*\\.cc:\\d+\\)", "")
                .replaceAll("SHA-256 [0-9a-f]{64}", "SHA-256 ...")
                .replaceAll("-p " + setup.port + " ", "-p 6380 ")
                .replaceAll("sha256/[A-Za-z0-9+/]{43}=", "sha256/...")
                .replaceAll("serial number [0-9a-fA-F]+", "serial number N")
                .replaceAll("working directory [^)]+", "working directory /srv/app")
                .replaceAll("user \\S+ \\(owner \\S+, [-rwx]{9}\\)", "user app (owner root, rw-------)")
                .replaceAll("\\s+", " ");
    }

    private static String cell(String text) {
        return text.replace("|", "\\|").replace("<", "&lt;");
    }

    @AfterAll
    static void end() {
        RESOURCES.shutdown(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
