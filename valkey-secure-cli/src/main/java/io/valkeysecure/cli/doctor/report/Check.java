package io.valkeysecure.cli.doctor.report;

import io.valkeysecure.internal.text.DocumentationLinks;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Everything that is looked for: how bad it is, what it is, and what to change. Each has a section in docs/doctor.md.
 */
public enum Check {
    /** A port answers to whoever speaks plain RESP. */
    PLAINTEXT_PORT_OPEN(Severity.CRITICAL, "a port answers without TLS", "port 0"),
    /** SSL 3.0, TLS 1.0 or TLS 1.1. */
    TLS_VERSION_OLD(Severity.HIGH, "an old version of TLS is accepted", "tls-protocols \"TLSv1.2 TLSv1.3\""),
    /** No TLS 1.3. */
    TLS_13_MISSING(Severity.LOW, "TLS 1.3 is not accepted", "tls-protocols \"TLSv1.2 TLSv1.3\""),
    /** No encryption, no authentication, or a broken cipher. */
    TLS_SUITE_BROKEN(
            Severity.HIGH,
            "a cipher suite without encryption, without authentication or with a broken cipher is accepted",
            Check.SUITES),
    /** No forward secrecy, or no authenticated encryption. */
    TLS_SUITE_WEAK(
            Severity.MEDIUM,
            "a cipher suite without forward secrecy or authenticated encryption is accepted",
            Check.SUITES),
    /** No renegotiation_info. */
    RENEGOTIATION_INSECURE(
            Severity.MEDIUM, "secure renegotiation is not supported", "upgrade the server's OpenSSL; RFC 5746"),
    /** A second handshake, whenever a client likes. */
    RENEGOTIATION_BY_CLIENT(
            Severity.MEDIUM,
            "a client may start a second handshake on its connection",
            "no ClientRenegotiation among the Options of the server's openssl.cnf; OpenSSL 3.0 or newer"),
    /** CRIME. */
    TLS_COMPRESSION(Severity.MEDIUM, "TLS compression is accepted", "an OpenSSL without compression, its default"),
    /** Below 2048 bits. */
    DH_GROUP_SMALL(Severity.HIGH, "a Diffie-Hellman group is too small", "no tls-dh-params-file, and " + Check.SUITES),
    /** No CertificateRequest. */
    CLIENT_CERTIFICATE_NOT_ASKED(Severity.MEDIUM, "clients are not asked for a certificate", "tls-auth-clients yes"),
    /** Asked for, and not needed. */
    CLIENT_CERTIFICATE_OPTIONAL(Severity.MEDIUM, "clients are let in without a certificate", "tls-auth-clients yes"),
    /** Not-after has passed. */
    CERTIFICATE_EXPIRED(Severity.CRITICAL, "the server's chain has expired", Check.RENEW),
    /** Not-before is to come. */
    CERTIFICATE_NOT_YET_VALID(Severity.HIGH, "the server's chain is not valid yet", Check.RENEW),
    /** Little of the life is left. */
    CERTIFICATE_EXPIRES_SOON(Severity.MEDIUM, "the server's certificate ends soon", Check.RENEW),
    /** Longer than what public CAs may issue. */
    CERTIFICATE_LIFETIME_LONG(Severity.LOW, "the server's certificate is made to live for years", Check.RENEW),
    /** No SAN that is the host. */
    CERTIFICATE_NAME_MISMATCH(
            Severity.HIGH,
            "the server's certificate is for another name",
            "valkey-secure pki server ca HOST ..., with every name that clients dial"),
    /** No path to an anchor. */
    CERTIFICATE_UNTRUSTED(
            Severity.HIGH,
            "the server's certificate leads to no trust anchor of yours",
            "--ca with the CA that issued it, if that is yours; otherwise tls-cert-file with a chain of your CA"),
    /** The leaf's issuer is not sent. */
    CHAIN_INCOMPLETE(
            Severity.HIGH,
            "the server's chain does not reach --ca",
            "--ca with the CA of this server, if it is another one; otherwise tls-cert-file: leaf first, then each"
                    + " intermediate, in one file"),
    /** Not each signed by the next. */
    CHAIN_DISORDERED(
            Severity.LOW,
            "the server's chain is not in order",
            "tls-cert-file: leaf first, then each intermediate, in one file, and nothing else"),
    /** Too few bits. */
    CERTIFICATE_KEY_WEAK(Severity.HIGH, "a key in the server's chain is weak", Check.RENEW),
    /** SHA-1 and older. */
    CERTIFICATE_SIGNATURE_WEAK(Severity.HIGH, "a signature in the server's chain is weak", Check.RENEW),
    /** Not for a TLS server. */
    CERTIFICATE_USAGE_WRONG(
            Severity.HIGH, "the server's certificate is not made for a server", "valkey-secure pki server ca HOST"),
    /** No extended key usage. */
    CERTIFICATE_PURPOSE_MISSING(
            Severity.LOW,
            "the server's certificate does not say that it is for servers",
            "valkey-secure pki server ca HOST, which names serverAuth"),
    /** A constraint of RFC 5280. */
    CERTIFICATE_CONSTRAINT_VIOLATED(
            Severity.HIGH, "the server's chain violates a constraint of its CA", "valkey-secure pki server ca HOST"),
    /** On a CRL. */
    CERTIFICATE_REVOKED(Severity.CRITICAL, "a certificate of the server's chain is revoked", Check.RENEW),
    /** Cannot be told. */
    REVOCATION_UNKNOWN(
            Severity.HIGH, "nobody can tell whether the server's chain is revoked", "valkey-secure pki crl ca"),
    /** Cannot be read in one way. */
    CERTIFICATE_MALFORMED(Severity.HIGH, "the server's chain is malformed", Check.RENEW),
    /** Refused for a reason that is no chain's. */
    CONNECTION_REFUSED(
            Severity.HIGH, "the library refuses this server", "see docs/reasons.md for the reason that is told"),
    /** The server does not take our certificate. */
    CLIENT_CERTIFICATE_REFUSED(
            Severity.HIGH,
            "the server does not take the client certificate",
            "tls-ca-cert-file with the CA of the clients, or another --cert and --key"),
    /** PING is answered before a login. */
    DEFAULT_USER_OPEN(Severity.CRITICAL, "commands are taken without a password", "user default off, in the aclfile"),
    /** The default user may log in. */
    DEFAULT_USER_ON(
            Severity.LOW,
            "the default user is on: one password for everyone",
            "user default off, in the aclfile, and a user for each application"),
    /** The default user is the administrator. */
    DEFAULT_USER_ALL_POWERFUL(
            Severity.HIGH,
            "the default user may do everything: one password for everyone, and for the whole server",
            "user default off, in the aclfile, and a user for each application"),
    /** A user with nopass. */
    USER_PASSWORDLESS(
            Severity.HIGH, "a user needs no password", "user NAME resetpass #SHA256-OF-A-PASSWORD, in the aclfile"),
    /** A user with all commands. */
    USER_ALL_POWERFUL(
            Severity.MEDIUM,
            "a user other than the administrator may do everything",
            "user NAME +@all -@admin -@dangerous +info +role, in the aclfile"),
    /** A user with some of them. */
    USER_DANGEROUS_COMMANDS(
            Severity.MEDIUM,
            "a user may run commands that administer or destroy",
            "user NAME -@admin -@dangerous +info +role, in the aclfile"),
    /** Easily guessed. */
    PASSWORD_WEAK(
            Severity.HIGH, "a password is short or common", "a password that a program made: openssl rand -base64 32"),
    /** All addresses. */
    BIND_WILDCARD(Severity.MEDIUM, "the server listens on every address of its machine", "bind ADDRESS-OF-ITS-NETWORK"),
    /** The second lock. */
    PROTECTED_MODE_OFF(Severity.MEDIUM, "protected mode is off", "protected-mode yes"),
    /** Debug, modules or protected settings open. */
    DEBUG_COMMANDS_ENABLED(
            Severity.MEDIUM,
            "commands that can run code or change protected settings are enabled",
            "enable-debug-command no, enable-module-command no, enable-protected-configs no"),
    /** Replication without TLS. */
    REPLICATION_PLAINTEXT(Severity.HIGH, "replication is not by TLS", "tls-replication yes"),
    /** The bus without TLS. */
    CLUSTER_BUS_PLAINTEXT(Severity.HIGH, "the cluster bus is not by TLS", "tls-cluster yes"),
    /** Somebody uses the port without TLS. */
    CONNECTION_PLAINTEXT(
            Severity.HIGH, "a client or a replica is connected without TLS", "TLS for it as well, and then port 0"),
    /** How an exporter connects. */
    MONITORING_UNPROTECTED(
            Severity.HIGH,
            "an exporter does not protect its connection or its password",
            "--redis.addr=rediss://HOST:PORT --tls-ca-cert-file=FILE, and the password in REDIS_PASSWORD or"
                    + " --redis.password-file"),
    /** Whom an exporter logs in as. */
    MONITORING_POWERFUL(
            Severity.MEDIUM,
            "an exporter logs in as a user who may do more than look",
            "user exporter on #SHA256-OF-A-PASSWORD -@all +ping +info +client|setname +config|get +slowlog|get"
                    + " +slowlog|len +latency|latest, in the aclfile"),
    /** A unix socket that everybody may write to. */
    UNIX_SOCKET_OPEN(
            Severity.MEDIUM,
            "every user of the machine may connect to the unix socket, without TLS",
            "unixsocketperm 770"),
    /** A session that is resumed is not authenticated anew. */
    SESSION_LIFETIME_LONG(Severity.LOW, "sessions can be resumed for more than a day", "tls-session-cache-timeout 300"),
    /** A CA that certifies strangers. */
    CLIENT_CA_PUBLIC(
            Severity.HIGH,
            "certificates of a public CA are accepted from clients",
            "tls-ca-cert-file with your own CA and nothing else"),
    /** The superuser. */
    SERVER_AS_ROOT(Severity.MEDIUM, "the server runs as root", "start it as a user of its own: User=valkey"),
    /** ACL file, configuration, included files. */
    SERVER_FILE_OPEN(Severity.HIGH, "a file with the server's secrets or settings is open to others", "chmod o= FILE"),
    /** The server's key file. */
    SERVER_KEY_READABLE(Severity.HIGH, "the server's key can be read by others than its owner", "chmod 600 FILE"),
    /** Our key file. */
    CLIENT_KEY_READABLE(Severity.HIGH, "the client's key can be read by others than its owner", "chmod 600 FILE"),
    /** Our leaf. */
    CLIENT_CERTIFICATE_EXPIRES_SOON(Severity.MEDIUM, "the client's certificate ends soon", Check.RENEW),
    /** Key, chain and files. */
    CLIENT_IDENTITY_UNUSABLE(
            Severity.HIGH,
            "the client's certificate and key cannot be used",
            "--cert and --key of one pair: valkey-secure pki client ca NAME"),
    /** TIME. */
    CLOCK_SKEW(Severity.MEDIUM, "the clocks of server and client differ", "systemctl enable --now systemd-timesyncd"),
    /** An old server. */
    VERSION_UNMAINTAINED(
            Severity.MEDIUM, "the server's version gets no fixes any more", "upgrade to a maintained Valkey"),
    /** In the list. */
    VERSION_VULNERABLE(
            Severity.MEDIUM,
            "the server's version has known vulnerabilities",
            "the newest release of its series, or a distribution's package that has the fixes"),
    /** A server that was named, or that another told of. */
    NODE_UNREACHABLE(
            Severity.MEDIUM,
            "a server could not be examined",
            "open the way to it, or run the doctor where its clients run");

    private static final String RENEW = "valkey-secure pki renew ca server.crt --out server-new";
    private static final String SUITES = "tls-ciphers ECDHE+AESGCM:ECDHE+CHACHA20";

    private final Severity severity;
    private final String title;
    private final String change;

    Check(Severity severity, String title, String change) {
        this.severity = severity;
        this.title = title;
        this.change = change;
    }

    /** {@return the name in reports and the anchor in docs/doctor.md} */
    public String id() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** {@return the check of this name} */
    public static Optional<Check> of(String id) {
        return Stream.of(values()).filter(check -> check.id().equals(id)).findFirst();
    }

    /** {@return how bad it is} */
    public Severity severity() {
        return severity;
    }

    /** {@return what is wrong, in one line} */
    public String title() {
        return title;
    }

    /** {@return the line to change, or what to run} */
    public String change() {
        return change;
    }

    /** {@return the address of the section that explains it} */
    public String page() {
        return DocumentationLinks.section("doctor", id());
    }

    public Finding on(String target, String evidence) {
        return on(target, evidence, change);
    }

    public Finding on(String target, String evidence, String exactChange) {
        return new Finding(this, target, evidence, exactChange);
    }
}
