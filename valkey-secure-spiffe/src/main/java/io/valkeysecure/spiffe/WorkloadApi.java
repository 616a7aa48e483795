package io.valkeysecure.spiffe;

import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.spiffe.svid.x509svid.X509Svid;
import io.valkeysecure.ClientIdentity;
import io.valkeysecure.MaterialSource;
import io.valkeysecure.SecureTls;
import io.valkeysecure.ServerIdentity;
import io.valkeysecure.TlsConfigurationException;
import io.valkeysecure.TrustAnchors;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * A SPIFFE Workload API, such as that of a SPIRE agent: it gives this process an identity, the X.509-SVID, and the CA
 * certificates of its trust domain, the bundle, and pushes new ones before the old ones expire.
 *
 * <pre>{@code
 * WorkloadApi workload = WorkloadApi.at("unix:///run/spire/agent-sockets/api.sock");
 * SecureTls tls = workload.pushTo(workload.tlsTo("spiffe://example.org/valkey").build());
 * // make clients with it; at the end close the clients, then tls, then workload
 * }</pre>
 *
 * <p>Nothing is asked before a {@link SecureTls} is built. One stream is kept open then, for all of them. If it ends,
 * the next check of a {@code SecureTls} opens another one; if that fails, or what is sent cannot be used, the last good
 * material stays in force, and {@link SecureTls#status()}, health, listeners and metrics have the reason.
 *
 * <p>CRLs that the Workload API sends are not used. Safe for use by several threads.
 *
 * @see <a href="https://github.com/spiffe/spiffe/blob/main/standards/SPIFFE_Workload_API.md">The SPIFFE Workload
 *     API</a>
 */
public final class WorkloadApi implements AutoCloseable {
    private final String address;
    private final ManagedChannel channel;
    private final Clock clock;
    private final List<SecureTls> users = new CopyOnWriteArrayList<>();
    private @Nullable SvidStream stream;
    private boolean closed;

    WorkloadApi(String address, Clock clock) {
        this.address = address;
        this.clock = clock;
        this.channel = Grpc.newChannelBuilder(target(address), InsecureChannelCredentials.create())
                .build();
    }

    /** Checks an address (SPIFFE Workload Endpoint, 4), and returns how gRPC writes it. */
    private static String target(String address) {
        try {
            URI endpoint = new URI(address);
            if (("unix://" + endpoint.getPath()).equals(address)
                    && endpoint.getPath().matches("/.+")) {
                return address;
            } else if (("tcp://" + endpoint.getAuthority()).equals(address)
                    && endpoint.getPort() != -1
                    && endpoint.getHost().matches("[0-9.]+|\\[.*]")) {
                InetAddress host = InetAddress.getByName(endpoint.getHost());
                if (host.isLoopbackAddress() || host.isLinkLocalAddress()) {
                    return "dns:///" + endpoint.getAuthority();
                }
            }
        } catch (URISyntaxException | UnknownHostException e) {
            // refused below
        }
        throw new IllegalArgumentException("expected the address of a Workload API on this machine, unix:///path or"
                + " tcp://127.0.0.1:port, because private keys are sent over it without encryption; was " + address);
    }

    /**
     * Uses the Workload API at an address. It is not asked yet.
     *
     * @param address {@code unix:///path}, on Linux only; or {@code tcp://address:port} with a loopback or
     *     link-local address, because private keys are sent without encryption
     * @return the Workload API; close it after the {@code SecureTls} that use it
     * @throws IllegalArgumentException if it is no such address
     */
    public static WorkloadApi at(String address) {
        return new WorkloadApi(Objects.requireNonNull(address, "address"), Clock.systemUTC());
    }

    /**
     * Uses the Workload API whose address is in the environment variable {@code SPIFFE_ENDPOINT_SOCKET}.
     *
     * @return the Workload API
     * @throws IllegalStateException if the variable is not set
     * @throws IllegalArgumentException if it holds no address as for {@link #at}
     */
    public static WorkloadApi fromEnvironment() {
        String address = System.getenv("SPIFFE_ENDPOINT_SOCKET");
        if (address == null) {
            throw new IllegalStateException("expected the address of the Workload API in the environment variable"
                    + " SPIFFE_ENDPOINT_SOCKET, which is not set");
        }
        return at(address);
    }

    /**
     * Starts a {@code SecureTls} for a server with a SPIFFE ID: it trusts the bundle of the trust domain of this ID and
     * of no other, presents the SVID of this process, and expects a certificate that has this ID as its only URI
     * (X509-SVID, 2 and 5). The certificate needs no DNS name, and the dialled host is not compared with it.
     *
     * @param spiffeId such as {@code spiffe://example.org/valkey}
     * @return the options, all of which have a safe default; the server identity is set
     * @throws IllegalArgumentException if it is not a SPIFFE ID with a path
     */
    public SecureTls.Builder tlsTo(String spiffeId) {
        ServerIdentity expected = ServerIdentity.spiffeId(spiffeId);
        return SecureTls.trusting(trustAnchors(URI.create(spiffeId).getAuthority()))
                .presenting(clientIdentity())
                .serverIdentity(expected);
    }

    /**
     * Returns the bundle of a trust domain, for servers that are known by DNS names, or a set of SPIFFE IDs. A CA of
     * this bundle can issue any name, so expect no SPIFFE ID of another trust domain with it.
     *
     * @param trustDomain the own trust domain, or one that is federated with it, such as {@code example.org}
     * @return the CA certificates
     * @throws IllegalArgumentException if it is no trust domain
     */
    public TrustAnchors trustAnchors(String trustDomain) {
        var unused = ServerIdentity.spiffeTrustDomain(trustDomain); // checks it
        return TrustAnchors.from(named("bundle of " + trustDomain, () -> bundle(trustDomain)));
    }

    /**
     * Returns the default identity of this process, the first SVID that the Workload API gives.
     *
     * @return the identity
     */
    public ClientIdentity clientIdentity() {
        return ClientIdentity.from(named("SVID", () -> identity(latest().first())));
    }

    /**
     * Returns one of several identities of this process.
     *
     * @param spiffeId the SPIFFE ID of the SVID
     * @return the identity
     * @throws IllegalArgumentException if it is not a SPIFFE ID with a path
     */
    public ClientIdentity clientIdentity(String spiffeId) {
        var unused = ServerIdentity.spiffeId(spiffeId); // checks it
        return ClientIdentity.from(named("SVID " + spiffeId, () -> identity(svid(spiffeId))));
    }

    /**
     * Lets a {@code SecureTls} reload as soon as the Workload API pushes. Without it, pushed material comes into force
     * at the next {@linkplain io.valkeysecure.Rotation.Builder#checkInterval check}.
     *
     * @param tls uses material of this Workload API
     * @return the same
     */
    public SecureTls pushTo(SecureTls tls) {
        users.add(Objects.requireNonNull(tls, "tls"));
        return tls;
    }

    private <T> MaterialSource<T> named(String what, MaterialSource<T> source) {
        return new MaterialSource<>() {
            @Override
            public T current() throws Exception {
                return source.current();
            }

            @Override
            public String toString() {
                return what + " of " + WorkloadApi.this;
            }
        };
    }

    private Collection<X509Certificate> bundle(String trustDomain) throws IOException, InterruptedException {
        WorkloadAnswer answer = latest();
        Collection<X509Certificate> bundle = answer.bundles().get(trustDomain);
        if (bundle == null) {
            throw new IOException("expected a bundle of " + trustDomain + ", was given those of "
                    + answer.bundles().keySet() + "; correct the trust domain, or let the entry of this workload"
                    + " federate with it");
        }
        return bundle;
    }

    private X509Svid svid(String spiffeId) throws IOException, InterruptedException {
        WorkloadAnswer answer = latest();
        X509Svid svid = answer.svids().get(spiffeId);
        if (svid == null) {
            throw new IOException("expected an SVID " + spiffeId + ", was given "
                    + answer.svids().keySet()
                    + "; correct the ID, or register an entry whose selectors match this process");
        }
        return svid;
    }

    private static ClientIdentity identity(X509Svid svid) {
        return ClientIdentity.of(svid.getPrivateKey(), svid.getChain());
    }

    /** Opens a stream if none is in order. Waits for its first answer outside of the lock, and so can be interrupted. */
    private WorkloadAnswer latest() throws IOException, InterruptedException {
        SvidStream open;
        synchronized (this) {
            if (closed) {
                throw new IllegalStateException(this + " is closed");
            }
            if (stream == null || stream.isOver()) {
                if (stream != null) {
                    stream.cancel();
                }
                channel.resetConnectBackoff();
                stream = SvidStream.open(channel, toString(), clock, this::pushed);
            }
            open = stream;
        }
        return open.latest();
    }

    private void pushed() {
        for (SecureTls tls : List.copyOf(users)) {
            try {
                tls.reload();
            } catch (TlsConfigurationException e) {
                // told by the status and the listeners of this SecureTls
            } catch (IllegalStateException e) {
                users.remove(tls); // it is closed
            }
        }
    }

    /** Ends the stream. A {@code SecureTls} that still uses it keeps its material, and reports that this is closed. */
    @Override
    public synchronized void close() {
        closed = true;
        if (stream != null) {
            stream.cancel();
        }
        channel.shutdownNow();
    }

    /** Returns the address. */
    @Override
    public String toString() {
        return "the Workload API at " + address;
    }
}
