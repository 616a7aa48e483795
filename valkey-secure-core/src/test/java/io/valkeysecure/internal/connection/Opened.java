package io.valkeysecure.internal.connection;

import io.valkeysecure.Endpoint;
import io.valkeysecure.PeerRejectedException;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsHandshakeException;
import io.valkeysecure.TlsVersion;
import io.valkeysecure.ValidatedPath;
import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.adapter.ManagedConnection;
import io.valkeysecure.internal.generation.Generation;
import io.valkeysecure.internal.generation.Proof;
import io.valkeysecure.internal.generation.Verdict;
import io.valkeysecure.internal.handshake.Connector;
import io.valkeysecure.internal.root.RootTypes;
import io.valkeysecure.testkit.certificate.TestCertificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A connection that is open as far as the registry knows, and counts what it is asked. */
final class Opened implements ManagedConnection {
    int asked;
    volatile @Nullable TlsHandshakeException closedBy;

    /** {@return the generation in force} */
    static Generation current(SecureTls tls) {
        return ((Connector) RootTypes.internals(tls)).generations().current();
    }

    /** Tracks a connection to a server that the generation accepts. */
    TrackedConnection under(Generation generation, TestCertificate server) {
        List<X509Certificate> presented = server.chain();
        RootTypes.Negotiated negotiated = new RootTypes.Negotiated(
                TlsVersion.TLS_1_3, "TLS_AES_128_GCM_SHA256", Optional.empty(), false, Duration.ZERO);
        try {
            ValidatedPath path = generation.verifyOffline(presented, new Endpoint("localhost", 6380), List.of());
            return new TrackedConnection(
                    this,
                    new Proof(
                            RootTypes.verifiedHandshake(
                                    new Endpoint("localhost", 6379),
                                    ClientLibrary.OTHER,
                                    negotiated,
                                    path,
                                    generation.number()),
                            negotiated,
                            new Verdict(generation, path),
                            generation,
                            presented,
                            List.of()));
        } catch (PeerRejectedException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void drain() {
        asked++;
    }

    @Override
    public void close(TlsHandshakeException reason) {
        closedBy = reason;
    }
}
