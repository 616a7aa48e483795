package io.valkeysecure.tests.jedis;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.valkeysecure.RefusalReason;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.hostile.HostilePeer;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.HostAndPort;

/** A peer at an address that the client learnt or was given, by what is wrong with it. All but one are refused. */
@SuppressWarnings("ImmutableEnumChecker") // certificates do not change
enum Rogue {
    PLAINTEXT_PORT(RefusalReason.PLAINTEXT_PEER, null),
    OTHER_CA(
            RefusalReason.UNTRUSTED_ISSUER,
            Pki.OTHER_ROOT.issue().dnsName("localhost").build()),
    OTHER_NAME(
            RefusalReason.NAME_MISMATCH,
            Pki.ROOT.issue().dnsName("other.example").build()),
    /** The twin of all: it answers as the others would, and is what it says. */
    NONE(null, Pki.SERVER);

    private final @Nullable RefusalReason reason;
    private final @Nullable TestCertificate identity;

    Rogue(@Nullable RefusalReason reason, @Nullable TestCertificate identity) {
        this.reason = reason;
        this.identity = identity;
    }

    RefusalReason reason() {
        return requireNonNull(reason);
    }

    TestCertificate identity() {
        return requireNonNull(identity);
    }

    /** What makes a client send a command to an address. */
    @FunctionalInterface
    interface Way {
        void lead(HostAndPort there) throws Exception;
    }

    /**
     * Leads a client here; asserts that it is refused and told why and where, and that nothing was sent, or the
     * contrary.
     */
    void meets(Way way) {
        try (HostilePeer peer = identity == null ? HostilePeer.plaintextValkey() : HostilePeer.tls(identity)) {
            HostAndPort there = new HostAndPort("localhost", peer.port());

            Throwable thrown = catchThrowable(() -> way.lead(there));

            if (reason == null) {
                assertThat(RefusalReason.of(thrown)).isEmpty();
                assertThat(peer.applicationBytes()).isNotEmpty();
            } else {
                assertThat(RefusalReason.of(thrown))
                        .withFailMessage("expected %s, was %s", reason, thrown)
                        .contains(reason);
                assertThat(thrown).hasStackTraceContaining(there + " refused (" + reason.tag() + ")");
                assertThat(peer.applicationBytes()).isEmpty();
                assertThat(peer.connections()).isPositive();
            }
        }
    }
}
