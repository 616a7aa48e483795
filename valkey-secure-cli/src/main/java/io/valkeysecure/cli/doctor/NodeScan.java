package io.valkeysecure.cli.doctor;

import io.valkeysecure.Endpoint;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsHandshakeException;
import io.valkeysecure.cli.base.ConnectionOptions;
import io.valkeysecure.cli.base.InputException;
import io.valkeysecure.cli.doctor.probe.PlaintextProbe;
import io.valkeysecure.cli.doctor.probe.RenegotiationProbe;
import io.valkeysecure.cli.doctor.probe.TlsProbe;
import io.valkeysecure.cli.doctor.report.Check;
import io.valkeysecure.cli.doctor.report.CheckResult;
import io.valkeysecure.cli.doctor.report.CheckResult.State;
import io.valkeysecure.cli.doctor.report.Finding;
import io.valkeysecure.cli.doctor.report.Report;
import io.valkeysecure.cli.doctor.report.Severity;
import io.valkeysecure.cli.resp.AnswerLimitException;
import io.valkeysecure.cli.resp.AnswerLimits;
import io.valkeysecure.cli.resp.Reply;
import io.valkeysecure.cli.resp.RespConnection;
import io.valkeysecure.internal.material.LoadedIdentity;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Instant;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Examines one server: first as anybody could, then, if it is verified, as who may log in. One connection at a time.
 */
final class NodeScan {
    private static final Set<Check> OF_CHAIN = EnumSet.range(Check.CERTIFICATE_EXPIRED, Check.CERTIFICATE_MALFORMED);

    private final ScanOptions visit;
    private final Endpoint endpoint;
    private final NodeFindings seen;
    private final CheckResults results = new CheckResults();
    private Report.Login login;

    /** Why the port without TLS that the server has is not known; empty if it is. */
    private String plaintextPortUnknown = "";

    private Set<Endpoint> others = Set.of();
    private final Set<Integer> plaintextPorts = new LinkedHashSet<>();
    private Optional<Integer> busPort = Optional.empty();
    private Optional<Instant> ends = Optional.empty();

    NodeScan(ScanOptions visit, Endpoint endpoint) {
        this.visit = visit;
        this.endpoint = endpoint;
        this.seen = new NodeFindings(endpoint.toString());
        this.login = notAskedFor(visit, State.NOT_MADE, "the examination ended before it");
    }

    /** How a login ended, or that none was asked for. */
    static Report.Login notAskedFor(ScanOptions visit, State otherwise, String because) {
        return visit.login().isEmpty()
                ? new Report.Login(State.NOT_APPLICABLE, CheckResult.NO_LOGIN)
                : new Report.Login(otherwise, because);
    }

    Set<Endpoint> others() {
        return others;
    }

    /**
     * Examines it.
     *
     * @throws IOException if it cannot be reached or does not answer
     * @throws InputException if it is no Valkey
     */
    Report.Node examine() throws IOException {
        Optional<String> plain = PlaintextProbe.ask(endpoint, visit.limit());
        if (plain.isPresent()) {
            seen.add(Check.PLAINTEXT_PORT_OPEN, "PING without TLS was answered with " + plain.get());
            String because = "there is no TLS at this port";
            seen.notes().add("no TLS at this port, so nothing else was looked at");
            login = notAskedFor(visit, State.NOT_MADE, because);
            results.notMade(because, CheckResults.OF_SERVER);
        } else {
            OutsideChecks outside = new OutsideChecks(visit, endpoint, seen, results);
            ends = outside.look();
            inside(outside.mayRenegotiate());
        }
        otherPorts();
        List<Finding> all = seen.all();
        all.forEach(finding -> results.failed(finding.check()));
        return new Report.Node(
                endpoint,
                ends,
                seen.facts(),
                all,
                List.copyOf(seen.notes()),
                login,
                results.of(CheckResults.OF_SERVER));
    }

    private void inside(boolean mayRenegotiate) throws IOException {
        if (visit.tls().isEmpty()) {
            notConnected(visit.clientProblem().orElse("its certificate and key cannot be used"));
            return;
        }
        try (RespConnection connection = open(visit.tls().get())) {
            Reply before = connection.execute(List.of("PING"));
            connected();
            if (mayRenegotiate) {
                renegotiation();
            }
            if (before instanceof Reply.Status) {
                seen.add(Check.DEFAULT_USER_OPEN, "PING before a login was answered with PONG");
            } else if (Replies.text(before).startsWith("NOAUTH")) {
                results.passed(Check.DEFAULT_USER_OPEN);
            }
            if (!login(connection, before)) {
                return;
            }
            ServerConfigChecks inside = new ServerConfigChecks(visit, endpoint, connection, seen, results);
            plaintextPortUnknown = "the server did not tell its port without TLS";
            try {
                inside.look();
            } catch (InputException e) {
                gaveUp(String.valueOf(e.getMessage())); // it spoke RESP until then
            } finally {
                take(inside);
            }
        } catch (TlsHandshakeException e) {
            refused(e);
        } catch (SocketTimeoutException | AnswerLimitException e) {
            gaveUp(String.valueOf(e.getMessage()));
        }
    }

    private void gaveUp(String why) {
        String because = "gave up from inside: " + why;
        seen.notes().add(because);
        if (login.state() == State.NOT_MADE) {
            login = new Report.Login(State.NOT_MADE, because);
        }
        results.notMade(because, CheckResults.OF_SERVER);
    }

    /** Whatever ends the look, what it found until then counts. */
    private void take(ServerConfigChecks inside) {
        others = inside.others();
        inside.plaintextPort().ifPresent(plaintextPorts::add);
        if (inside.isPlaintextPortTold()) {
            plaintextPortUnknown = "";
        }
        busPort = inside.busPort();
    }

    /** The server took the connection, and the certificate if one was given. */
    private void connected() {
        results.passed(Check.CONNECTION_REFUSED);
        if (visit.clientFiles().isPresent()) {
            results.passed(Check.CLIENT_CERTIFICATE_REFUSED);
        } else {
            results.notApplicable("no client certificate was given (--cert)", Check.CLIENT_CERTIFICATE_REFUSED);
        }
    }

    /** Of a server that is verified: some let nobody in without a certificate. */
    private void renegotiation() {
        try {
            Optional<LoadedIdentity> identity = visit.clientFiles().flatMap(ConnectionOptions.ClientFiles::identity);
            if (RenegotiationProbe.isAccepted(endpoint, visit.limit(), identity)) {
                seen.add(Check.RENEGOTIATION_BY_CLIENT, "a second handshake under TLS 1.2 came to its end");
            }
            results.passed(Check.RENEGOTIATION_BY_CLIENT);
        } catch (IOException e) {
            results.notMade("no second handshake was tried: " + e.getMessage(), Check.RENEGOTIATION_BY_CLIENT);
        }
    }

    private void notConnected(String why) {
        String because = "not connected as a client: " + why;
        seen.notes().add(because);
        login = notAskedFor(visit, State.NOT_MADE, because);
        notInside(because);
        results.notMade(
                because,
                Check.CONNECTION_REFUSED,
                Check.CLIENT_CERTIFICATE_REFUSED,
                Check.DEFAULT_USER_OPEN,
                Check.RENEGOTIATION_BY_CLIENT);
    }

    /** Without a login that was asked for, what it would have shown is out of scope. */
    private void notInside(String because) {
        if (visit.login().isEmpty()) {
            results.notApplicable(CheckResult.NO_LOGIN, CheckResults.inside());
            results.notApplicable(CheckResult.NO_LOGIN, Check.NODE_UNREACHABLE);
        } else {
            results.notMade(because, CheckResults.inside());
            results.notMade("other servers are not known: " + because, Check.NODE_UNREACHABLE);
            plaintextPortUnknown = because;
        }
    }

    private RespConnection open(SecureTls tls) throws IOException {
        return RespConnection.open(tls, endpoint, visit.limit(), AnswerLimits.ofSettings());
    }

    /** Only now, over a connection that is verified. Without a login, an open server is looked at all the same. */
    private boolean login(RespConnection connection, Reply before) throws IOException {
        if (visit.login().isEmpty()) {
            seen.notes()
                    .add(
                            "not logged in: give --user and --password-file, and configuration and users are looked at as well");
            if (before instanceof Reply.Status) {
                return true;
            }
            notInside(CheckResult.NO_LOGIN);
            results.notMade("PING before a login was answered with " + Replies.text(before), Check.DEFAULT_USER_OPEN);
            return false;
        }
        ScanOptions.Login as = visit.login().get();
        if (connection.login(as.user(), as.password()) instanceof Reply.Failed failed) {
            String because = "login as " + as + ": " + failed.text();
            seen.notes().add(because);
            login = new Report.Login(State.FAILED, because);
            if (before instanceof Reply.Status) {
                return true;
            }
            notInside(because);
            results.notMade("PING before a login was answered with " + Replies.text(before), Check.DEFAULT_USER_OPEN);
            return false;
        }
        login = new Report.Login(State.PASSED, "");
        return true;
    }

    private void refused(TlsHandshakeException e) {
        notConnected(String.valueOf(e.getMessage()));
        if (e.reason() == RefusalReason.CLIENT_IDENTITY_REJECTED) {
            seen.add(Check.CLIENT_CERTIFICATE_REFUSED, String.valueOf(e.getMessage()));
            results.passed(Check.CONNECTION_REFUSED);
        } else if (e.reason() == RefusalReason.CLIENT_IDENTITY_REQUIRED) {
            results.passed(Check.CONNECTION_REFUSED); // the server is verified before it says so
        } else if (seen.failed().stream().noneMatch(NodeScan::isOfChain)) {
            seen.add(Check.CONNECTION_REFUSED, e.reason().tag() + ": " + e.getMessage());
        }
    }

    private static boolean isOfChain(Check check) {
        return OF_CHAIN.contains(check) && check.severity().compareTo(Severity.HIGH) >= 0;
    }

    /** The usual ones, those that were given, and the one that the server told. */
    private void otherPorts() {
        for (String given : visit.plaintextPorts()) {
            int port = Integer.parseInt(given);
            plaintextPorts.add(given.matches("[+-].*") ? endpoint.port() + port : port);
        }
        plaintextPorts.remove(endpoint.port());
        for (int port : plaintextPorts) {
            if (port < 1 || port > 65_535) {
                continue;
            }
            Endpoint other = new Endpoint(endpoint.host(), port);
            try {
                PlaintextProbe.ask(other, visit.limit())
                        .ifPresent(answer -> seen.add(Check.PLAINTEXT_PORT_OPEN.on(
                                other.toString(), "PING without TLS was answered with " + answer)));
            } catch (IOException e) {
                // nobody there, or nobody who speaks
            }
        }
        if (plaintextPortUnknown.isEmpty()) {
            results.passed(Check.PLAINTEXT_PORT_OPEN);
        } else {
            results.notMade(
                    "the port without TLS that the server may have is not known: " + plaintextPortUnknown,
                    Check.PLAINTEXT_PORT_OPEN);
        }
        busPort.ifPresent(this::bus);
    }

    private void bus(int port) {
        Endpoint bus = new Endpoint(endpoint.host(), port);
        try {
            if (!TlsProbe.speaksTls(bus, visit.limit())) {
                seen.add(Check.CLUSTER_BUS_PLAINTEXT.on(bus.toString(), "a ClientHello was not answered by TLS"));
            }
            results.passed(Check.CLUSTER_BUS_PLAINTEXT);
        } catch (IOException e) {
            seen.notes().add("the cluster bus was not reached: " + e.getMessage());
            results.notMade("the cluster bus was not reached: " + e.getMessage(), Check.CLUSTER_BUS_PLAINTEXT);
        }
    }
}
