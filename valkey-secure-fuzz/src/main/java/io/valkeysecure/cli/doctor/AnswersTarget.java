package io.valkeysecure.cli.doctor;

import io.valkeysecure.Endpoint;
import io.valkeysecure.SecureTls;
import io.valkeysecure.ServerIdentity;
import io.valkeysecure.TlsPolicy;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.cli.base.InputException;
import io.valkeysecure.cli.doctor.report.CheckResult;
import io.valkeysecure.cli.doctor.report.HtmlReport;
import io.valkeysecure.cli.doctor.report.JsonReport;
import io.valkeysecure.cli.doctor.report.Report;
import io.valkeysecure.cli.doctor.report.SarifReport;
import io.valkeysecure.cli.resp.AnswerLimits;
import io.valkeysecure.cli.resp.RespConnection;
import io.valkeysecure.fuzz.FuzzTarget;
import io.valkeysecure.fuzz.Pki;
import io.valkeysecure.fuzz.Properties;
import io.valkeysecure.fuzz.PropertyViolation;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

/** What a server that is verified answers to the doctor: INFO, CONFIG GET, ACL LIST, CLUSTER NODES and the rest. */
public final class AnswersTarget implements FuzzTarget {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String SECRET = "s3cr3t-of-fuzz";
    private static final String HELD = "requirepass\r\n$" + SECRET.length() + "\r\n" + SECRET;

    private final AtomicReference<byte[]> input = new AtomicReference<>(new byte[0]);
    private final SSLServerSocket listener;
    private final Endpoint endpoint;
    private final SecureTls tls;
    private final ScanOptions visit;

    /**
     * Begins to serve on the loopback interface.
     *
     * @throws IOException if that fails
     */
    public AnswersTarget() throws IOException {
        listener = (SSLServerSocket) Pki.LEAF
                .tlsContext(Pki.ROOT)
                .getServerSocketFactory()
                .createServerSocket(0, 50, InetAddress.getLoopbackAddress());
        endpoint = new Endpoint("127.0.0.1", listener.getLocalPort());
        TrustAnchors anchors = TrustAnchors.of(List.of(Pki.ROOT.certificate()));
        tls = SecureTls.trusting(anchors)
                .withoutClientIdentity()
                .serverIdentity(ServerIdentity.host(Pki.HOST))
                .clock(Pki.CLOCK)
                .build();
        visit = new ScanOptions(
                Optional.of(tls),
                Optional.empty(),
                anchors,
                List.of(Pki.ROOT.certificate()),
                TlsPolicy.modern(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                Optional.empty(),
                LIMIT,
                Pki.CLOCK);
        Thread server = new Thread(this::serve, "fuzzed-server");
        server.setDaemon(true);
        server.start();
    }

    /** Sends all answers at once, whatever is asked. */
    private void serve() {
        while (!listener.isClosed()) {
            try (SSLSocket socket = (SSLSocket) listener.accept()) {
                socket.startHandshake(); // a write of nothing does not begin one
                socket.getOutputStream().write(input.get());
                socket.shutdownOutput();
                socket.getInputStream().transferTo(java.io.OutputStream.nullOutputStream());
            } catch (IOException e) {
                // the client has left
            }
        }
    }

    @Override
    public String name() {
        return "doctor-answers";
    }

    @Override
    public List<byte[]> seeds() {
        List<byte[]> seeds = new ArrayList<>();
        String info = "# Server\r\nvalkey_version:8.0.1\r\nserver_mode:cluster\r\n";
        String cluster = """
                07c37df 127.0.0.1:30004@31004,host slave e7d1 0 1 4 connected
                e7d1 [::1]:30001@31001 myself,master - 0 0 1 connected 0-5460
                """;
        String replication =
                "role:master\r\nslave0:ip=127.0.0.1,port=6380,state=online\r\nmaster_host:a\r\nmaster_port:1\r\n";
        String acl = "user default on nopass ~* &* +@all";
        StringBuilder all = new StringBuilder();
        all.append(bulk(info)).append("*2\r\n$10\r\n1781524800\r\n$1\r\n0\r\n");
        all.append("*1\r\n").append(bulk(acl)).append(bulk("default"));
        all.append("*4\r\n").append(bulk("tls-replication")).append(bulk("no"));
        all.append(bulk("tls-cluster")).append(bulk("no"));
        all.append("*2\r\n").append(bulk("bind")).append(bulk("* -::*"));
        all.append("*2\r\n").append(bulk("port")).append(bulk("6379"));
        all.append("%1\r\n").append(bulk("protected-mode")).append(bulk("no"));
        all.append("*2\r\n$11\r\n").append(HELD).append("\r\n");
        all.append("*2\r\n").append(bulk("enable-debug-command")).append(bulk("local"));
        all.append("*0\r\n-ERR unknown\r\n");
        all.append(bulk(replication)).append(bulk(cluster));
        seeds.add(all.toString().getBytes(StandardCharsets.UTF_8));
        String sentinel = bulk("server_mode:sentinel\r\n") + ":1\r\n-NOPERM x\r\n+default\r\n*1\r\n%3\r\n" + bulk("ip")
                + bulk("127.0.0.1") + bulk("port") + bulk("26379") + bulk("name") + bulk("primary") + "*0\r\n*0\r\n";
        seeds.add(sentinel.getBytes(StandardCharsets.UTF_8));
        seeds.add("-NOAUTH Authentication required.\r\n".repeat(20).getBytes(StandardCharsets.UTF_8));
        return seeds;
    }

    private static String bulk(String text) {
        return "$" + text.getBytes(StandardCharsets.UTF_8).length + "\r\n" + text + "\r\n";
    }

    @Override
    public void run(byte[] bytes) throws IOException {
        input.set(bytes);
        try (RespConnection connection = RespConnection.open(tls, endpoint, LIMIT, AnswerLimits.ofSettings())) {
            CheckResults results = new CheckResults();
            NodeFindings seen = new NodeFindings(endpoint.toString());
            ServerConfigChecks inside = new ServerConfigChecks(visit, endpoint, connection, seen, results);
            try {
                inside.look();
            } catch (IOException | InputException e) {
                Properties.requireFit(e);
            }
            judge(seen, results, bytes);
        }
    }

    private void judge(NodeFindings seen, CheckResults results, byte[] bytes) {
        Report report = new Report(
                Pki.NOW,
                Duration.ZERO,
                List.of(),
                List.of(),
                Optional.empty(),
                List.of(new Report.Node(
                        endpoint,
                        Optional.empty(),
                        seen.facts(),
                        seen.all(),
                        List.copyOf(seen.notes()),
                        new Report.Login(CheckResult.State.PASSED, ""),
                        results.of(CheckResults.OF_SERVER))));
        String html = HtmlReport.of(report);
        String all = html + JsonReport.of(report) + SarifReport.of(report, "1", Optional.empty());
        html.lines().forEach(line -> Properties.requireShowable(shortened(line), "HtmlReport"));
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        boolean onlyAsPassword = text.contains(HELD) && text.indexOf(SECRET) == text.lastIndexOf(SECRET);
        if (onlyAsPassword && all.contains(SECRET)) {
            throw new PropertyViolation("secret in a report", all);
        }
    }

    private static String shortened(String line) {
        return line.length() > 1000 ? line.substring(0, 1000) : line;
    }
}
