package io.valkeysecure.testkit.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.valkeysecure.testkit.TlsClient;
import io.valkeysecure.testkit.certificate.TestCertificate;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class ValkeySentinelsTest {
    private static final TestCertificate ROOT = TestCertificate.root().build();
    private static final TestCertificate LEAF =
            ROOT.issue().dnsName("localhost").build();
    private static ValkeySentinels sentinels;

    @BeforeAll
    static void start() {
        sentinels = ValkeySentinels.builder(LEAF, ROOT)
                .announcedHost("localhost")
                .user("app", "secret")
                .sentinelUser("watcher", "secret too")
                .start();
    }

    @AfterAll
    static void close() {
        sentinels.close();
    }

    @BeforeEach
    void awaitHealthy() {
        sentinels.awaitHealthy();
    }

    @Test
    void start_byDefault_isTlsOnEveryLink() {
        List<ValkeyServer> all = Stream.concat(sentinels.servers().stream(), sentinels.sentinels().stream())
                .toList();
        assertThat(all).hasSize(6);
        for (ValkeyServer server : sentinels.servers()) {
            assertThat(server.execute("CONFIG", "GET", "port")).isEqualTo("port\n0");
            assertThat(server.execute("CONFIG", "GET", "tls-replication")).isEqualTo("tls-replication\nyes");
        }
    }

    @Test
    void users_ofServersAndSentinels_areApart() throws Exception {
        SSLContext context = ROOT.issue().build().tlsContext(ROOT);
        try (TlsClient server = TlsClient.connect(context, sentinels.primary().port());
                TlsClient sentinel =
                        TlsClient.connect(context, sentinels.sentinels().get(0).port())) {
            assertThat(server.command("AUTH app secret")).isEqualTo("+OK");
            assertThat(sentinel.command("AUTH app secret")).startsWith("-WRONGPASS");
            assertThat(sentinel.command("AUTH watcher \"secret too\"")).isEqualTo("+OK");
        }
    }

    @Test
    void announcedHost_set_isWhatSentinelsTellClients() {
        assertThat(sentinels.sentinels().get(0).execute("SENTINEL", "GET-MASTER-ADDR-BY-NAME", sentinels.name()))
                .isEqualTo("localhost\n" + sentinels.primary().port());
    }

    @Test
    void failover_asked_makesAnotherServerThePrimary() {
        ValkeyServer old = sentinels.primary();

        sentinels.failover();

        assertThat(sentinels.primary()).isNotSameAs(old);
        assertThat(old.execute("INFO", "replication")).contains("role:slave");
    }

    @Test
    void kill_ofThePrimary_makesAReplicaThePrimary() {
        ValkeyServer old = sentinels.primary();

        old.kill();
        sentinels.awaitHealthy();

        assertThat(sentinels.primary()).isNotSameAs(old);

        old.restart();
        sentinels.awaitHealthy();

        assertThat(sentinels.primary()).isNotSameAs(old);
    }
}
