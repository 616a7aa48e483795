package io.valkeysecure.cli.doctor;

import io.valkeysecure.Endpoint;
import io.valkeysecure.cli.doctor.report.Check;
import io.valkeysecure.cli.doctor.report.CheckResult;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Judges who is connected at this moment, and the exporters that run beside the server. */
final class ConnectionChecks {
    /** What an anonymous probe gets to; such a connection carries nothing. */
    private static final Set<String> NOTHING_YET = Set.of("NULL", "ping", "");

    private final Session session;
    private final Endpoint endpoint;
    private final NodeFindings seen;
    private final CheckResults results;
    private final Map<String, Powers> powers;

    ConnectionChecks(
            Session session, Endpoint endpoint, NodeFindings seen, CheckResults results, Map<String, Powers> powers) {
        this.session = session;
        this.endpoint = endpoint;
        this.seen = seen;
        this.results = results;
        this.powers = powers;
    }

    /**
     * Looks.
     *
     * @param port of the server without TLS; empty if it was not told
     * @param untold why not
     * @param local whether the server is on this machine
     */
    void look(Optional<String> port, String untold, boolean local) throws IOException {
        Optional<String> list = session.ask("CLIENT", "LIST");
        String refusal = list.isEmpty() ? session.refusal() : "";
        List<Map<String, String>> clients = list.stream()
                .flatMap(String::lines)
                .map(ConnectionChecks::fields)
                .toList();
        if (port.isEmpty() || (list.isEmpty() && !port.get().equals("0"))) {
            results.notMade(port.isEmpty() ? untold : refusal, Check.CONNECTION_PLAINTEXT);
        } else {
            results.passed(Check.CONNECTION_PLAINTEXT);
            if (!port.get().equals("0")) { // which stands behind the path of a unix socket
                plaintext(clients, port.get());
            }
        }
        List<Exporter> exporters = local ? exporters(port) : List.of();
        Set<String> users = clients.stream()
                .filter(client ->
                        Exporter.NAME.matcher(client.getOrDefault("name", "")).matches())
                .map(client -> client.getOrDefault("user", ""))
                .collect(Collectors.toCollection(LinkedHashSet::new));
        exporters.forEach(exporter -> users.add(exporter.user()));
        if (list.isEmpty() && users.isEmpty()) {
            results.notMade(refusal, Check.MONITORING_POWERFUL);
        } else if (users.isEmpty()) {
            results.notApplicable("no exporter is connected, or runs on this machine", Check.MONITORING_POWERFUL);
        }
        users.forEach(this::judge);
        if (!local) {
            results.notApplicable(CheckResult.ELSEWHERE, Check.MONITORING_UNPROTECTED);
        } else if (exporters.isEmpty()) {
            results.notApplicable("no exporter of this server runs on this machine", Check.MONITORING_UNPROTECTED);
        } else {
            results.passed(Check.MONITORING_UNPROTECTED);
            exporters.forEach(exporter -> exporter.problems()
                    .forEach(problem -> seen.add(
                            Check.MONITORING_UNPROTECTED, "exporter, process " + exporter.process() + ": " + problem)));
        }
    }

    /** The connections of a client come and go: one finding for all of a user from one host. */
    private void plaintext(List<Map<String, String>> clients, String port) {
        clients.stream()
                .filter(client -> client.getOrDefault("laddr", "").endsWith(":" + port)
                        && !NOTHING_YET.contains(client.getOrDefault("cmd", "")))
                .map(client -> (client.getOrDefault("flags", "").contains("S") ? "a replica" : "a client") + " at "
                        + client.getOrDefault("addr", "").replaceFirst(":\\d+$", "") + ", user "
                        + client.getOrDefault("user", "") + name(client) + ", port " + port)
                .distinct()
                .forEach(client -> seen.add(Check.CONNECTION_PLAINTEXT, client));
    }

    private static String name(Map<String, String> client) {
        return Stream.of("name", "lib-name")
                .filter(field -> !client.getOrDefault(field, "").isEmpty())
                .map(field -> ", " + field + " " + client.get(field))
                .collect(Collectors.joining());
    }

    private List<Exporter> exporters(Optional<String> plaintextPort) throws IOException {
        List<Exporter> running = Exporter.running();
        running.stream().filter(exporter -> exporter.server().isEmpty()).forEach(exporter -> {
            String because = "whom the exporter, process " + exporter.process() + ", watches is not told to this user";
            results.notMade(because, Check.MONITORING_UNPROTECTED, Check.MONITORING_POWERFUL);
        });
        return running.stream()
                .filter(exporter -> exporter.server()
                        .filter(server -> isThis(server, plaintextPort))
                        .isPresent())
                .toList();
    }

    private boolean isThis(Exporter.Server server, Optional<String> plaintextPort) {
        try {
            InetAddress address = InetAddress.getByName(server.host());
            return (server.port() == endpoint.port()
                            || plaintextPort.equals(Optional.of(Integer.toString(server.port()))))
                    && (address.isLoopbackAddress() || NetworkInterface.getByInetAddress(address) != null);
        } catch (UnknownHostException | SocketException e) {
            return false;
        }
    }

    private void judge(String user) {
        Powers may = powers.get(user);
        if (may == null) {
            results.notMade("what user " + user + " of the exporter may do is not known", Check.MONITORING_POWERFUL);
            return;
        }
        results.passed(Check.MONITORING_POWERFUL);
        if (may.all()) {
            seen.add(Check.MONITORING_POWERFUL, "an exporter logs in as " + user + ", who may do everything");
        } else if (!may.open().isEmpty()) {
            seen.add(
                    Check.MONITORING_POWERFUL,
                    "an exporter logs in as " + user + ", who may: "
                            + String.join(", ", may.open())
                                    .toUpperCase(Locale.ROOT)
                                    .replace('|', ' '));
        }
    }

    /** Of words {@code name=value}; no value has a space. */
    private static Map<String, String> fields(String line) {
        return Stream.of(line.split(" ", -1))
                .map(word -> word.split("=", 2))
                .filter(parts -> parts.length == 2)
                .collect(Collectors.toMap(parts -> parts[0], parts -> parts[1], (a, b) -> a));
    }
}
