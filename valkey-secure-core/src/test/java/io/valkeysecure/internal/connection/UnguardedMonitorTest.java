package io.valkeysecure.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.valkeysecure.Endpoint;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsHandshakeException;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.adapter.TlsHandshake;
import io.valkeysecure.internal.observe.GuardedListener;
import io.valkeysecure.observe.TlsListener;
import io.valkeysecure.observe.TlsStatus;
import io.valkeysecure.testkit.certificate.TestCertificate;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What counts as an unguarded connection, by files of {@code /proc} that a test writes, and by the real ones. */
class UnguardedMonitorTest {
    private static final Duration INTERVAL = Duration.ofSeconds(10);
    private static final TestCertificate ROOT = TestCertificate.root().build();
    private static final TestCertificate SERVER =
            ROOT.issue().dnsName("localhost").build();
    private static final String HEADER =
            "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt" + "   uid  timeout inode\n";

    @TempDir
    private Path process = Path.of("");

    private final SecureTls tls = SecureTls.trusting(TrustAnchors.of(ROOT.certificate()))
            .withoutClientIdentity()
            .build();
    private final List<String> told = new CopyOnWriteArrayList<>();
    private final GuardedListener listener = new GuardedListener(List.of(new TlsListener() {
        @Override
        public void unguardedConnections(Endpoint server, int connections) {
            told.add(server + " " + connections);
        }
    }));
    private final GuardedSockets guarded = new GuardedSockets();
    private final StringBuilder tcp = new StringBuilder(HEADER);
    private final StringBuilder tcp6 = new StringBuilder(HEADER);
    private long now;
    private int inodes = 100;

    @BeforeEach
    void makeDirectories() throws IOException {
        Files.createDirectories(process.resolve("fd"));
        Files.createDirectories(process.resolve("net"));
        Files.createSymbolicLink(process.resolve("fd/0"), Path.of("pipe:[100]"));
        write();
        guarded.allow(Duration.ofSeconds(10));
    }

    @AfterEach
    void close() {
        listener.close();
        tls.close();
    }

    private void write() throws IOException {
        Files.writeString(process.resolve("net/tcp"), tcp);
        Files.writeString(process.resolve("net/tcp6"), tcp6);
    }

    private static InetSocketAddress address(String host, int port) throws IOException {
        return new InetSocketAddress(InetAddress.getByName(host), port);
    }

    private static String hex(byte[] address, int port) {
        ByteBuffer words = ByteBuffer.wrap(address).order(ByteOrder.nativeOrder());
        StringBuilder text = new StringBuilder();
        while (words.hasRemaining()) {
            text.append(String.format("%08X", words.getInt()));
        }
        return text.append(String.format(":%04X", port)).toString();
    }

    private static byte[] mapped(InetAddress v4) {
        byte[] bytes = new byte[16];
        bytes[10] = bytes[11] = (byte) 0xff;
        System.arraycopy(v4.getAddress(), 0, bytes, 12, 4);
        return bytes;
    }

    /** Writes the row of a connection, and returns its inode. */
    private int row(String local, int localPort, String remote, int remotePort, String state, boolean isMapped)
            throws IOException {
        byte[] from = InetAddress.getByName(local).getAddress();
        byte[] to = InetAddress.getByName(remote).getAddress();
        if (isMapped) {
            from = mapped(InetAddress.getByName(local));
            to = mapped(InetAddress.getByName(remote));
        }
        int inode = inodes++;
        (from.length == 4 ? tcp : tcp6)
                .append("   0: " + hex(from, localPort) + " " + hex(to, remotePort) + " " + state
                        + " 00000000:00000000 00:00000000 00000000     0        0 " + inode
                        + " 1 0000000000000000 20\n");
        write();
        return inode;
    }

    private void descriptor(int inode) throws IOException {
        Files.createSymbolicLink(process.resolve("fd/" + inode), Path.of("socket:[" + inode + "]"));
    }

    private int open(String remote, int port) throws IOException {
        int inode = row(remote.contains(":") ? "fd00::1" : "10.0.0.1", 40_000 + inodes, remote, port, "01", false);
        descriptor(inode);
        return inode;
    }

    private void closed(int inode) throws IOException {
        Files.delete(process.resolve("fd/" + inode));
    }

    private TrackedConnection verified(String local, int localPort, String remote, int remotePort) throws IOException {
        TrackedConnection tracked =
                new Opened(address(local, localPort), address(remote, remotePort)).under(Opened.current(tls), SERVER);
        guarded.add(tracked);
        return tracked;
    }

    private UnguardedMonitor monitor(Integer... ports) {
        return new UnguardedMonitor(Set.of(ports), new ProcessSockets(process), guarded, INTERVAL, listener, () -> now);
    }

    /** The listener has a thread of its own. */
    private void assertTold(String... notifications) {
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(told).containsExactly(notifications));
    }

    /** Looks twice, with more time between than a handshake may take. */
    private Map<Endpoint, Integer> seen(UnguardedMonitor monitor) {
        for (int i = 0; i < 2; i++) {
            now += guarded.longestUnverifiedNanos() + INTERVAL.toNanos();
            monitor.look();
        }
        assertThat(monitor.result().notLookedAt()).isEmpty();
        return monitor.result().connections();
    }

    @ParameterizedTest
    @CsvSource({"10.0.0.5, 6379", "fd00::5, 6380", "127.0.0.1, 65535"})
    void connection_toANamedPort_isReportedOnce(String host, int port) throws IOException {
        open(host, port);
        open(host, port);
        UnguardedMonitor monitor = monitor(port);
        Endpoint server = new Endpoint(address(host, port).getAddress().getHostAddress(), port);
        assertThat(seen(monitor)).isEqualTo(Map.of(server, 2));
        assertThat(seen(monitor)).isEqualTo(Map.of(server, 2));
        assertTold(server + " 2");
    }

    @Test
    void connection_toAPortThatIsNotNamedAndNoKnownServer_isNone() throws IOException {
        open("10.0.0.5", 5432);
        assertThat(seen(monitor(6379))).isEmpty();
        assertThat(seen(monitor(5432))).hasSize(1);
    }

    @Test
    void connection_besideAVerifiedOne_isReportedAndTheVerifiedOneIsNot() throws IOException {
        descriptor(row("10.0.0.1", 41_000, "10.9.0.5", 6380, "01", false));
        TrackedConnection ours = verified("10.0.0.1", 41_000, "10.9.0.5", 6380);
        UnguardedMonitor monitor = monitor();
        assertThat(seen(monitor)).isEmpty();
        int raw = open("10.9.0.5", 6380);
        assertThat(seen(monitor)).isEqualTo(Map.of(new Endpoint("10.9.0.5", 6380), 1));
        closed(raw);
        assertThat(seen(monitor)).isEmpty();
        open("10.9.0.5", 6380);
        assertThat(seen(monitor)).hasSize(1);
        assertTold("10.9.0.5:6380 1", "10.9.0.5:6380 1");
        // what is no longer verified counts, and its server is still known
        guarded.remove(ours);
        assertThat(seen(monitor)).isEqualTo(Map.of(new Endpoint("10.9.0.5", 6380), 2));
    }

    /** Java opens IPv6 sockets for IPv4 addresses, so that Linux lists ::ffff:10.9.0.6. */
    @Test
    void connection_withAMappedAddress_isTheSameAsWithAnIpv4Address() throws IOException {
        descriptor(row("10.0.0.1", 41_001, "10.9.0.6", 6380, "01", true));
        verified("10.0.0.1", 41_001, "10.9.0.6", 6380);
        UnguardedMonitor monitor = monitor();
        assertThat(seen(monitor)).isEmpty();
        descriptor(row("10.0.0.1", 41_002, "10.9.0.6", 6380, "01", true));
        assertThat(seen(monitor)).isEqualTo(Map.of(new Endpoint("10.9.0.6", 6380), 1));
    }

    @Test
    void connection_ofAVerifiedLocalPortToAnotherServer_isReported() throws IOException {
        descriptor(row("10.0.0.1", 41_003, "10.9.0.7", 6380, "01", false));
        verified("10.0.0.1", 41_003, "10.9.0.7", 6380);
        descriptor(row("10.0.0.1", 41_003, "10.9.0.8", 6379, "01", false));
        assertThat(seen(monitor(6379))).isEqualTo(Map.of(new Endpoint("10.9.0.8", 6379), 1));
    }

    @Test
    void connection_youngerThanAHandshake_isNotReportedYet() throws IOException {
        UnguardedMonitor monitor = monitor(6379);
        open("10.0.0.5", 6379);
        now += INTERVAL.toNanos();
        monitor.look();
        now += guarded.longestUnverifiedNanos() - 1;
        monitor.look();
        assertThat(monitor.result().connections()).isEmpty();
        now += INTERVAL.toNanos();
        monitor.look();
        assertThat(monitor.result().connections()).hasSize(1);
    }

    /** Each look finds another young connection, as those of handshakes that are refused one after another. */
    @Test
    void connections_eachClosedBeforeTheNextLook_areNone() throws IOException {
        UnguardedMonitor monitor = monitor(6379);
        for (int i = 0; i < 3; i++) {
            int young = open("10.0.0.5", 6379);
            now += guarded.longestUnverifiedNanos() + INTERVAL.toNanos();
            monitor.look();
            closed(young);
        }
        assertThat(monitor.result().connections()).isEmpty();
    }

    /** Linux uses the number of a socket again. */
    @Test
    void connection_withTheInodeOfAnEarlierOne_isYoung() throws IOException {
        UnguardedMonitor monitor = monitor(6379);
        int inode = open("10.0.0.5", 6379);
        assertThat(seen(monitor)).hasSize(1);
        closed(inode);
        assertThat(seen(monitor)).isEmpty();
        descriptor(inode);
        now += INTERVAL.toNanos();
        monitor.look();
        assertThat(monitor.result().connections()).isEmpty();
    }

    @Test
    void look_beforeTheIntervalIsOver_readsNothing() throws IOException {
        UnguardedMonitor monitor = monitor(6379);
        Files.delete(process.resolve("net/tcp"));
        now += INTERVAL.toNanos() - 1;
        monitor.look();
        assertThat(monitor.result().notLookedAt()).isEmpty();
        now++;
        monitor.look();
        assertThat(monitor.result().notLookedAt()).isPresent();
    }

    @Test
    void connection_ofAnotherProcess_isNone() throws IOException {
        row("10.0.0.1", 41_010, "10.0.0.5", 6379, "01", false);
        UnguardedMonitor monitor = monitor(6379);
        assertThat(seen(monitor)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"02", "06", "08", "0A"})
    void connection_notEstablished_isNone(String state) throws IOException {
        descriptor(row("10.0.0.1", 41_011, "10.0.0.5", 6379, state, false));
        assertThat(seen(monitor(6379))).isEmpty();
    }

    @Test
    void connection_acceptedAtANamedPort_isNone() throws IOException {
        descriptor(row("10.0.0.5", 6379, "10.0.0.1", 41_012, "01", false));
        assertThat(seen(monitor(6379))).isEmpty();
    }

    @Test
    void kernelWithoutIpv6_isLookedAt() throws IOException {
        open("10.0.0.5", 6379);
        Files.delete(process.resolve("net/tcp6"));
        assertThat(seen(monitor(6379))).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"fd", "net/tcp"})
    void system_withoutTheFiles_saysThatNothingWasLookedAt(String missing) throws IOException {
        open("10.0.0.5", 6379);
        UnguardedMonitor monitor = monitor(6379);
        assertThat(seen(monitor)).hasSize(1);
        Files.move(process.resolve(missing), process.resolve("gone"));
        now += INTERVAL.toNanos();
        monitor.look();
        assertThat(monitor.result().notLookedAt().orElseThrow()).contains("on Linux only", missing);
        assertThat(monitor.result().connections()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a row", "0: x y 01", "0: 0100007F:18EB zz:zz 01 a b c d e 100"})
    void table_inAnUnknownForm_isNotLookedAt(String row) throws IOException {
        descriptor(100);
        Files.writeString(process.resolve("net/tcp"), HEADER + row + "\n");
        TlsStatus.Unguarded result = monitor(6379).result();
        assertThat(result.notLookedAt().orElseThrow()).contains("expected the columns");
    }

    /** A sandbox may show an empty table: that must not pass for nothing found. */
    @Test
    void table_withoutAnyVerifiedConnection_isNotLookedAt() throws IOException {
        verified("10.0.0.1", 41_020, "10.9.0.9", 6380);
        UnguardedMonitor monitor = monitor(6379);
        assertThat(monitor.result().notLookedAt().orElseThrow()).contains("found none");
        descriptor(row("10.0.0.1", 41_020, "10.9.0.9", 6380, "01", false));
        assertThat(seen(monitor)).isEmpty();
    }

    @Test
    void adapter_thatDoesNotKnowItsAddresses_isAccepted() {
        TrackedConnection tracked = new Opened().under(Opened.current(tls), SERVER);
        guarded.add(tracked);
        assertThat(monitor(6379).result().notLookedAt()).isEmpty();
    }

    /** Each connection is known to all of them until it is closed, also after its own SecureTls is closed. */
    @Test
    void verifiedConnection_isSharedUntilItIsClosed() throws Exception {
        SSLServerSocketFactory sockets = SERVER.tlsContext().getServerSocketFactory();
        try (ServerSocket server = sockets.createServerSocket(0, 1, InetAddress.getByName("localhost"));
                Socket wire = new Socket("localhost", server.getLocalPort())) {
            CompletableFuture<Integer> served = CompletableFuture.supplyAsync(() -> {
                try (Socket accepted = server.accept()) {
                    return accepted.getInputStream().read();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            TcpConnection tcp = new TcpConnection((InetSocketAddress) wire.getLocalSocketAddress(), (InetSocketAddress)
                    wire.getRemoteSocketAddress());
            SSLSocket socket = TlsHandshake.start(
                            tls, new Endpoint("localhost", server.getLocalPort()), ClientLibrary.OTHER)
                    .overSocket(wire);
            assertThat(GuardedSockets.SHARED.open()).contains(tcp);
            assertThat(GuardedSockets.SHARED.servers()).contains(tcp.remote());
            tls.close();
            assertThat(GuardedSockets.SHARED.open()).contains(tcp);
            socket.close();
            assertThat(GuardedSockets.SHARED.open()).doesNotContain(tcp);
            assertThat(served.get(60, TimeUnit.SECONDS)).isEqualTo(-1);
        }
    }

    /** The twin: a connection that is refused was never one of ours. */
    @Test
    void refusedConnection_isNotShared() throws Exception {
        SSLServerSocketFactory sockets = TestCertificate.selfSigned()
                .dnsName("localhost")
                .build()
                .tlsContext()
                .getServerSocketFactory();
        try (ServerSocket server = sockets.createServerSocket(0, 1, InetAddress.getByName("localhost"));
                Socket wire = new Socket("localhost", server.getLocalPort())) {
            CompletableFuture<Void> served = CompletableFuture.runAsync(() -> {
                try (Socket accepted = server.accept()) {
                    var unused = accepted.getInputStream().read();
                } catch (IOException e) {
                    // refused
                }
            });
            SocketAddress local = wire.getLocalSocketAddress();
            assertThatThrownBy(() -> TlsHandshake.start(
                                    tls, new Endpoint("localhost", server.getLocalPort()), ClientLibrary.OTHER)
                            .overSocket(wire))
                    .isInstanceOf(TlsHandshakeException.class);
            assertThat(GuardedSockets.SHARED.open())
                    .extracting(TcpConnection::local)
                    .doesNotContain((InetSocketAddress) local);
            served.get(60, TimeUnit.SECONDS);
        }
    }

    /** The real files of this process. */
    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void socketOfThisProcess_isSeen(String host) throws IOException {
        InetAddress loopback = InetAddress.getByName(host);
        try (ServerSocket server = new ServerSocket(0, 1, loopback);
                Socket raw = new Socket(loopback, server.getLocalPort());
                Socket accepted = server.accept()) {
            assertThat(accepted.isConnected()).isTrue();
            assertThat(new ProcessSockets(Path.of("/proc/self")).established().values())
                    .contains(new TcpConnection((InetSocketAddress) raw.getLocalSocketAddress(), (InetSocketAddress)
                            raw.getRemoteSocketAddress()));
        }
    }
}
