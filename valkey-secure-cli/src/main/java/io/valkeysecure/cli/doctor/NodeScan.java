package io.valkeysecure.cli.doctor;

import io.valkeysecure.Endpoint;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsHandshakeException;
import io.valkeysecure.cli.base.InputException;
import io.valkeysecure.cli.doctor.probe.AnonymousProbe;
import io.valkeysecure.cli.doctor.probe.ClientHello;
import io.valkeysecure.cli.doctor.probe.PlaintextProbe;
import io.valkeysecure.cli.doctor.probe.ServerHello;
import io.valkeysecure.cli.doctor.probe.TlsProbe;
import io.valkeysecure.cli.doctor.report.Check;
import io.valkeysecure.cli.doctor.report.CheckResult.State;
import io.valkeysecure.cli.doctor.report.Finding;
import io.valkeysecure.cli.doctor.report.Report;
import io.valkeysecure.cli.doctor.report.Severity;
import io.valkeysecure.cli.resp.AnswerLimitException;
import io.valkeysecure.cli.resp.AnswerLimits;
import io.valkeysecure.cli.resp.Reply;
import io.valkeysecure.cli.resp.RespConnection;
import io.valkeysecure.internal.text.Printable;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Examines one server: first as anybody could, then, if it is verified, as who may log in. One connection at a time. */
final class NodeScan {
    private static final Set<Check> OF_CHAIN = EnumSet.range(Check.CERTIFICATE_EXPIRED, Check.CERTIFICATE_MALFORMED);

    private static final String NO_LOGIN = "no login was asked for (--user, --password-file)";

    private final ScanOptions visit;
    private final Endpoint endpoint;
    private final String target;
    private final Map<String, String> facts = new LinkedHashMap<>();
    private final Map<Check, Finding> found = new LinkedHashMap<>();
    private final List<Finding> more = new ArrayList<>();
    private final Set<String> notes = new LinkedHashSet<>();
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
        this.target = endpoint.toString();
        this.login = notAskedFor(visit, State.NOT_MADE, "the examination ended before it");
    }

    /** How a login ended, or that none was asked for. */
    static Report.Login notAskedFor(ScanOptions visit, State otherwise, String because) {
        return visit.login().isEmpty()
                ? new Report.Login(State.NOT_APPLICABLE, NO_LOGIN)
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
            add(Check.PLAINTEXT_PORT_OPEN.on(target, "PING without TLS was answered with " + plain.get()));
            String because = "there is no TLS at this port";
            notes.add("no TLS at this port, so nothing else was looked at");
            login = notAskedFor(visit, State.NOT_MADE, because);
            results.notMade(because, CheckResults.OF_SERVER);
        } else {
            outside();
            inside();
        }
        otherPorts();
        List<Finding> all = new ArrayList<>(found.values());
        all.addAll(more);
        all.forEach(finding -> results.failed(finding.check()));
        return new Report.Node(
                endpoint, ends, facts, List.copyOf(all), List.copyOf(notes), login, results.of(CheckResults.OF_SERVER));
    }

    /** The first to find something has the better evidence. */
    private void add(Finding finding) {
        Finding before = found.putIfAbsent(finding.check(), finding);
        if (before != null && before.target().equals(finding.target()) && isOfOneUser(finding)) {
            more.add(finding);
        }
    }

    private static boolean isOfOneUser(Finding finding) {
        return finding.check().name().startsWith("USER_");
    }

    private void outside() throws IOException {
        TlsProbe.Accepted accepted;
        try {
            accepted = new TlsProbe(endpoint, visit.limit()).ask();
        } catch (ServerHello.NoTlsException e) {
            throw noValkey(String.valueOf(e.getMessage()));
        }
        if (accepted.versions().isEmpty()) {
            throw noValkey("it accepts no version of TLS, and does not answer without");
        }
        facts.put("tls", String.join(" ", accepted.versions()));
        facts.put("post-quantum group", accepted.postQuantum() ? "X25519MLKEM768" : "none");
        if (accepted.accepts(ClientHello.TLS_12)) {
            facts.put("session tickets of TLS 1.2", accepted.ticket() ? "yes" : "no");
        }
        List<String> old = accepted.versions().stream()
                .filter(version -> !version.equals("TLSv1.2") && !version.equals("TLSv1.3"))
                .toList();
        if (!old.isEmpty()) {
            add(Check.TLS_VERSION_OLD.on(target, "accepted: " + String.join(" ", old)));
        }
        if (!accepted.accepts(ClientHello.TLS_13)) {
            add(Check.TLS_13_MISSING.on(target, "accepted: " + String.join(" ", accepted.versions())));
        }
        results.passed(Check.TLS_VERSION_OLD, Check.TLS_13_MISSING, Check.TLS_SUITE_BROKEN, Check.TLS_SUITE_WEAK);
        if (accepted.secureRenegotiation().isPresent()) {
            results.passed(Check.RENEGOTIATION_INSECURE);
        } else {
            results.notApplicable("TLS 1.3 has no renegotiation", Check.RENEGOTIATION_INSECURE);
        }
        suites(Check.TLS_SUITE_BROKEN, accepted.broken());
        suites(Check.TLS_SUITE_WEAK, accepted.weak());
        if (accepted.secureRenegotiation().filter(supported -> !supported).isPresent()) {
            add(Check.RENEGOTIATION_INSECURE.on(target, "no renegotiation_info in the ServerHello"));
        }
        stranger();
    }

    private InputException noValkey(String why) {
        return new InputException(
                endpoint + " is no Valkey: " + why, "is this its tls-port, and not that of another service?");
    }

    private void suites(Check check, List<String> names) {
        if (!names.isEmpty()) {
            add(check.on(target, "accepted: " + String.join(" ", names)));
        }
    }

    private void stranger() throws IOException {
        AnonymousProbe.Seen seen = AnonymousProbe.look(endpoint, visit.limit());
        if (seen.answer().isPresent()) {
            String answer = seen.answer().get();
            if (!answer.startsWith("+") && !answer.startsWith("-")) {
                throw noValkey("PING was answered with " + answer);
            }
            Check check = seen.asked() ? Check.CLIENT_CERTIFICATE_OPTIONAL : Check.CLIENT_CERTIFICATE_NOT_ASKED;
            add(check.on(target, "PING of a client without a certificate was answered with " + answer));
            if (seen.asked()) {
                results.passed(Check.CLIENT_CERTIFICATE_NOT_ASKED);
            } else {
                results.notApplicable("clients are not asked for one", Check.CLIENT_CERTIFICATE_OPTIONAL);
            }
            if (answer.startsWith("+PONG")) {
                add(Check.DEFAULT_USER_OPEN.on(target, "PING before a login was answered with +PONG"));
            } else if (answer.startsWith("-NOAUTH")) {
                results.passed(Check.DEFAULT_USER_OPEN);
            }
        } else if (seen.asked() && !seen.silent()) {
            results.passed(Check.CLIENT_CERTIFICATE_NOT_ASKED, Check.CLIENT_CERTIFICATE_OPTIONAL);
        } else {
            results.notMade(
                    "PING of a client without a certificate was not answered: " + seen.problem(),
                    Check.CLIENT_CERTIFICATE_NOT_ASKED,
                    Check.CLIENT_CERTIFICATE_OPTIONAL);
        }
        if (seen.chain().isEmpty()) {
            results.notMade("no chain was seen: " + seen.problem(), CheckResults.OF_CHAIN);
        }
        if (!seen.chain().isEmpty()) {
            facts.put("leaf", Printable.value(seen.chain().get(0).getSubjectX500Principal()));
            facts.put("not after", seen.chain().get(0).getNotAfter().toInstant().toString());
            ends = seen.chain().stream()
                    .map(certificate -> certificate.getNotAfter().toInstant())
                    .min(Comparator.naturalOrder());
            new ChainCheck(visit, target, seen.chain())
                    .findings(endpoint.host(), results)
                    .forEach(this::add);
        }
    }

    private void inside() throws IOException {
        if (visit.tls().isEmpty()) {
            notConnected(visit.clientProblem().orElse("its certificate and key cannot be used"));
            return;
        }
        try (RespConnection connection = open(visit.tls().get())) {
            Reply before = connection.execute(List.of("PING"));
            connected();
            if (before instanceof Reply.Status) {
                add(Check.DEFAULT_USER_OPEN.on(target, "PING before a login was answered with PONG"));
            } else if (Replies.text(before).startsWith("NOAUTH")) {
                results.passed(Check.DEFAULT_USER_OPEN);
            }
            if (!login(connection, before)) {
                return;
            }
            ServerConfigChecks inside = new ServerConfigChecks(visit, endpoint, connection, results);
            plaintextPortUnknown = "the server did not tell its port without TLS";
            try {
                inside.look();
            } finally {
                take(inside);
            }
        } catch (TlsHandshakeException e) {
            refused(e);
        } catch (SocketTimeoutException | AnswerLimitException e) {
            String because = "gave up from inside: " + e.getMessage();
            notes.add(because);
            if (login.state() == State.NOT_MADE) {
                login = new Report.Login(State.NOT_MADE, because);
            }
            results.notMade(because, CheckResults.OF_SERVER);
        }
    }

    /** Whatever ends the look, what it found until then counts. */
    private void take(ServerConfigChecks inside) {
        facts.putAll(inside.facts());
        inside.found().forEach(this::add);
        notes.addAll(inside.notes());
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

    private void notConnected(String why) {
        String because = "not connected as a client: " + why;
        notes.add(because);
        login = notAskedFor(visit, State.NOT_MADE, because);
        notInside(because);
        results.notMade(because, Check.CONNECTION_REFUSED, Check.CLIENT_CERTIFICATE_REFUSED, Check.DEFAULT_USER_OPEN);
    }

    /** Without a login that was asked for, what it would have shown is out of scope. */
    private void notInside(String because) {
        if (visit.login().isEmpty()) {
            results.notApplicable(NO_LOGIN, CheckResults.inside());
            results.notApplicable(NO_LOGIN, Check.NODE_UNREACHABLE);
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
            notes.add(
                    "not logged in: give --user and --password-file, and configuration and users are looked at as well");
            if (before instanceof Reply.Status) {
                return true;
            }
            notInside(NO_LOGIN);
            results.notMade("PING before a login was answered with " + Replies.text(before), Check.DEFAULT_USER_OPEN);
            return false;
        }
        List<String> words = new ArrayList<>(List.of("AUTH"));
        visit.login().get().user().ifPresent(words::add);
        words.add(visit.login().get().password());
        if (connection.execute(words) instanceof Reply.Failed failed) {
            String because = "login as " + visit.login().get() + ": " + failed.text();
            notes.add(because);
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
            add(Check.CLIENT_CERTIFICATE_REFUSED.on(target, String.valueOf(e.getMessage())));
            results.passed(Check.CONNECTION_REFUSED);
        } else if (e.reason() == RefusalReason.CLIENT_IDENTITY_REQUIRED) {
            results.passed(Check.CONNECTION_REFUSED); // the server is verified before it says so
        } else if (found.keySet().stream().noneMatch(NodeScan::isOfChain)) {
            add(Check.CONNECTION_REFUSED.on(target, e.reason().tag() + ": " + e.getMessage()));
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
                        .ifPresent(answer -> add(Check.PLAINTEXT_PORT_OPEN.on(
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
                add(Check.CLUSTER_BUS_PLAINTEXT.on(bus.toString(), "a ClientHello was not answered by TLS"));
            }
            results.passed(Check.CLUSTER_BUS_PLAINTEXT);
        } catch (IOException e) {
            notes.add("the cluster bus was not reached: " + e.getMessage());
            results.notMade("the cluster bus was not reached: " + e.getMessage(), Check.CLUSTER_BUS_PLAINTEXT);
        }
    }
}
