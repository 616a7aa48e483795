package io.valkeysecure.testkit.hostile;

import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.certificate.TestCertificateBuilder;
import io.valkeysecure.testkit.internal.AskingInput;
import io.valkeysecure.testkit.internal.FakeValkey;
import io.valkeysecure.testkit.internal.HostileConnection;
import io.valkeysecure.testkit.internal.Loopback;
import io.valkeysecure.testkit.internal.RecordingSocket;
import io.valkeysecure.testkit.internal.Relay;
import io.valkeysecure.testkit.internal.ServerFlight;
import io.valkeysecure.testkit.internal.ServerHello;
import io.valkeysecure.testkit.internal.TlsContexts;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/**
 * A server that a client must refuse, named by its sin, on a free port of the loopback address.
 *
 * <pre>{@code
 * try (HostilePeer peer = HostilePeer.plaintextValkey()) {
 *     // let the client connect to localhost and peer.port(): it must fail
 *     assert peer.applicationBytes().length == 0;
 * }
 * }</pre>
 *
 * <p>Each answers every connection in the same way until it is closed, and keeps what it gets. Where it has a
 * handshake to offer and a client goes along with it, the peer then plays a Valkey that says yes to everything, so
 * that whatever the client would have told the wrong peer is in {@link #applicationBytes()}.
 *
 * <p>A server whose certificate is the sin needs no class of its own: give {@link ValkeyServer} or {@link #tls} a
 * certificate that {@link TestCertificateBuilder} has spoilt. This class is thread-safe.
 */
public final class HostilePeer implements AutoCloseable {
    private static final int HANDSHAKE_RECORD = 22;

    private final String name;
    private final Sin sin;
    private final Loopback listener;
    private final List<HostileConnection> connections = new CopyOnWriteArrayList<>();

    /** What a peer does with one connection. */
    @FunctionalInterface
    private interface Sin {
        void commit(HostileConnection connection) throws IOException;
    }

    private HostilePeer(String name, Sin sin) {
        this.name = name;
        this.sin = sin;
        this.listener = new Loopback(
                name, RecordingSocket::new, socket -> serve(new HostileConnection((RecordingSocket) socket)));
        listener.start();
    }

    private void serve(HostileConnection connection) throws IOException {
        connections.add(connection);
        sin.commit(connection);
    }

    /**
     * Speaks RESP without TLS: answers HELLO, AUTH, PING, SET and GET, and an error to a {@code ClientHello}.
     *
     * @return a started peer
     */
    public static HostilePeer plaintextValkey() {
        return new HostilePeer(
                "plaintextValkey", connection -> new FakeValkey(connection.in(), connection.out()).serve());
    }

    /**
     * Is a web server: answers whatever comes first with {@code 400 Bad Request}.
     *
     * @return a started peer
     */
    public static HostilePeer speaksHttp() {
        return new HostilePeer("speaksHttp", connection -> {
            connection.awaitFirstBytes();
            String page = "<html>400 Bad Request</html>\n";
            String answer = "HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\nContent-Length: " + page.length()
                    + "\r\nConnection: close\r\n\r\n" + page;
            connection.send(answer.getBytes(StandardCharsets.US_ASCII));
            connection.socket().shutdownOutput();
            connection.listen();
        });
    }

    /**
     * Sends 256 bytes at once that mean nothing, the same ones each time, and then listens.
     *
     * @return a started peer
     */
    public static HostilePeer speaksGarbage() {
        return new HostilePeer("speaksGarbage", connection -> {
            byte[] garbage = new byte[256];
            new Random(1).nextBytes(garbage);
            garbage[0] = (byte) 0xa5; // neither a TLS record nor an answer of RESP begins so
            connection.send(garbage);
            connection.listen();
        });
    }

    /**
     * Closes each connection as soon as it is there.
     *
     * @return a started peer
     */
    public static HostilePeer closesAtOnce() {
        return new HostilePeer("closesAtOnce", connection -> {});
    }

    /**
     * Resets each connection as soon as it is there.
     *
     * @return a started peer
     */
    public static HostilePeer resetsAtOnce() {
        return new HostilePeer("resetsAtOnce", connection -> Loopback.reset(connection.socket()));
    }

    /**
     * Closes each connection after the first bytes of the client, without an answer.
     *
     * @return a started peer
     */
    public static HostilePeer closesAfterClientHello() {
        return new HostilePeer("closesAfterClientHello", HostileConnection::awaitFirstBytes);
    }

    /**
     * Accepts, reads and never says a word.
     *
     * @return a started peer
     */
    public static HostilePeer staysSilent() {
        return new HostilePeer("staysSilent", HostileConnection::listen);
    }

    /**
     * Answers a {@code ClientHello} with the first half of a real server's flight, and then falls silent.
     *
     * @return a started peer
     */
    public static HostilePeer stallsMidHandshake() {
        SSLContext context = anyContext();
        return new HostilePeer("stallsMidHandshake", connection -> {
            byte[] flight = ServerFlight.answerTo(connection.in(), context);
            connection.send(Arrays.copyOf(flight, flight.length / 2));
            connection.listen();
        });
    }

    /**
     * Answers a {@code ClientHello} with the header of a TLS record, and nothing in it.
     *
     * @return a started peer
     */
    public static HostilePeer stallsAfterRecordHeader() {
        return new HostilePeer("stallsAfterRecordHeader", connection -> {
            connection.awaitFirstBytes();
            connection.send(new byte[] {HANDSHAKE_RECORD, 3, 3, 0, 122});
            connection.listen();
        });
    }

    /**
     * Answers a {@code ClientHello} with a real server's flight, one byte at a time. Every read of the client
     * succeeds within the interval, so that only a limit on the whole handshake ends it.
     *
     * @param interval the time between two bytes
     * @return a started peer
     */
    public static HostilePeer dripsSlowly(Duration interval) {
        SSLContext context = anyContext();
        return new HostilePeer("dripsSlowly", connection -> {
            for (byte drop : ServerFlight.answerTo(connection.in(), context)) {
                connection.send(new byte[] {drop});
                if (!connection.listenFor(interval)) {
                    return;
                }
            }
            connection.listen();
        });
    }

    /**
     * Answers a {@code ClientHello} with a fatal alert.
     *
     * @param description the number of the alert, RFC 8446 section 6, such as 40 for {@code handshake_failure}
     * @return a started peer
     */
    public static HostilePeer sendsFatalAlert(int description) {
        return new HostilePeer("sendsFatalAlert", connection -> {
            connection.awaitFirstBytes();
            connection.send(new byte[] {21, 3, 3, 0, 2, 2, (byte) description});
            connection.socket().shutdownOutput();
            connection.listen();
        });
    }

    /**
     * Chooses TLS 1.0, whatever the client offers. The {@code ServerHello} is all it has; for a whole server of that
     * age see {@link ValkeyServer.Builder#lowSecurityLevel()}.
     *
     * @return a started peer
     */
    public static HostilePeer choosesTls10() {
        return choosesVersion("choosesTls10", 1);
    }

    /**
     * Chooses TLS 1.1, whatever the client offers; otherwise like {@link #choosesTls10()}.
     *
     * @return a started peer
     */
    public static HostilePeer choosesTls11() {
        return choosesVersion("choosesTls11", 2);
    }

    private static HostilePeer choosesVersion(String name, int minor) {
        return new HostilePeer(name, connection -> {
            byte[] hello = connection.awaitFirstBytes();
            connection.send(ServerHello.choosing(minor, hello));
            connection.listen();
        });
    }

    /**
     * Shakes hands with the given certificate, whatever is wrong with it.
     *
     * @param identity the certificate chain and its key
     * @return a started peer
     */
    public static HostilePeer tls(TestCertificate identity) {
        return tls(identity, parameters -> {});
    }

    /**
     * Shakes hands with the given certificate and other TLS parameters than the JDK's: versions, cipher suites.
     *
     * <p>It asks for a client certificate and accepts any, and none. What the JDK has disabled in its security
     * properties, such as TLS 1.1, cannot be switched on here.
     *
     * @param identity the certificate chain and its key
     * @param change is called with the server's parameters before each handshake
     * @return a started peer
     */
    public static HostilePeer tls(TestCertificate identity, Consumer<SSLParameters> change) {
        SSLContext context = TlsContexts.presenting(identity, TlsContexts.anyone());
        return new HostilePeer("tls", connection -> {
            try (SSLSocket over = connection.serverSide(context, change)) {
                InputStream in = connection.handshake(over);
                new FakeValkey(in, over.getOutputStream()).serve();
            }
        });
    }

    /**
     * Shakes hands under TLS 1.2, and asks for another handshake after its first answer, RFC 5246 section 7.4.1.1.
     *
     * @param identity the certificate chain and its key
     * @return a started peer
     */
    public static HostilePeer renegotiates(TestCertificate identity) {
        SSLContext context = TlsContexts.presenting(identity, TlsContexts.anyone());
        return new HostilePeer("renegotiates", connection -> {
            try (SSLSocket over =
                    connection.serverSide(context, parameters -> parameters.setProtocols(new String[] {"TLSv1.2"}))) {
                InputStream in = connection.handshake(over);
                new FakeValkey(new AskingInput(in, over), over.getOutputStream()).serve();
            }
        });
    }

    /**
     * Stands between a client and its server: shakes hands with the client with a certificate of its own, and then
     * passes everything on over a TLS connection of its own to the target, and back.
     *
     * @param own what it presents to the client, and to the target if that asks for a client certificate
     * @param targetHost the host of the target
     * @param targetPort the port of the target
     * @return a started peer
     */
    public static HostilePeer manInTheMiddle(TestCertificate own, String targetHost, int targetPort) {
        return manInTheMiddle(own, targetHost, targetPort, parameters -> {});
    }

    /**
     * Stands between a client and its server, and shakes hands with the client with other TLS parameters than the
     * JDK's: versions, cipher suites; otherwise like {@link #manInTheMiddle(TestCertificate, String, int)}.
     *
     * @param own what it presents
     * @param targetHost the host of the target
     * @param targetPort the port of the target
     * @param change is called with the parameters towards the client before each handshake
     * @return a started peer
     */
    public static HostilePeer manInTheMiddle(
            TestCertificate own, String targetHost, int targetPort, Consumer<SSLParameters> change) {
        SSLContext context = TlsContexts.presenting(own, TlsContexts.anyone());
        return new HostilePeer("manInTheMiddle", connection -> {
            try (SSLSocket victim = connection.serverSide(context, change)) {
                InputStream fromVictim = connection.handshake(victim);
                Relay.between(fromVictim, victim, context, targetHost, targetPort);
            }
        });
    }

    private static SSLContext anyContext() {
        return TlsContexts.presenting(
                TestCertificate.selfSigned().dnsName("localhost").build(), TlsContexts.anyone());
    }

    /** {@return the port on which the peer listens} */
    public int port() {
        return listener.port();
    }

    /** {@return the number of connections so far} */
    public int connections() {
        return listener.accepted();
    }

    /**
     * {@return what clients meant for the application, of all connections one after another: bytes that came in the
     * clear, or that this peer has decrypted} TLS records that it could not or did not want to decrypt are not among
     * them; a client that refused the peer has left nothing here.
     */
    public byte[] applicationBytes() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        connections.forEach(connection -> all.writeBytes(connection.applicationBytes()));
        return all.toByteArray();
    }

    /** {@return every byte that clients sent, as it came over the wire, of all connections one after another} */
    public byte[] rawBytes() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        connections.forEach(connection -> all.writeBytes(connection.rawBytes()));
        return all.toByteArray();
    }

    /**
     * {@return how handshakes failed as this side saw it, in the order of the connections: an alert that a client
     * sent is named in the message} Empty for peers that do not shake hands.
     */
    public List<IOException> handshakeFailures() {
        return connections.stream()
                .map(HostileConnection::handshakeFailure)
                .filter(Objects::nonNull)
                .map(Objects::requireNonNull)
                .toList();
    }

    /**
     * Waits until every connection so far has ended, so that nothing more comes.
     *
     * @param limit how long to wait
     * @return false if one is still open after the limit
     */
    public boolean awaitEnd(Duration limit) {
        return listener.awaitEnd(limit);
    }

    /** Ends all connections and stops listening. What was recorded stays. */
    @Override
    public void close() {
        listener.close();
    }

    @Override
    public String toString() {
        return "HostilePeer[" + name + ", localhost:" + port() + "]";
    }
}
