package io.valkeysecure.tests.jedis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.valkeysecure.RefusalReason;
import io.valkeysecure.SecureTls;
import io.valkeysecure.jedis.SecureJedis;
import io.valkeysecure.testkit.hostile.HostilePeer;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.exceptions.JedisException;

/**
 * What one thread does with verified connections, and then with something that the user made of their configuration,
 * against a plaintext port. The peer there says yes to everything, and keeps what it gets.
 */
@SuppressWarnings("deprecation") // ssl(false): what existing code does
final class CredentialsSequence {
    static final String OWN_PASSWORD = "s3cret-of-its-own";

    private CredentialsSequence() {}

    interface Use {
        void run(HostAndPort server, JedisClientConfig config) throws Exception;
    }

    /**
     * Sound use that comes first.
     *
     * @param leavesSocketUnused an open verified socket, to which nothing was written since Jedis looked at it
     */
    record Before(String name, boolean leavesSocketUnused, Use use) {
        static Before of(String name, Use use) {
            return new Before(name, false, use);
        }

        static Before leavingSocketUnused(String name, Use use) {
            return new Before(name, true, use);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /**
     * What then goes to the plaintext port.
     *
     * @param reason why it must not be connected
     * @param asksUsFirst something of ours is asked for the connection before the login, so that the check before that
     *     can tell
     */
    record Then(String name, RefusalReason reason, boolean asksUsFirst, Use use) {
        /** The copy speaks TLS all the same. */
        static Then overTls(String name, Use use) {
            return new Then(name, RefusalReason.PLAINTEXT_PEER, true, use);
        }

        /** The socket is not ours, the mapper is. */
        static Then overPlaintextMapped(String name, Use use) {
            return new Then(name, RefusalReason.PLAINTEXT_REQUESTED, true, use);
        }

        /** Neither the socket is ours, nor the mapper. */
        static Then overPlaintext(String name, Use use) {
            return new Then(name, RefusalReason.PLAINTEXT_REQUESTED, false, use);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Arguments> product(List<Before> before, List<Then> then) {
        return before.stream().flatMap(first -> then.stream().map(second -> Arguments.of(first, second)));
    }

    static DefaultJedisClientConfig.Builder copy(JedisClientConfig config) {
        return DefaultJedisClientConfig.builder().from(config);
    }

    /** What is left of ours then is the credentials provider. */
    static JedisClientConfig stripped(JedisClientConfig config) {
        return copy(config)
                .ssl(false)
                .sslOptions(null)
                .sslSocketFactory(null)
                .hostAndPortMapper(asked -> asked)
                .build();
    }

    static void ping(HostAndPort server, JedisClientConfig config) {
        try (Connection connection = new Connection(server, config)) {
            assertThat(connection.ping()).isTrue();
        }
    }

    static HostAndPort address(ValkeyServer server) {
        return new HostAndPort(server.host(), server.port());
    }

    static void getsNoCredentials(ValkeyServer server, SecureTls tls, Before before, Then then) throws Exception {
        JedisClientConfig config = SecureJedis.clientConfig(tls, Pki.login().build());
        try (HostilePeer peer = HostilePeer.plaintextValkey()) {
            before.use().run(address(server), config);

            Throwable thrown = catchThrowable(() -> then.use().run(new HostAndPort("localhost", peer.port()), config));

            String heard = heardBy(peer);
            assertThat(heard)
                    .doesNotContain(Pki.PASSWORD, OWN_PASSWORD, "\r\n" + Pki.USER + "\r\n")
                    .doesNotContain("PING", "CLIENT");
            assertThat(thrown).isInstanceOf(JedisException.class);
            assertThat(RefusalReason.of(thrown)).as(() -> "reason in " + thrown).contains(then.reason());
            // With an open socket at hand the check before the login cannot tell: random text stands in a HELLO, and
            // the
            // check after it ends the connection.
            if (!before.leavesSocketUnused() || then.asksUsFirst()) {
                assertThat(heard).doesNotContain("HELLO", "AUTH");
            }
        }
    }

    /** The twin: a configuration of Jedis alone has the password on the wire, so the peer would have heard it. */
    static void getsThePassword(Then then) throws Exception {
        try (HostilePeer peer = HostilePeer.plaintextValkey()) {
            then.use()
                    .run(new HostAndPort("localhost", peer.port()), Pki.login().build());

            assertThat(heardBy(peer)).containsAnyOf(Pki.PASSWORD, OWN_PASSWORD);
        }
    }

    private static String heardBy(HostilePeer peer) {
        return new String(peer.applicationBytes(), StandardCharsets.ISO_8859_1);
    }
}
