package io.valkeysecure.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.valkeysecure.cli.base.ExitCode;
import io.valkeysecure.cli.doctor.report.Check;
import io.valkeysecure.testkit.certificate.ExtendedKeyUsage;
import io.valkeysecure.testkit.certificate.GeneralNameType;
import io.valkeysecure.testkit.certificate.KeyType;
import io.valkeysecure.testkit.certificate.PemFiles;
import io.valkeysecure.testkit.certificate.TestCertificate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Real servers, each wrong in a way of its own: each yields exactly its findings, and the hardened one none. The
 * ordinary tests run a few of them, {@code ./verify doctor} all.
 */
class DoctorMatrixTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String SUITES = "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384";
    private static final String PROGRAM = "program";
    private static final String USERS = "users";
    private static final String CONNECTED = "connected";
    private static final String ADMIN = "~* &* +@all";

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private static Path directory;

    /** Where every user of this machine gets to, as nowhere in the other directory. */
    @SuppressWarnings("NullAway.Init") // set before all tests
    private static Path open;

    private static Operator operator;
    private static TestCertificate root;
    private static TestCertificate intermediate;
    private static TestCertificate revokedCa;
    private static int servers;
    private static int findings;
    private static int missed;
    private static int excess;
    private static int silent;
    private static Optional<SecondOpinions> opinions = Optional.empty();
    private static List<String> unexplained = List.of();

    /** A server: what is different from the hardened one, how it is asked, and what is to be found. */
    private record Case(
            String name,
            boolean ordinary,
            List<String> configuration,
            Function<TestCertificate, TestCertificate> identity,
            Map<String, String> environment,
            String users,
            String base,
            Map<String, String> options,
            Set<Check> expected) {

        static Case of(String name, Check... expected) {
            return new Case(name, false, List.of(), null, Map.of(), "", "", Map.of(), new TreeSet<>(List.of(expected)));
        }

        Case often() {
            return new Case(name, true, configuration, identity, environment, users, base, options, expected);
        }

        Case with(String... lines) {
            return new Case(name, ordinary, List.of(lines), identity, environment, users, base, options, expected);
        }

        /** With another certificate, of a test root that the doctor trusts. */
        Case presenting(Function<TestCertificate, TestCertificate> leafOfRoot) {
            return new Case(name, ordinary, configuration, leafOfRoot, environment, users, base, options, expected);
        }

        Case weakOpenSsl(String... lines) {
            return with(lines).in(Map.of("OPENSSL_CONF", "DIR/weak.cnf"));
        }

        Case in(Map<String, String> variables) {
            return new Case(name, ordinary, configuration, identity, variables, users, base, options, expected);
        }

        Case users(String more) {
            return new Case(name, ordinary, configuration, identity, environment, more, base, options, expected);
        }

        Case base(String kind) {
            return new Case(name, ordinary, configuration, identity, environment, users, kind, options, expected);
        }

        Case asked(String option, String value) {
            Map<String, String> all = new TreeMap<>(options);
            all.put(option, value);
            return new Case(name, ordinary, configuration, identity, environment, users, base, all, expected);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static List<Case> all() {
        return List.of(
                Case.of("hardened").often(),
                Case.of("hardened, TLS 1.3 only").base("--strict"),
                Case.of("hardened node of a cluster").base("--for cluster --replication-user replication"),
                Case.of("plaintext port beside", Check.PLAINTEXT_PORT_OPEN)
                        .with("port PLAIN")
                        .often(),
                Case.of("no TLS at all", Check.PLAINTEXT_PORT_OPEN).with("tls-port 0", "port TLS"),
                Case.of("TLS 1.0", Check.TLS_VERSION_OLD, Check.TLS_SUITE_WEAK)
                        .weakOpenSsl(
                                "tls-protocols \"TLSv1 TLSv1.1 TLSv1.2 TLSv1.3\"",
                                "tls-ciphers " + SUITES + ":ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0"),
                Case.of("TLS 1.1", Check.TLS_VERSION_OLD, Check.TLS_SUITE_WEAK)
                        .weakOpenSsl(
                                "tls-protocols \"TLSv1.1 TLSv1.2 TLSv1.3\"",
                                "tls-ciphers " + SUITES + ":ECDHE-ECDSA-AES256-SHA:@SECLEVEL=0")
                        .often(),
                Case.of("no TLS 1.3", Check.TLS_13_MISSING).with("tls-protocols \"TLSv1.2\""),
                Case.of("CBC", Check.TLS_SUITE_WEAK).with("tls-ciphers " + SUITES + ":ECDHE-ECDSA-AES128-SHA256"),
                Case.of("no forward secrecy", Check.TLS_SUITE_WEAK)
                        .with("tls-ciphers " + SUITES + ":AES128-GCM-SHA256")
                        .presenting(ca -> ca.issue()
                                .dnsName("localhost")
                                .keyType(KeyType.RSA_2048)
                                .build()),
                Case.of("short tags", Check.TLS_SUITE_WEAK)
                        .weakOpenSsl(
                                "tls-ciphersuites TLS_AES_128_GCM_SHA256:TLS_AES_128_CCM_8_SHA256",
                                "tls-ciphers " + SUITES + ":@SECLEVEL=0"),
                Case.of("OpenSSL's own choice of suites", Check.TLS_SUITE_WEAK).with("tls-ciphers DEFAULT"),
                Case.of("no encryption", Check.TLS_SUITE_BROKEN)
                        .weakOpenSsl("tls-ciphers " + SUITES + ":ECDHE-ECDSA-NULL-SHA:@SECLEVEL=0"),
                Case.of("no authentication", Check.TLS_SUITE_BROKEN)
                        .weakOpenSsl("tls-ciphers " + SUITES + ":AECDH-AES128-SHA:@SECLEVEL=0"),
                Case.of("renegotiation by clients", Check.RENEGOTIATION_BY_CLIENT)
                        .in(Map.of("OPENSSL_CONF", "DIR/renegotiation.cnf"))
                        .often(),
                Case.of("OpenSSL's settings, without renegotiation by clients")
                        .in(Map.of("OPENSSL_CONF", "DIR/settings.cnf")),
                Case.of(
                                "no client authentication, renegotiation by clients",
                                Check.CLIENT_CERTIFICATE_NOT_ASKED,
                                Check.RENEGOTIATION_BY_CLIENT)
                        .with("tls-auth-clients no")
                        .in(Map.of("OPENSSL_CONF", "DIR/renegotiation.cnf")),
                Case.of("renegotiation by clients, TLS 1.3 only")
                        .base("--strict")
                        .in(Map.of("OPENSSL_CONF", "DIR/renegotiation.cnf")),
                Case.of("a client without TLS", Check.PLAINTEXT_PORT_OPEN, Check.CONNECTION_PLAINTEXT)
                        .with("port PLAIN")
                        .asked(CONNECTED, "plain app")
                        .often(),
                Case.of("a client by the unix socket")
                        .with("unixsocket DIR/client.socket", "unixsocketperm 770")
                        .asked(CONNECTED, "unix app")
                        .often(),
                Case.of("an exporter that is the administrator", Check.MONITORING_POWERFUL)
                        .asked(CONNECTED, "redis_exporter admin")
                        .often(),
                Case.of("another program that is the administrator").asked(CONNECTED, "console admin"),
                Case.of(
                                "an exporter that writes the configuration",
                                Check.MONITORING_POWERFUL,
                                Check.USER_DANGEROUS_COMMANDS)
                        .users("user watcher on >watcher-password-12 -@all +client|setname +info +config")
                        .asked(CONNECTED, "redis_exporter watcher"),
                Case.of("an exporter that looks")
                        .users("user watcher on >watcher-password-12 -@all +client|setname +info +config|get")
                        .asked(CONNECTED, "redis_exporter watcher"),
                Case.of("no client authentication", Check.CLIENT_CERTIFICATE_NOT_ASKED)
                        .with("tls-auth-clients no"),
                Case.of("optional client authentication", Check.CLIENT_CERTIFICATE_OPTIONAL)
                        .with("tls-auth-clients optional")
                        .often(),
                Case.of("expired", Check.CERTIFICATE_EXPIRED)
                        .presenting(ca -> ca.issue()
                                .dnsName("localhost")
                                .notBefore(in(-20))
                                .notAfter(in(-1))
                                .build())
                        .often(),
                Case.of("expired, and for another host", Check.CERTIFICATE_EXPIRED, Check.CERTIFICATE_NAME_MISMATCH)
                        .presenting(ca -> ca.issue()
                                .dnsName("other.example")
                                .notBefore(in(-20))
                                .notAfter(in(-1))
                                .build()),
                Case.of("expired before its CA began", Check.CERTIFICATE_EXPIRED)
                        .presenting(ca -> ca.issue()
                                .dnsName("localhost")
                                .notBefore(in(-200))
                                .notAfter(in(-150))
                                .build())
                        .often(),
                Case.of("not yet valid", Check.CERTIFICATE_NOT_YET_VALID)
                        .presenting(ca -> ca.issue()
                                .dnsName("localhost")
                                .notBefore(in(2))
                                .notAfter(in(20))
                                .build()),
                Case.of("ends soon", Check.CERTIFICATE_EXPIRES_SOON)
                        .presenting(ca -> ca.issue()
                                .dnsName("localhost")
                                .notBefore(in(-80))
                                .notAfter(in(5))
                                .build()),
                Case.of("its intermediate ends soon", Check.CERTIFICATE_EXPIRES_SOON)
                        .presenting(ca -> underCaThatEnds(in(5))),
                Case.of("its intermediate lasts").presenting(ca -> underCaThatEnds(in(60))),
                Case.of("made for years", Check.CERTIFICATE_LIFETIME_LONG)
                        .presenting(ca -> ca.issue()
                                .dnsName("localhost")
                                .notAfter(in(2000))
                                .build()),
                Case.of("for another host, which is expected")
                        .presenting(ca -> ca.issue().dnsName("other.example").build())
                        .asked("--expect-name", "other.example"),
                Case.of("for this host, while another is expected", Check.CERTIFICATE_NAME_MISMATCH)
                        .asked("--expect-name", "other.example"),
                Case.of("for its address only", Check.CERTIFICATE_NAME_MISMATCH)
                        .presenting(ca -> ca.issue().ipAddress("127.0.0.1").build()),
                Case.of("for a SPIFFE ID, which is expected")
                        .presenting(ca ->
                                ca.issue().uri("spiffe://shop.example/cache").build())
                        .asked("--expect-name", "spiffe://shop.example/cache"),
                Case.of("for another SPIFFE ID", Check.CERTIFICATE_NAME_MISMATCH)
                        .presenting(ca ->
                                ca.issue().uri("spiffe://shop.example/other").build())
                        .asked("--expect-name", "spiffe://shop.example/cache"),
                Case.of("for another host", Check.CERTIFICATE_NAME_MISMATCH)
                        .presenting(ca -> ca.issue().dnsName("other.example").build()),
                Case.of("no name but the common one", Check.CERTIFICATE_NAME_MISMATCH)
                        .presenting(ca -> ca.issue()
                                .subject("CN=localhost")
                                .withoutNames()
                                .build()),
                Case.of("self-signed", Check.CERTIFICATE_UNTRUSTED)
                        .presenting(ca -> TestCertificate.selfSigned()
                                .dnsName("localhost")
                                .build()),
                Case.of("impostor of the same name", Check.CERTIFICATE_UNTRUSTED)
                        .presenting(ca -> TestCertificate.root()
                                .subject(ca.subject())
                                .build()
                                .issue()
                                .dnsName("localhost")
                                .build()),
                Case.of("missing intermediate", Check.CHAIN_INCOMPLETE)
                        .presenting(ca -> intermediate
                                .issue()
                                .dnsName("localhost")
                                .build()
                                .withIntermediates()),
                Case.of("disordered chain", Check.CHAIN_DISORDERED)
                        .presenting(ca -> intermediate
                                .issue()
                                .dnsName("localhost")
                                .build()
                                .withIntermediates(ca, intermediate)),
                Case.of("the root is sent as well")
                        .presenting(ca -> intermediate
                                .issue()
                                .dnsName("localhost")
                                .build()
                                .withIntermediates(intermediate, ca)),
                Case.of("a CA that is not of the chain is sent as well", Check.CHAIN_DISORDERED)
                        .presenting(ca -> intermediate
                                .issue()
                                .dnsName("localhost")
                                .build()
                                .withIntermediates(
                                        intermediate,
                                        TestCertificate.root()
                                                .subject("CN=stray")
                                                .build())),
                Case.of("RSA key of 2048 bits").presenting(DoctorMatrixTest::withRsaKey),
                Case.of("EC key on P-384")
                        .presenting(ca -> ca.issue()
                                .dnsName("localhost")
                                .keyType(KeyType.EC_P384)
                                .build()),
                Case.of("its intermediate has a short RSA key", Check.CERTIFICATE_KEY_WEAK)
                        .weakOpenSsl("tls-ciphers " + SUITES + ":@SECLEVEL=0")
                        .presenting(ca -> ca.issue()
                                .ca()
                                .subject("CN=Matrix CA of few bits")
                                .keyType(KeyType.RSA_1024)
                                .build()
                                .issue()
                                .dnsName("localhost")
                                .build()),
                Case.of("its intermediate is signed with SHA-1", Check.CERTIFICATE_SIGNATURE_WEAK)
                        .weakOpenSsl("tls-ciphers " + SUITES + ":@SECLEVEL=0")
                        .presenting(ca -> ca.issue()
                                .ca()
                                .subject("CN=Matrix CA of SHA-1")
                                .signatureAlgorithm("SHA1withECDSA")
                                .build()
                                .issue()
                                .dnsName("localhost")
                                .build()),
                Case.of("a CA below one that may have none", Check.CERTIFICATE_CONSTRAINT_VIOLATED)
                        .presenting(ca -> belowCaOfLength(0)),
                Case.of("a CA below one that may have one").presenting(ca -> belowCaOfLength(1)),
                Case.of("short RSA key", Check.CERTIFICATE_KEY_WEAK)
                        .weakOpenSsl("tls-ciphers " + SUITES + ":@SECLEVEL=0")
                        .presenting(ca -> ca.issue()
                                .dnsName("localhost")
                                .keyType(KeyType.RSA_1024)
                                .build()),
                Case.of("SHA-1", Check.CERTIFICATE_SIGNATURE_WEAK)
                        .weakOpenSsl("tls-ciphers " + SUITES + ":@SECLEVEL=0")
                        .presenting(ca -> ca.issue()
                                .dnsName("localhost")
                                .signatureAlgorithm("SHA1withECDSA")
                                .build()),
                Case.of("the leaf is a CA", Check.CERTIFICATE_USAGE_WRONG)
                        .presenting(ca -> ca.issue().ca().dnsName("localhost").build()),
                Case.of("for clients only", Check.CERTIFICATE_USAGE_WRONG)
                        .presenting(ca -> ca.issue()
                                .dnsName("localhost")
                                .extendedKeyUsage(ExtendedKeyUsage.CLIENT_AUTH)
                                .build()),
                Case.of("for no purpose", Check.CERTIFICATE_PURPOSE_MISSING)
                        .presenting(ca -> ca.issue()
                                .dnsName("localhost")
                                .withoutExtendedKeyUsage()
                                .build()),
                Case.of("default user without password", Check.DEFAULT_USER_OPEN)
                        .users("user default on nopass " + ADMIN)
                        .often(),
                Case.of("default user with password", Check.DEFAULT_USER_ALL_POWERFUL)
                        .users("user default on >one-for-all " + ADMIN)
                        .often(),
                Case.of("default user with password, who reads", Check.DEFAULT_USER_ON)
                        .users("user default on >one-for-all ~* -@all +get"),
                Case.of(
                                "default user with password, who administers",
                                Check.DEFAULT_USER_ON,
                                Check.USER_DANGEROUS_COMMANDS)
                        .users("user default on >one-for-all ~* -@all +get +config"),
                Case.of("common password", Check.PASSWORD_WEAK).users("user lazy on >changeme -@all +ping"),
                Case.of("short password of the default user", Check.PASSWORD_WEAK)
                        .with("requirepass 1tA-x9Qr5"),
                Case.of("long password of the default user").with("requirepass 1tA-x9Qr5-Lw07-pq"),
                Case.of("short password of the primary", Check.PASSWORD_WEAK).with("primaryauth secret"),
                Case.of("a user without password", Check.USER_PASSWORDLESS)
                        .users("user guest on nopass ~public:* -@all +get"),
                Case.of("a second administrator", Check.USER_ALL_POWERFUL)
                        .users("user boss on >boss-of-the-whole-shop " + ADMIN),
                Case.of("an application that administers", Check.USER_DANGEROUS_COMMANDS)
                        .users("user shop on >shop-that-sells-things ~* -@all +@read +config +flushall"),
                Case.of("the application is the administrator", Check.USER_ALL_POWERFUL)
                        .asked("--app-user", "admin"),
                Case.of("an application that administers by a selector", Check.USER_DANGEROUS_COMMANDS)
                        .users("user shop on >shop-that-sells-things ~* -@all +@read -keys (~* +flushall)"),
                Case.of("an application that writes by a selector")
                        .users("user shop on >shop-that-sells-things ~* -@all +@read -keys (~cart:* +set)"),
                Case.of("every address, version 6", Check.BIND_WILDCARD).with("bind -:: 127.0.0.1"),
                Case.of("protected settings open", Check.DEBUG_COMMANDS_ENABLED).with("enable-protected-configs local"),
                Case.of("a directory of public CAs of clients", Check.CLIENT_CA_PUBLIC)
                        .with("tls-ca-cert-dir DIR/cas"),
                Case.of("a directory of CAs of clients").with("tls-ca-cert-dir DIR/own"),
                Case.of("ACL file written by everybody", Check.SERVER_FILE_OPEN).asked(USERS, "rw-r---w-"),
                Case.of("every address", Check.BIND_WILDCARD).with("bind * -::*"),
                Case.of("protected mode off", Check.PROTECTED_MODE_OFF).with("protected-mode no"),
                Case.of("debug commands", Check.DEBUG_COMMANDS_ENABLED)
                        .with("enable-debug-command local", "enable-module-command yes"),
                Case.of("replica in the clear", Check.REPLICATION_PLAINTEXT, Check.NODE_UNREACHABLE)
                        .base("--replication-user replication")
                        .with("tls-replication no", "replicaof localhost PLAIN"),
                Case.of("no replica, in the clear").with("tls-replication no"),
                Case.of("node of a cluster, in the clear", Check.REPLICATION_PLAINTEXT)
                        .base("--for cluster --replication-user replication")
                        .with("tls-replication no"),
                Case.of("sessions for two days", Check.SESSION_LIFETIME_LONG).with("tls-session-cache-timeout 172800"),
                Case.of("sessions for an hour").with("tls-session-cache-timeout 3600"),
                Case.of("unix socket for everybody", Check.UNIX_SOCKET_OPEN)
                        .with("unixsocket DIR/s", "unixsocketperm 777"),
                Case.of("unix socket for the group").with("unixsocket DIR/s", "unixsocketperm 770"),
                Case.of("unix socket by umask, out of reach").with("unixsocket s"),
                Case.of("ACL file for everybody", Check.SERVER_FILE_OPEN).asked(USERS, "r--r--r--"),
                Case.of("ACL file for the group").asked(USERS, "r--r-----"),
                Case.of("included passwords for everybody", Check.SERVER_FILE_OPEN)
                        .with("include OPEN/secrets.conf"),
                Case.of("included settings for everybody").with("include OPEN/settings.conf"),
                Case.of("included settings written by everybody", Check.SERVER_FILE_OPEN)
                        .with("include OPEN/writable.conf"),
                Case.of("public CA of clients", Check.CLIENT_CA_PUBLIC)
                        .with("tls-ca-cert-file DIR/public.crt")
                        .often(),
                Case.of("two CAs of clients").with("tls-ca-cert-file DIR/both.crt"),
                Case.of("key of the server readable, by a relative path", Check.SERVER_KEY_READABLE)
                        .with("tls-key-file ../open.key"),
                Case.of("small Diffie-Hellman group", Check.DH_GROUP_SMALL)
                        .weakOpenSsl(
                                "tls-dh-params-file DIR/dh1536.pem",
                                "tls-ciphers " + SUITES + ":DHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0")
                        .presenting(DoctorMatrixTest::withRsaKey),
                Case.of("Diffie-Hellman group")
                        .with(
                                "tls-dh-params-file DIR/dh2048.pem",
                                "tls-ciphers " + SUITES + ":DHE-RSA-AES128-GCM-SHA256:DHE-RSA-ARIA128-GCM-SHA256")
                        .presenting(DoctorMatrixTest::withRsaKey),
                Case.of("no authentication, Camellia", Check.TLS_SUITE_BROKEN)
                        .weakOpenSsl(
                                "tls-dh-params-file DIR/dh2048.pem",
                                "tls-ciphers " + SUITES + ":ADH-CAMELLIA128-SHA:@SECLEVEL=0"),
                Case.of("a command is removed").with("rename-command SWAPDB \"\""),
                Case.of(
                                "made for years, and ends soon",
                                Check.CERTIFICATE_LIFETIME_LONG,
                                Check.CERTIFICATE_EXPIRES_SOON)
                        .presenting(ca -> ca.issue()
                                .dnsName("localhost")
                                .notBefore(in(-2000))
                                .notAfter(in(5))
                                .build()),
                Case.of("cluster bus in the clear", Check.CLUSTER_BUS_PLAINTEXT)
                        .base("--for cluster --replication-user replication")
                        .with("tls-cluster no"),
                Case.of("key of the server readable", Check.SERVER_KEY_READABLE).with("tls-key-file DIR/open.key"),
                Case.of("key of the client readable", Check.CLIENT_KEY_READABLE).asked("--key", "DIR/open-client.key"),
                Case.of("client of another CA", Check.CLIENT_CERTIFICATE_REFUSED)
                        .asked("client", "DIR/stranger"),
                Case.of("key of another client", Check.CLIENT_IDENTITY_UNUSABLE).asked("--key", "DIR/stranger.key"),
                Case.of("revoked", Check.CERTIFICATE_REVOKED)
                        .with("tls-cert-file DIR/revoked.crt")
                        .asked("--crl", "DIR/all.crl"),
                Case.of("another certificate is revoked").asked("--crl", "DIR/all.crl"),
                Case.of("no CRL of its CA", Check.REVOCATION_UNKNOWN)
                        .presenting(ca -> ca.issue().dnsName("localhost").build())
                        .asked("--crl", "DIR/all.crl"),
                Case.of("a CRL of its CA")
                        .presenting(ca -> ca.issue().dnsName("localhost").build())
                        .asked("--crl", "DIR/root.crl"),
                Case.of("its intermediate is revoked", Check.CERTIFICATE_REVOKED)
                        .presenting(ca -> revokedCa.issue().dnsName("localhost").build())
                        .asked("--crl", "DIR/crls"),
                Case.of("another intermediate is revoked")
                        .presenting(
                                ca -> intermediate.issue().dnsName("localhost").build())
                        .asked("--crl", "DIR/crls"),
                Case.of("no CRL of its intermediate", Check.REVOCATION_UNKNOWN)
                        .presenting(
                                ca -> intermediate.issue().dnsName("localhost").build())
                        .asked("--crl", "DIR/root.crl"),
                Case.of("names that its CA may not certify", Check.CERTIFICATE_CONSTRAINT_VIOLATED)
                        .presenting(ca -> constrained("other.example")),
                Case.of("names that its CA may certify").presenting(ca -> constrained("localhost")),
                Case.of("a name that cannot be one", Check.CERTIFICATE_MALFORMED)
                        .presenting(ca -> ca.issue()
                                .dnsName("localhost", "two words.example")
                                .build()),
                Case.of("only suites that nobody else takes", Check.TLS_13_MISSING, Check.CONNECTION_REFUSED)
                        .with("tls-protocols \"TLSv1.2\"", "tls-ciphers ECDHE-ECDSA-AES256-CCM"),
                Case.of("no TLS 1.3, asked strictly", Check.TLS_13_MISSING, Check.CONNECTION_REFUSED)
                        .with("tls-protocols \"TLSv1.2\"")
                        .asked("--strict", ""),
                Case.of("TLS 1.3, asked strictly").asked("--strict", ""),
                Case.of("certificate of the client ends soon", Check.CLIENT_CERTIFICATE_EXPIRES_SOON)
                        .with("tls-ca-cert-file DIR/root.crt")
                        .asked("client", "DIR/ending"),
                Case.of("certificate of the client lasts")
                        .with("tls-ca-cert-file DIR/root.crt")
                        .asked("client", "DIR/stranger"),
                Case.of("Redis 7.0", Check.VERSION_UNMAINTAINED).asked(PROGRAM, "redis-server"),
                Case.of("its primary is gone", Check.NODE_UNREACHABLE)
                        .base("--replication-user replication")
                        .with("replicaof localhost PLAIN"),
                Case.of(
                                "many things at once",
                                Check.PLAINTEXT_PORT_OPEN,
                                Check.CLIENT_CERTIFICATE_NOT_ASKED,
                                Check.CERTIFICATE_NAME_MISMATCH,
                                Check.TLS_SUITE_WEAK)
                        .with("port PLAIN", "tls-auth-clients no", "protected-mode no", "tls-ciphers DEFAULT")
                        .presenting(ca -> ca.issue().dnsName("other.example").build()));
    }

    private static TestCertificate withRsaKey(TestCertificate ca) {
        return ca.issue().dnsName("localhost").keyType(KeyType.RSA_2048).build();
    }

    private static TestCertificate underCaThatEnds(Instant end) {
        return root.issue()
                .ca()
                .subject("CN=Matrix CA until " + end)
                .notBefore(in(-80))
                .notAfter(end)
                .build()
                .issue()
                .dnsName("localhost")
                .build();
    }

    private static TestCertificate belowCaOfLength(int length) {
        return root.issue()
                .ca(length)
                .subject("CN=Matrix CA of length " + length)
                .build()
                .issue()
                .ca()
                .subject("CN=Matrix CA below")
                .build()
                .issue()
                .dnsName("localhost")
                .build();
    }

    private static TestCertificate constrained(String permitted) {
        return root.issue()
                .ca()
                .subject("CN=Matrix CA for " + permitted)
                .permitted(GeneralNameType.DNS_NAME, permitted)
                .build()
                .issue()
                .dnsName("localhost")
                .build();
    }

    private static Instant in(int days) {
        return Instant.now().plus(Duration.ofDays(days));
    }

    private static boolean isAll() {
        return "all".equals(System.getProperty("doctor.matrix"));
    }

    /** All servers, and no other tool's opinion: minutes, where all takes a quarter of an hour. */
    private static boolean isAlone() {
        return "alone".equals(System.getProperty("doctor.matrix"));
    }

    static Stream<Case> cases() {
        return all().stream().filter(each -> isAll() || isAlone() || each.ordinary());
    }

    private static void makeOpenFiles() throws Exception {
        open = Files.createTempDirectory("matrix");
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxr-xr-x"));
        write("secrets.conf", "primaryauth 1tA-x9Qr5-Lw07-pq\n", "rw-r--r--");
        write("settings.conf", "maxclients 100\n", "rw-r--r--");
        write("writable.conf", "maxclients 100\n", "rw-rw-rw-");
        for (String bits : List.of("1536", "2048")) {
            Tool.Run made = Tool.of("openssl", "openssl")
                    .run(
                            "genpkey",
                            "-genparam",
                            "-algorithm",
                            "DH",
                            "-pkeyopt",
                            "group:modp_" + bits,
                            "-out",
                            directory.resolve("dh" + bits + ".pem").toString());
            assertThat(made.exitCode()).as(made.output()).isZero();
        }
        String own = Files.readString(directory.resolve("ca/ca.crt"));
        Files.writeString(Files.createDirectory(directory.resolve("own")).resolve("0a1b2c3d.0"), own);
        Files.writeString(directory.resolve("both.crt"), own + root.certificatePem());
        TrustManagerFactory publicCas = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        publicCas.init((KeyStore) null);
        byte[] publicCa = ((X509TrustManager) publicCas.getTrustManagers()[0]).getAcceptedIssuers()[0].getEncoded();
        Files.writeString(
                directory.resolve("public.crt"),
                own + "-----BEGIN CERTIFICATE-----\n"
                        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(publicCa)
                        + "\n-----END CERTIFICATE-----\n");
        Files.copy(
                directory.resolve("public.crt"),
                Files.createDirectory(directory.resolve("cas")).resolve("0a1b2c3d.0"));
    }

    private static Path write(String name, String text, String permissions) throws IOException {
        Path file = Files.writeString(open.resolve(name), text);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    }

    @AfterAll
    static void removeOpenFiles() throws IOException {
        try (Stream<Path> files = Files.list(open)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(open);
    }

    @BeforeAll
    static void makeFiles() throws Exception {
        if (isAll()) {
            opinions = Optional.of(new SecondOpinions());
        }
        operator = new Operator(directory);
        root = TestCertificate.root()
                .subject("CN=Matrix root")
                .notBefore(in(-100))
                .notAfter(in(3000))
                .build();
        intermediate = root.issue().ca().subject("CN=Matrix intermediate").build();
        Files.writeString(directory.resolve("root.crt"), root.certificatePem());
        Files.copy(directory.resolve("server.key"), directory.resolve("open.key"));
        Files.copy(directory.resolve("app.key"), directory.resolve("open-client.key"));
        for (String name : List.of("open.key", "open-client.key")) {
            Files.setPosixFilePermissions(directory.resolve(name), PosixFilePermissions.fromString("rw-r--r--"));
        }
        PemFiles unused = root.issue().subject("CN=stranger").build().writePem(directory, "stranger");
        makeOpenFiles();
        Files.writeString(directory.resolve("weak.cnf"), """
                openssl_conf = weak
                [weak]
                ssl_conf = ssl
                [ssl]
                system_default = everything
                [everything]
                MinProtocol = TLSv1
                CipherString = DEFAULT:@SECLEVEL=0
                """);
        String settings = "openssl_conf = all\n[all]\nssl_conf = ssl\n[ssl]\nsystem_default = settings\n[settings]\n";
        Files.writeString(directory.resolve("settings.cnf"), settings + "Options = ServerPreference\n");
        Files.writeString(directory.resolve("renegotiation.cnf"), settings + "Options = ClientRenegotiation\n");
        // of the CA that issued the server's certificate; revoked is a second certificate for the same key and name
        operator.run("pki renew DIR/ca DIR/server.crt --same-key --out DIR/revoked --passphrase-file DIR/passphrase");
        operator.run("pki revoke DIR/ca DIR/revoked.crt --reason key-compromise");
        operator.run("pki crl DIR/ca --passphrase-file DIR/passphrase");
        Files.copy(directory.resolve("ca/ca.crl"), directory.resolve("all.crl"));
        var unusedCrl = root.crl().build().write(directory.resolve("root.crl"));
        revokedCa = root.issue().ca().subject("CN=Matrix CA that is revoked").build();
        Path crls = Files.createDirectory(directory.resolve("crls"));
        var unusedCrls = List.of(
                root.crl().revoke(revokedCa).build().write(crls.resolve("root.crl")),
                intermediate.crl().build().write(crls.resolve("intermediate.crl")),
                revokedCa.crl().build().write(crls.resolve("revoked-ca.crl")));
        var unusedEnding = root.issue()
                .subject("CN=ending")
                .notBefore(in(-80))
                .notAfter(in(5))
                .build()
                .writePem(directory, "ending");
    }

    @AfterAll
    static void tellFigures() {
        opinions.ifPresent(all -> System.out.println(all.figures()));
        System.out.printf(
                "doctor: %d servers, %d findings, %d missed, %d false, %d silent%n",
                servers, findings, missed, excess, silent);
        opinions.ifPresent(SecondOpinions::requireNothingStale);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void server_isFoundOutExactly(Case server) throws Exception {
        servers++;
        Outcome outcome = examine(server);

        Set<String> expected =
                new TreeSet<>(server.expected().stream().map(Check::id).toList());
        Set<String> found = new TreeSet<>();
        JSON.readTree(outcome.out())
                .path("findings")
                .forEach(finding -> found.add(finding.get("id").asText()));
        findings += found.size();
        missed += without(expected, found).size();
        excess += without(found, expected).size();
        List<String> unsaid = Unsaid.in(outcome);
        silent += unsaid.size();
        assertThat(found).as(found + " in " + outcome).isEqualTo(expected);
        assertThat(unsaid).as("checks that were not made and not said to be").isEmpty();
        assertThat(ReportSchema.json().problems(outcome.out())).isEmpty();
        assertThat(unexplained).as("differences to sslscan and testssl.sh").isEmpty();
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.exitCode()).isEqualTo(expected.isEmpty() ? ExitCode.OK : ExitCode.REFUSED);
    }

    private static Set<String> without(Collection<String> from, Collection<String> others) {
        Set<String> left = new LinkedHashSet<>(from);
        left.removeAll(others);
        return left;
    }

    private static Outcome examine(Case server) throws Exception {
        String name = "case" + servers;
        int port = OperatedServer.freePort();
        int plain = OperatedServer.freePort();
        Path users = directory.resolve(name + ".acl");
        Files.writeString(
                users,
                Files.readString(directory.resolve("users.acl"))
                                .lines()
                                .filter(line -> server.users().isEmpty()
                                        || !line.startsWith("user default")
                                        || !server.users().startsWith("user default"))
                                .reduce("", (before, line) -> before + line + "\n")
                        + server.users() + "\n");
        String permissions = server.options().get(USERS);
        if (permissions != null) {
            users = write(name + ".acl", Files.readString(users), permissions);
        }
        Files.writeString(
                directory.resolve(name + ".secrets"), "primaryauth " + operator.password("replication") + "\n");
        List<String> lines = new ArrayList<>();
        lines.add(operator.run("conf " + server.base() + " --port " + port
                + " --cert DIR/server.crt --key DIR/server.key --ca DIR/ca/ca.crt --acl-file " + users
                + " --secrets-file DIR/" + name + ".secrets"));
        String ca = "DIR/ca/ca.crt";
        if (server.identity() != null) {
            PemFiles files = server.identity().apply(root).writePem(directory, name);
            lines.add("tls-cert-file " + files.certificate());
            lines.add("tls-key-file " + files.key());
            ca = "DIR/root.crt";
        }
        lines.addAll(server.configuration());
        String configuration = String.join("\n", lines)
                        .replace("DIR", directory.toString())
                        .replace("OPEN", open.toString())
                        .replace("PLAIN", Integer.toString(plain))
                        .replace("port TLS", "port " + port)
                + "\n";
        Map<String, String> environment = new TreeMap<>(server.environment());
        environment.replaceAll((variable, value) -> value.replace("DIR", directory.toString()));
        String client = server.options().getOrDefault("client", "DIR/app");
        StringBuilder line = new StringBuilder("doctor localhost:" + port + " --json --fail-on low --plaintext-ports "
                + plain + " --ca " + ca + " --user admin --password-file DIR/admin.password --cert " + client + ".crt");
        line.append(" --key ").append(server.options().getOrDefault("--key", client + ".key"));
        server.options().forEach((option, value) -> {
            if (option.startsWith("--") && !option.equals("--key")) {
                line.append(' ').append(option).append(' ').append(value);
            }
        });
        String program = server.options().getOrDefault(PROGRAM, "valkey-server");
        try (OperatedServer running =
                OperatedServer.start(program, directory, name, port, configuration, environment)) {
            assertThat(running.port()).isEqualTo(port);
            Outcome outcome;
            try (ConnectedClient connected = connected(server.options().get(CONNECTED), port, plain)) {
                assertThat(connected).isNotNull();
                outcome = operator.call(line.toString());
            }
            unexplained = opinions.isEmpty()
                    ? List.of()
                    : others(opinions.get(), server, port, ca.replace("DIR", directory.toString()), outcome);
            return outcome;
        }
    }

    /** How it is named, {@code plain} or {@code unix}, and whom it logs in as. */
    private static ConnectedClient connected(@Nullable String who, int port, int plain) throws IOException {
        if (who == null) {
            return ConnectedClient.none();
        }
        String name = who.substring(0, who.indexOf(' '));
        String user = who.substring(who.indexOf(' ') + 1);
        String password = operator.password(user);
        if (name.equals("unix")) {
            return ConnectedClient.overUnixSocket(directory.resolve("client.socket"), user, password);
        }
        return name.equals("plain")
                ? ConnectedClient.withoutTls(plain, user, password)
                : ConnectedClient.named(
                        name, port, directory.resolve("ca/ca.crt"), directory.resolve("app"), user, password);
    }

    /**
     * testssl.sh takes its time: it is asked about the hardened one, and about each that is wrong in what it looks at.
     */
    private static List<String> others(SecondOpinions opinions, Case server, int port, String ca, Outcome outcome)
            throws Exception {
        List<String> differences = new ArrayList<>(opinions.ofSslscan(
                server.name(), port, directory.resolve("app.crt"), directory.resolve("app.key"), outcome.out()));
        if (server.name().equals("hardened") || SecondOpinions.concerns(server.expected())) {
            differences.addAll(opinions.ofTestssl(server.name(), port, Path.of(ca), outcome.out()));
        }
        return differences;
    }
}
