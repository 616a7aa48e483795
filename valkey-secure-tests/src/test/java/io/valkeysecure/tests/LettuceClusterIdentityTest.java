package io.valkeysecure.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.internal.HostAndPort;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.lettuce.core.resource.DnsResolvers;
import io.lettuce.core.resource.MappingSocketAddressResolver;
import io.lettuce.core.resource.SocketAddressResolver;
import io.netty.resolver.DefaultAddressResolverGroup;
import io.valkeysecure.ClientIdentity;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.SecureTls;
import io.valkeysecure.ServerIdentity;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.lettuce.SecureLettuce;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.server.ValkeyCluster;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.assertj.core.util.Throwables;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Which name a discovered node is expected to have: the situations of docs/topologies.md, each with what is refused in
 * it.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LettuceClusterIdentityTest {
    private static final String SHARED = "shared.valkey.test";

    private final TestCertificate root =
            TestCertificate.root().subject("CN=Test Root").build();
    private final TestCertificate client =
            root.issue().subject("CN=app").dnsName("app").build();

    /**
     * No certificate holds an address: a name for each of two nodes, a wildcard on the third, and one that all share.
     */
    private final ValkeyCluster cluster = ValkeyCluster.builder(root.issue().build(), root)
            .replicas(0)
            .identities(number -> root.issue()
                    .dnsName(number == 2 ? "*.valkey.test" : nameOf(number), SHARED)
                    .build())
            .config("cluster-preferred-endpoint-type", "hostname")
            .start();

    private static String nameOf(int node) {
        return "node-" + node + ".valkey.test";
    }

    @AfterEach
    void tellTheTruth() {
        for (ValkeyServer node : cluster.nodes()) {
            cluster.announceHostname(node, "");
            cluster.announcePort(node, node.port());
        }
    }

    @AfterAll
    void stop() {
        cluster.close();
    }

    private void announceNames() {
        for (int i = 0; i < 3; i++) {
            cluster.announceHostname(cluster.node(i), nameOf(i));
        }
    }

    @Test
    void announcedAddresses_certificatesWithNamesOnly_areRefusedByDefault() {
        assertThat(refusal(null, nameOf(0), null))
                .hasStackTraceContaining("127.0.0.1:")
                .satisfies(thrown -> assertThat(RefusalReason.of(thrown)).contains(RefusalReason.NAME_MISMATCH));
    }

    @Test
    void announcedAddresses_aNameThatAllCertificatesShare_isExpectedOfEachNode() {
        use(ServerIdentity.anyOf(SHARED), "127.0.0.1", null);
    }

    @Test
    void announcedAddresses_aNameThatOnlySomeHave_refusesTheOthers() {
        Throwable thrown = refusal(ServerIdentity.anyOf(nameOf(0), nameOf(2)), "127.0.0.1", null);

        assertThat(RefusalReason.of(thrown)).contains(RefusalReason.NAME_MISMATCH);
        assertThat(Throwables.getStackTrace(thrown))
                .contains("127.0.0.1:" + cluster.node(1).port() + " refused (name_mismatch)");
    }

    @Test
    void announcedNames_eachNodeByItsOwnAndAWildcard_areAcceptedByDefault() {
        announceNames();
        use(null, nameOf(0), null);
    }

    @Test
    void announcedNames_aNodeThatTellsAnothersName_isRefused() {
        announceNames();
        cluster.announceHostname(cluster.node(1), nameOf(0));

        Throwable thrown = refusal(null, nameOf(0), null);

        assertThat(RefusalReason.of(thrown)).contains(RefusalReason.NAME_MISMATCH);
        assertThat(Throwables.getStackTrace(thrown))
                .contains(nameOf(0) + ":" + cluster.node(1).port() + " refused (name_mismatch)");
    }

    /** What the resolver returns is dialled, and is verified. */
    @Test
    void portMapper_mapsToNames_theyAreVerified() {
        use(
                null,
                nameOf(0),
                MappingSocketAddressResolver.create(
                        DnsResolvers.UNRESOLVED,
                        inside -> HostAndPort.of(nameOf(number(inside.getPort())), inside.getPort())));

        assertThat(RefusalReason.of(refusal(
                        null,
                        nameOf(0),
                        MappingSocketAddressResolver.create(
                                DnsResolvers.UNRESOLVED, inside -> HostAndPort.of(nameOf(0), inside.getPort())))))
                .contains(RefusalReason.NAME_MISMATCH);
    }

    /** A resolver may dial one address and have another name verified: the name of the socket address counts. */
    @Test
    void portMapper_dialsAnAddressUnderTheAnnouncedName_theNameIsVerified() {
        announceNames();
        for (int i = 0; i < 3; i++) {
            // ports that nothing listens on outside
            cluster.announcePort(cluster.node(i), 1 + i);
        }
        use(null, nameOf(0), new SocketAddressResolver() {
            @Override
            public SocketAddress resolve(RedisURI uri) {
                int inside = uri.getPort();
                return named(
                        uri.getHost(),
                        inside > 3 ? inside : cluster.node(inside - 1).port());
            }
        });
        assertThat(RefusalReason.of(refusal(null, nameOf(0), new SocketAddressResolver() {
                    @Override
                    public SocketAddress resolve(RedisURI uri) {
                        int inside = uri.getPort();
                        return named(
                                uri.getHost(),
                                inside > 3 ? inside : cluster.node(inside % 2).port());
                    }
                })))
                .contains(RefusalReason.NAME_MISMATCH);
    }

    private static InetSocketAddress named(String name, int port) {
        try {
            return new InetSocketAddress(InetAddress.getByAddress(name, new byte[] {127, 0, 0, 1}), port);
        } catch (UnknownHostException e) {
            throw new UncheckedIOException(e);
        }
    }

    private int number(int port) {
        for (int i = 0; i < 3; i++) {
            if (cluster.node(i).port() == port) {
                return i;
            }
        }
        throw new IllegalArgumentException("no node has port " + port);
    }

    private Throwable refusal(
            @Nullable ServerIdentity identity, String seed, @Nullable SocketAddressResolver resolver) {
        return catchThrowable(() -> use(identity, seed, resolver));
    }

    /** Writes to every node. */
    private void use(@Nullable ServerIdentity identity, String seed, @Nullable SocketAddressResolver resolver) {
        DefaultClientResources.Builder threads =
                DefaultClientResources.builder().addressResolverGroup(DefaultAddressResolverGroup.INSTANCE);
        ClientResources resources = (resolver == null ? threads : threads.socketAddressResolver(resolver)).build();
        SecureTls.Builder builder = SecureTls.trusting(TrustAnchors.of(root.certificate()))
                .presenting(ClientIdentity.of(client.privateKey(), client.chain()));
        RedisURI uri =
                RedisURI.create("rediss://" + seed + ":" + cluster.node(0).port());
        uri.setTimeout(Duration.ofSeconds(20));
        try (SecureTls tls = (identity == null ? builder : builder.serverIdentity(identity)).build();
                RedisClusterClient client = SecureLettuce.clusterClientBuilder(tls, List.of(uri))
                        .resources(resources)
                        .build();
                StatefulRedisClusterConnection<String, String> connection = client.connect()) {
            for (int i = 0; i < 16; i++) {
                connection.sync().set("key-" + i, "value");
            }
        } finally {
            resources.shutdown(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        }
    }
}
