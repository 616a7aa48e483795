package io.valkeysecure.lettuce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.lettuce.core.RedisURI;
import io.lettuce.core.SslOptions;
import io.lettuce.core.SslVerifyMode;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import io.lettuce.core.resource.ClientResources;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsConfigurationException;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.hostile.HostilePeer;
import io.valkeysecure.testkit.recording.TlsTranscript;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.assertj.core.util.Throwables;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What a cluster's client takes and refuses before there is a cluster, and what it tells of seeds that it refuses. */
class SecureLettuceClusterTest {
    private final Pki pki = new Pki();
    private final SecureTls tls = pki.tls();

    @AfterEach
    void close() {
        tls.close();
    }

    @ParameterizedTest
    @CsvSource({
        "redis://localhost, 'seen redis://, which is without TLS; write rediss://'",
        "'valkey://one:1,two:2', 'seen valkey://, which is without TLS'",
        "redis-socket:///tmp/valkey.sock, 'a Unix socket, which carries no TLS'",
    })
    void clusterClient_schemeWithoutTls_isRefused(String uri, String message) {
        assertThatThrownBy(() -> SecureLettuce.clusterClient(tls, uri))
                .isInstanceOfSatisfying(
                        TlsConfigurationException.class,
                        e -> assertThat(e.reason()).isEqualTo(RefusalReason.PLAINTEXT_REQUESTED))
                .hasMessageContaining(message);
    }

    @Test
    void clusterClient_sentinelUri_isRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SecureLettuce.clusterClient(tls, "valkeys-sentinel://localhost#primary"))
                .withMessageContaining("SecureLettuce.client(...)");
    }

    @Test
    void parseSeeds_severalHosts_shareTheRest() {
        List<RedisURI> seeds = TlsUri.parseSeeds("valkeys://user:pw@one.internal:6380,two.internal:6381?timeout=3s");

        assertThat(seeds).extracting(RedisURI::getHost).containsExactly("one.internal", "two.internal");
        assertThat(seeds).extracting(RedisURI::getPort).containsExactly(6380, 6381);
        assertThat(seeds).allSatisfy(seed -> {
            assertThat(seed.isSsl()).isTrue();
            assertThat(seed.getVerifyMode()).isEqualTo(SslVerifyMode.FULL);
            assertThat(seed.getTimeout()).hasSeconds(3);
            assertThat(seed.getCredentialsProvider().resolveCredentials().block())
                    .satisfies(
                            credentials -> assertThat(credentials.getUsername()).isEqualTo("user"));
        });
    }

    static Stream<Arguments> conflictingSeeds() {
        return Stream.of(
                conflict("RedisURI[1].ssl is false", uri -> uri.setSsl(false)),
                conflict("RedisURI[1].startTls is true", uri -> uri.setStartTls(true)),
                conflict("RedisURI[1].socket is set", uri -> uri.setSocket("/tmp/v")),
                conflict("RedisURI[1].verifyPeer is CA", uri -> uri.setVerifyPeer(SslVerifyMode.CA)));
    }

    private static Arguments conflict(String message, Consumer<RedisURI> sin) {
        return Arguments.of(message, sin);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("conflictingSeeds")
    void clusterClient_oneConflictingSeed_isRefusedByName(String message, Consumer<RedisURI> sin) {
        RedisURI conflicting = Pki.uri("localhost", 2);
        sin.accept(conflicting);
        List<RedisURI> seeds = List.of(Pki.uri("localhost", 1), conflicting);

        assertThatThrownBy(() -> SecureLettuce.clusterClientBuilder(tls, seeds).build())
                .isInstanceOf(TlsConfigurationException.class)
                .hasMessageStartingWith(message);
    }

    @Test
    void setOptions_ownSslOptions_areRefusedAndOthersKept() {
        ClusterClientOptions conflicting =
                ClusterClientOptions.builder().sslOptions(SslOptions.create()).build();
        RedisClusterClient client = SecureLettuce.clusterClient(tls, Pki.uri("localhost", 1));
        try {
            client.setOptions(ClusterClientOptions.builder().maxRedirects(9).build());

            assertThat(client.getOptions()).isInstanceOfSatisfying(ClusterClientOptions.class, options -> {
                assertThat(options.getMaxRedirects()).isEqualTo(9);
                assertThat(options.getSslOptions()).isInstanceOf(TrustNobody.class);
            });
            assertThatThrownBy(() -> client.setOptions(conflicting))
                    .isInstanceOf(TlsConfigurationException.class)
                    .hasMessageContaining("ClientOptions.sslOptions is set");
        } finally {
            client.shutdown();
        }
        assertThatThrownBy(() -> SecureLettuce.clusterClientBuilder(tls, List.of(Pki.uri("localhost", 1)))
                        .options(conflicting)
                        .build())
                .isInstanceOf(TlsConfigurationException.class);
    }

    @Test
    void clientOptions_ofACluster_areKept() {
        ClusterTopologyRefreshOptions refresh = ClusterTopologyRefreshOptions.builder()
                .enablePeriodicRefresh(Duration.ofSeconds(7))
                .build();
        Predicate<RedisClusterNode> filter = node -> false;

        ClusterClientOptions guarded = SecureLettuce.clientOptions(
                tls,
                ClusterClientOptions.builder()
                        .topologyRefreshOptions(refresh)
                        .nodeFilter(filter)
                        .validateClusterNodeMembership(true)
                        .maxRedirects(3)
                        .requestQueueSize(7)
                        .build());

        assertThat(guarded.getTopologyRefreshOptions()).isSameAs(refresh);
        assertThat(guarded.getNodeFilter()).isSameAs(filter);
        assertThat(guarded.isValidateClusterNodeMembership()).isTrue();
        assertThat(guarded.getMaxRedirects()).isEqualTo(3);
        assertThat(guarded.getRequestQueueSize()).isEqualTo(7);
        assertThat(guarded.getSslOptions()).isInstanceOf(TrustNobody.class);
    }

    @Test
    void connect_plaintextSeedOnARawClientWithOurResources_neverConnects() {
        ClientResources resources = SecureLettuce.resources(tls);
        try (HostilePeer peer = HostilePeer.plaintextValkey();
                RedisClusterClient client =
                        RedisClusterClient.create(resources, "redis://:hunter2@localhost:" + peer.port())) {
            assertThat(catchThrowable(client::connect))
                    .satisfies(e -> assertThat(RefusalReason.of(e)).contains(RefusalReason.PLAINTEXT_REQUESTED));
            assertThat(catchThrowable(client::connectPubSub))
                    .satisfies(e -> assertThat(RefusalReason.of(e)).contains(RefusalReason.PLAINTEXT_REQUESTED));
            assertThat(peer.connections()).isZero();
        } finally {
            resources.shutdown().syncUninterruptibly();
        }
    }

    @Test
    void connect_allSeedsRefused_tellsTheReasonAndNamesTheNodes() {
        TestCertificate other = pki.root.issue().dnsName("other.example").build();
        try (HostilePeer one = HostilePeer.tls(other);
                HostilePeer two = HostilePeer.tls(other);
                RedisClusterClient client = SecureLettuce.clusterClientBuilder(tls, List.of(uri(one), uri(two)))
                        .build()) {
            assertThat(Stream.of(catchThrowable(client::connect), catchThrowable(client::connectPubSub)))
                    .allSatisfy(thrown -> {
                        assertThat(RefusalReason.of(thrown)).contains(RefusalReason.NAME_MISMATCH);
                        assertThat(Throwables.getStackTrace(thrown))
                                .contains("localhost:" + one.port() + " refused (name_mismatch)")
                                .contains("localhost:" + two.port() + " refused (name_mismatch)")
                                .doesNotContain("correct-horse-battery");
                    });
            assertThat(one.applicationBytes()).isEmpty();
            assertThat(two.applicationBytes()).isEmpty();
        }
    }

    /** What Lettuce loses for a single server, it loses for the seeds of a cluster, too. */
    @Test
    void connect_seedsThatLettuceLosesTheReasonOf_areTypedEachTime() {
        try (HostilePeer closes = HostilePeer.closesAtOnce();
                HostilePeer plaintext = HostilePeer.plaintextValkey();
                HostilePeer silent = HostilePeer.staysSilent()) {
            for (HostilePeer peer : List.of(closes, plaintext, silent)) {
                RedisURI seed = uri(peer);
                seed.setTimeout(Duration.ofMillis(peer == silent ? 300 : 20_000));
                RedisClusterClient client = SecureLettuce.clusterClient(tls, seed);
                try {
                    for (int i = 0; i < (peer == silent ? 1 : 10); i++) {
                        Throwable thrown = catchThrowable(client::connect);
                        assertThat(RefusalReason.of(thrown))
                                .as(() -> peer + ": " + Throwables.getStackTrace(thrown))
                                .contains(
                                        peer == closes
                                                ? RefusalReason.PEER_CLOSED
                                                : peer == plaintext
                                                        ? RefusalReason.PLAINTEXT_PEER
                                                        : RefusalReason.HANDSHAKE_TIMEOUT);
                    }
                } finally {
                    client.shutdown();
                }
                assertThat(TlsTranscript.of(peer.rawBytes()).mayCarryCommand()).isFalse();
            }
        }
    }

    private static RedisURI uri(HostilePeer peer) {
        RedisURI uri = Pki.uri("localhost", peer.port());
        Pki.authenticate(uri, "app", "correct-horse-battery");
        return uri;
    }
}
