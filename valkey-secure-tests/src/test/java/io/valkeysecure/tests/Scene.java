package io.valkeysecure.tests;

import io.valkeysecure.TlsVersion;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.hostile.HostilePeer;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.time.Clock;
import java.time.Duration;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Who stands on the other side, and what the client dials, presents and believes the time to be. A sin and its twin are
 * two scenes that differ in one attribute.
 *
 * @param peer starts the other side
 * @param host what is dialled
 * @param identity what the client presents, or null
 * @param timeout of the handshake
 * @param clock the client's
 */
record Scene(Opener peer, String host, @Nullable TestCertificate identity, Duration timeout, Clock clock) {

    /** Starts the other side; under a TLS version, if that is left open. */
    @FunctionalInterface
    interface Opener {
        Peer open(TlsVersion version);
    }

    /** The other side: where it listens, and what it heard that a client may tell only to a verified server. */
    record Peer(IntSupplier listensAt, Supplier<byte[]> applicationBytes, Runnable end) implements AutoCloseable {
        int port() {
            return listensAt.getAsInt();
        }

        @Override
        public void close() {
            end.run();
        }
    }

    /** A real Valkey, as {@code settings} change it. */
    static Opener valkey(
            TestCertificate leaf, TestCertificate clientAnchor, UnaryOperator<ValkeyServer.Builder> settings) {
        return version -> {
            ValkeyServer server = settings.apply(ValkeyServer.builder(leaf, clientAnchor)
                            .tlsProtocols(version.protocol())
                            .user(TestClient.USER, TestClient.PASSWORD))
                    .start();
            return new Peer(server::port, () -> new byte[0], server::close);
        };
    }

    /** A hostile peer, which decides itself which version of TLS it speaks, if any. */
    static Opener hostile(Supplier<HostilePeer> start) {
        return version -> {
            HostilePeer peer = start.get();
            return new Peer(peer::port, peer::applicationBytes, peer::close);
        };
    }

    Scene with(Opener other) {
        return new Scene(other, host, identity, timeout, clock);
    }

    Scene dialling(String other) {
        return new Scene(peer, other, identity, timeout, clock);
    }

    Scene presenting(@Nullable TestCertificate other) {
        return new Scene(peer, host, other, timeout, clock);
    }

    Scene within(Duration other) {
        return new Scene(peer, host, identity, other, clock);
    }

    Scene at(Clock other) {
        return new Scene(peer, host, identity, timeout, other);
    }
}
