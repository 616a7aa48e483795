package io.valkeysecure.examples;

import io.valkeysecure.ClientIdentity;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsPolicy;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.cli.base.Console;
import io.valkeysecure.cli.base.Failure;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.certificate.TestCertificateBuilder;
import io.valkeysecure.testkit.hostile.HostilePeer;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Connections that must not come about, each tried for real with both clients: against hostile peers, against real
 * servers that are set up wrongly, and with a configuration that asks for too little.
 */
final class RefusalsDemo {
    private static final Duration SHORT_TIMEOUT = Duration.ofMillis(700);
    private static final Duration END_LIMIT = Duration.ofSeconds(2);

    private final Console console;
    private final TestCertificate ca;
    private final TestCertificate clientCertificate;
    private final Target target;
    private int tried;
    private int wrong;
    private int peers;
    private long leaked;

    /** What is tried with a client. It has to throw. */
    @FunctionalInterface
    private interface Attempt {
        void with(DemoClient client);
    }

    RefusalsDemo(Console console, TestCertificate ca, TestCertificate clientCertificate, Target target) {
        this.console = console;
        this.ca = ca;
        this.clientCertificate = clientCertificate;
        this.target = target;
    }

    /** Returns whether each was refused for the reason it should be, and no peer got a byte of the application. */
    boolean run(List<DemoClient> clients) {
        console.step("trying what must be refused; ok: it was, and for the right reason");
        console.head(
                "      " + row("tried", clients.stream().map(DemoClient::name).toList()));
        try (SecureTls tls = tls(TlsPolicy.modern())) {
            configurations(clients, tls);
            peers(clients, tls);
            certificates(clients, tls);
            servers(clients, tls);
            identities(clients);
        }
        boolean good = wrong == 0 && leaked == 0;
        console.step("of " + tried + " connections that must not be, " + (tried - wrong)
                + " were refused as they should be");
        console.entry(
                leaked == 0,
                leaked + " bytes of commands, names or passwords came to the " + peers
                        + " peers that were none of ours",
                List.of());
        return good;
    }

    private void configurations(List<DemoClient> clients, SecureTls tls) {
        attempt(
                "a redis:// URI",
                RefusalReason.PLAINTEXT_REQUESTED,
                clients,
                client -> client.plaintextUri(tls, target));
        attempt(
                "TLS forgotten, or switched off afterwards",
                RefusalReason.PLAINTEXT_REQUESTED,
                clients,
                client -> client.forgottenTls(tls, target));
    }

    private void peers(List<DemoClient> clients, SecureTls tls) {
        peer("a server without TLS", RefusalReason.PLAINTEXT_PEER, clients, tls, HostilePeer::plaintextValkey);
        peer(
                "a server that closes the connection at once",
                RefusalReason.PEER_CLOSED,
                clients,
                tls,
                HostilePeer::closesAtOnce);
        try (SecureTls impatient =
                tls(TlsPolicy.builder().handshakeTimeout(SHORT_TIMEOUT).build())) {
            peer(
                    "a server that accepts and stays silent",
                    RefusalReason.HANDSHAKE_TIMEOUT,
                    clients,
                    impatient,
                    HostilePeer::staysSilent);
        }
        TestCertificate own = stranger().issue().dnsName("localhost").build();
        peer(
                "a man in the middle, own certificate",
                RefusalReason.UNTRUSTED_ISSUER,
                clients,
                tls,
                () -> HostilePeer.manInTheMiddle(
                        own, target.endpoint().host(), target.endpoint().port()));
    }

    private void certificates(List<DemoClient> clients, SecureTls tls) {
        Instant now = Instant.now();
        certificate(
                "another CA that has the same name",
                RefusalReason.UNTRUSTED_ISSUER,
                clients,
                tls,
                stranger().issue().dnsName("localhost"));
        certificate(
                "a certificate for another name",
                RefusalReason.NAME_MISMATCH,
                clients,
                tls,
                ca.issue().dnsName("valkey.example", "*.db.example"));
        certificate(
                "the name in the subject's CN only",
                RefusalReason.NAME_MISMATCH,
                clients,
                tls,
                ca.issue().subject("CN=localhost"));
        certificate(
                "an expired certificate",
                RefusalReason.EXPIRED,
                clients,
                tls,
                ca.issue()
                        .dnsName("localhost")
                        .notBefore(now.minus(Duration.ofHours(2)))
                        .notAfter(now.minus(Duration.ofHours(1))));
        certificate(
                "a certificate that is not valid yet",
                RefusalReason.NOT_YET_VALID,
                clients,
                tls,
                ca.issue().dnsName("localhost").notBefore(now.plus(Duration.ofHours(1))));
    }

    private void servers(List<DemoClient> clients, SecureTls tls) {
        peer(
                "a server that speaks TLS 1.1 at most",
                RefusalReason.PROTOCOL_VERSION,
                clients,
                tls,
                HostilePeer::choosesTls11);
        TestCertificate own = ca.issue().dnsName("localhost").build();
        ValkeyServer.Builder onlyCbc =
                ValkeyServer.builder(own, ca).tlsProtocols("TLSv1.2").tlsCiphers("ECDHE-ECDSA-AES128-SHA256");
        try (ValkeyServer server = onlyCbc.start()) {
            Target there = target.at(server.port());
            attempt(
                    "a Valkey with CBC cipher suites only",
                    RefusalReason.CIPHER_SUITE,
                    clients,
                    client -> client.ping(tls, there));
        }
    }

    private void identities(List<DemoClient> clients) {
        TrustAnchors anchors = TrustAnchors.of(ca.certificate());
        try (SecureTls nameless =
                SecureTls.trusting(anchors).withoutClientIdentity().build()) {
            attempt(
                    "no client certificate",
                    RefusalReason.CLIENT_IDENTITY_REQUIRED,
                    clients,
                    client -> client.ping(nameless, target));
        }
        TestCertificate other = stranger().issue().subject("CN=demo client").build();
        try (SecureTls foreign = SecureTls.trusting(anchors)
                .presenting(ClientIdentity.of(other.privateKey(), other.chain()))
                .build()) {
            attempt(
                    "a client certificate of another CA",
                    RefusalReason.CLIENT_IDENTITY_REJECTED,
                    clients,
                    client -> client.ping(foreign, target));
        }
    }

    private void certificate(
            String what, RefusalReason expected, List<DemoClient> clients, SecureTls tls, TestCertificateBuilder leaf) {
        peer(what, expected, clients, tls, () -> HostilePeer.tls(leaf.build()));
    }

    private void peer(
            String what,
            RefusalReason expected,
            List<DemoClient> clients,
            SecureTls tls,
            Supplier<HostilePeer> opening) {
        try (HostilePeer peer = opening.get()) {
            Target there = target.at(peer.port());
            attempt(what, expected, clients, client -> client.ping(tls, there));
            peers++;
            peer.awaitEnd(END_LIMIT);
            leaked += peer.applicationBytes().length;
            String raw = new String(peer.rawBytes(), StandardCharsets.ISO_8859_1);
            leaked +=
                    target.password().filter(raw::contains).map(String::length).orElse(0);
        }
    }

    private void attempt(String what, RefusalReason expected, List<DemoClient> clients, Attempt attempt) {
        boolean good = true;
        List<String> tags = new ArrayList<>();
        Map<String, String> sayings = new LinkedHashMap<>();
        for (DemoClient client : clients) {
            tried++;
            String tag = "ACCEPTED";
            try {
                attempt.with(client);
            } catch (RuntimeException e) {
                tag = Failure.tag(e);
                sayings.put(
                        client.library().tag(),
                        Failure.firstLine(Failure.refusal(e).orElse(e)));
            }
            boolean refused = tag.equals(expected.tag());
            wrong += refused ? 0 : 1;
            good &= refused;
            tags.add(tag);
        }
        boolean same = Set.copyOf(sayings.values()).size() == 1;
        List<String> below = sayings.entrySet().stream()
                .map(said -> same ? said.getValue() : said.getKey() + ": " + said.getValue())
                .distinct()
                .toList();
        console.entry(good, row(what, tags), below);
    }

    private static String row(String what, List<String> tags) {
        return String.format(Locale.ROOT, "%-46s%-26s%s", what, tags.get(0), tags.get(1));
    }

    private SecureTls tls(TlsPolicy policy) {
        return SecureTls.trusting(TrustAnchors.of(ca.certificate()))
                .presenting(ClientIdentity.of(clientCertificate.privateKey(), clientCertificate.chain()))
                .policy(policy)
                .build();
    }

    /** A CA of the same name that nobody here trusts. */
    private TestCertificate stranger() {
        return TestCertificate.root().subject(ca.subject()).build();
    }
}
