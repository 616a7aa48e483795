package io.valkeysecure.examples;

import io.valkeysecure.ClientIdentity;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.cli.base.Console;
import io.valkeysecure.cli.base.Failure;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.hostile.HostilePeer;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The demo with several servers: keys, a primary that is killed under load, and nodes that lead clients astray. */
final class TopologyDemo {
    private static final String USER = "demo";
    private static final int KEYS = 200;
    private static final Duration END_LIMIT = Duration.ofSeconds(2);
    private static final Duration LOAD_BEFORE = Duration.ofMillis(500);
    private static final String KEY_UNDER_LOAD = "load";

    private final Console console;
    private final String what;
    private final Start start;
    private final String password = new BigInteger(130, new SecureRandom()).toString(32);

    /** Starts the servers. */
    @FunctionalInterface
    interface Start {
        DemoTopology with(TestCertificate serverCertificate, TestCertificate ca, String user, String password);
    }

    TopologyDemo(Console console, String what, Start start) {
        this.console = console;
        this.what = what;
        this.start = start;
    }

    /** Returns whether everything was as it should be. */
    boolean run() {
        console.step("making a CA, a certificate for servers at localhost and 127.0.0.1, and one for a client");
        TestCertificate ca = TestCertificate.root().subject("CN=Demo CA").build();
        TestCertificate serverCertificate = ca.issue()
                .subject("CN=demo server")
                .dnsName("localhost")
                .ipAddress("127.0.0.1")
                .build();
        TestCertificate client = ca.issue().subject("CN=demo client").build();
        console.step("starting " + what + ": TLS only on every link, client certificates demanded, ACL user " + USER);
        boolean good;
        try (DemoTopology topology = start.with(serverCertificate, ca, USER, password);
                SecureTls tls = SecureTls.trusting(TrustAnchors.of(ca.certificate()))
                        .presenting(ClientIdentity.of(client.privateKey(), client.chain()))
                        .build();
                DemoClient lettuce = new LettuceDemo();
                DemoClient jedis = new JedisDemo()) {
            console.result("Valkey " + OwnServerDemo.versionOf(topology.anyServer()));
            topology.nodes().forEach(console::result);
            List<DemoClient> clients = List.of(lettuce, jedis);
            good = traffic(clients, tls, topology);
            good &= failover(clients, tls, topology);
            good &= rogues(clients, tls, topology, ca);
        }
        console.step("servers ended, files removed");
        if (!good) {
            console.error("something was not as it should be, see the lines marked WRONG above");
        }
        return good;
    }

    private boolean traffic(List<DemoClient> clients, SecureTls tls, DemoTopology topology) {
        boolean good = true;
        for (DemoClient client : clients) {
            console.step("writing and reading with " + client.name());
            good &= entry(KEYS, came(client, tls, topology));
        }
        return good;
    }

    private boolean entry(int wanted, int came) {
        console.entry(came == wanted, came + " of " + wanted + " keys came back as they were written", List.of());
        return came == wanted;
    }

    private static int came(DemoClient client, SecureTls tls, DemoTopology topology) {
        int came = 0;
        try (KeyValue keys = topology.open(client, tls)) {
            for (int i = 0; i < KEYS; i++) {
                keys.set("key:" + i, "value " + i);
            }
            for (int i = 0; i < KEYS; i++) {
                came += ("value " + i).equals(keys.get("key:" + i)) ? 1 : 0;
            }
        }
        return came;
    }

    private boolean failover(List<DemoClient> clients, SecureTls tls, DemoTopology topology) {
        console.step("killing a primary while both clients write to it");
        List<SteadyLoad> loads = new ArrayList<>();
        try {
            for (DemoClient client : clients) {
                loads.add(new SteadyLoad(client, topology.open(client, tls), KEY_UNDER_LOAD));
            }
            loads.forEach(load -> load.awaitMore(LOAD_BEFORE));
            topology.kill(KEY_UNDER_LOAD);
            topology.heal();
            loads.forEach(load -> load.awaitMore(LOAD_BEFORE));
        } finally {
            loads.forEach(SteadyLoad::close);
        }
        boolean good = true;
        for (SteadyLoad load : loads) {
            String line = String.format(
                    Locale.ROOT,
                    "%-13s longest time without an answered write %.1f s; %d writes answered, %d failed",
                    load.name(),
                    load.longestGap().toMillis() / 1e3,
                    load.answered(),
                    load.failed());
            console.entry(load.wentOn(), line, List.of());
            good &= load.wentOn();
        }
        topology.nodes().forEach(console::result);
        return good;
    }

    private boolean rogues(List<DemoClient> clients, SecureTls tls, DemoTopology topology, TestCertificate ca) {
        TestCertificate strangerCa =
                TestCertificate.root().subject(ca.subject()).build();
        TestCertificate own =
                strangerCa.issue().dnsName("localhost").ipAddress("127.0.0.1").build();
        boolean good = rogue(
                "a certificate of another CA",
                RefusalReason.UNTRUSTED_ISSUER,
                HostilePeer.tls(own),
                clients,
                tls,
                topology);
        good &= rogue("no TLS", RefusalReason.PLAINTEXT_PEER, HostilePeer.plaintextValkey(), clients, tls, topology);
        return good;
    }

    private boolean rogue(
            String kind,
            RefusalReason expected,
            HostilePeer opened,
            List<DemoClient> clients,
            SecureTls tls,
            DemoTopology topology) {
        boolean good = true;
        try (HostilePeer peer = opened) {
            console.step(topology.leadTo(peer.port(), KEY_UNDER_LOAD) + ", where a rogue listens with " + kind);
            for (DemoClient client : clients) {
                good &= refused(client, tls, topology, expected);
            }
            for (DemoClient client : clients) {
                try (KeyValue keys = topology.open(client, tls)) {
                    keys.set(KEY_UNDER_LOAD, "the rest goes on");
                    boolean right = "the rest goes on".equals(keys.get(KEY_UNDER_LOAD));
                    console.entry(
                            right,
                            String.format(Locale.ROOT, "%-13s goes on with the others", client.name()),
                            List.of());
                    good &= right;
                }
            }
            topology.leadBack();
            peer.awaitEnd(END_LIMIT);
            String raw = new String(peer.rawBytes(), StandardCharsets.ISO_8859_1);
            boolean nothing = peer.applicationBytes().length == 0 && !raw.contains(password);
            console.entry(
                    nothing,
                    peer.applicationBytes().length + " bytes of commands, names or passwords came to the rogue",
                    List.of());
            return good && nothing;
        }
    }

    private boolean refused(DemoClient client, SecureTls tls, DemoTopology topology, RefusalReason expected) {
        try {
            topology.beLed(client, tls);
        } catch (RuntimeException e) {
            String tag = Failure.tag(e);
            boolean right = tag.equals(expected.tag());
            console.entry(
                    right,
                    String.format(Locale.ROOT, "%-13s %s", client.name(), tag),
                    List.of(Failure.firstLine(Failure.refusal(e).orElse(e))));
            return right;
        }
        console.entry(false, String.format(Locale.ROOT, "%-13s ACCEPTED", client.name()), List.of());
        return false;
    }
}
