package io.valkeysecure.cli.doctor;

import io.valkeysecure.Endpoint;
import io.valkeysecure.cli.doctor.report.Check;
import io.valkeysecure.cli.doctor.report.CheckResult;
import io.valkeysecure.cli.resp.Reply;
import io.valkeysecure.cli.resp.RespConnection;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Looks from inside, over a connection that is verified and logged in. Every command reads only. */
final class ServerConfigChecks {
    private static final Duration SKEW = Duration.ofSeconds(30);
    private static final List<String> CONFIG = List.of(
            "tls-*",
            "bind",
            "port",
            "protected-mode",
            "requirepass",
            "primaryauth",
            "masterauth",
            "enable-debug-command",
            "enable-module-command",
            "enable-protected-configs",
            "aclfile",
            "unixsocket*",
            "dir");

    private final ScanOptions visit;
    private final Endpoint endpoint;
    private final Session session;
    private final Settings settings;
    private final NodeFindings seen;
    private final CheckResults results;
    private final Neighbours neighbours;
    private boolean plaintextPortTold;
    private Optional<String> portTold = Optional.empty();
    private String portRefused = "CONFIG GET did not tell port";
    private Optional<Integer> plaintextPort = Optional.empty();

    ServerConfigChecks(
            ScanOptions visit, Endpoint endpoint, RespConnection connection, NodeFindings seen, CheckResults results) {
        this.visit = visit;
        this.endpoint = endpoint;
        this.session = new Session(endpoint, connection, visit.limit());
        this.seen = seen;
        this.results = results;
        this.settings = new Settings(seen);
        this.neighbours = new Neighbours(session, seen);
    }

    /** Which other servers it told of. */
    Set<Endpoint> others() {
        return neighbours.others();
    }

    /** The port without TLS that it says it has. */
    Optional<Integer> plaintextPort() {
        return plaintextPort;
    }

    /** Its port of the cluster's bus. */
    Optional<Integer> busPort() {
        return neighbours.busPort();
    }

    /** Whether the server told its port without TLS. */
    boolean isPlaintextPortTold() {
        return plaintextPortTold;
    }

    void look() throws IOException {
        try {
            lookAtAll();
        } finally {
            seen.notes().addAll(session.notes());
        }
    }

    private void lookAtAll() throws IOException {
        Map<String, String> info = Replies.lines(session.ask("INFO", "server").orElse(""));
        String mode = info.getOrDefault("server_mode", info.getOrDefault("redis_mode", "standalone"));
        seen.facts().put("mode", info.isEmpty() ? "unknown" : mode);
        settings.version(info, session.refusal(), results);
        clock();
        boolean local = InetAddress.getByName(endpoint.host()).isLoopbackAddress();
        if (local) {
            new LocalChecks(info, Map.of(), seen, results).process();
        } else {
            results.notApplicable(CheckResult.ELSEWHERE, Check.SERVER_AS_ROOT);
        }
        boolean sentinel = mode.equals("sentinel");
        UserChecks users =
                new UserChecks(session, seen, results, visit.applicationUser().orElse(""));
        users.look(sentinel);
        if (sentinel) {
            results.notApplicable("a sentinel does not tell its settings", CheckResults.OF_CONNECTIONS);
            results.notApplicable("a sentinel does not tell its settings", CheckResults.OF_SETTINGS);
            plaintextPortTold = true;
            neighbours.sentinel();
        } else {
            Map<String, String> replication = neighbours.replication();
            config(mode.equals("cluster"), replication, info, local);
            if (mode.equals("cluster")) {
                neighbours.cluster();
            }
            if (info.isEmpty()) {
                neighbours.unknown("INFO server: " + session.refusal());
            }
        }
        neighbours.record(results);
        if (!sentinel) {
            // the last, since the list may be longer than what is read of a server
            new ConnectionChecks(session, endpoint, seen, results, users.powers()).look(portTold, portRefused, local);
        }
    }

    private void clock() throws IOException {
        Instant before = visit.clock().instant();
        String seconds = time();
        Instant after = visit.clock().instant();
        if (!seconds.matches("\\d{1,12}")) {
            results.notMade(
                    session.refusal().isEmpty() ? "TIME was answered without a time" : session.refusal(),
                    Check.CLOCK_SKEW);
            return;
        }
        results.passed(Check.CLOCK_SKEW);
        Instant there = Instant.ofEpochSecond(Long.parseLong(seconds));
        Duration difference = there.isBefore(before)
                ? Duration.between(there, before)
                : there.isAfter(after) ? Duration.between(after, there) : Duration.ZERO;
        if (difference.compareTo(SKEW) > 0) {
            seen.add(
                    Check.CLOCK_SKEW, difference.toSeconds() + " s: the server says " + there + ", this side " + after);
        }
    }

    /** In seconds. A sentinel does not know TIME, and tells it by INFO. */
    private String time() throws IOException {
        Optional<Reply> time = session.reply("TIME");
        if (time.isPresent()) {
            List<Reply> parts = Replies.elements(time.get());
            return parts.isEmpty() ? "" : Replies.text(parts.get(0));
        }
        String micros = Replies.lines(session.ask("INFO", "server").orElse("")).getOrDefault("server_time_usec", "");
        return micros.matches("\\d{7,18}") ? micros.substring(0, micros.length() - 6) : "";
    }

    private void config(boolean cluster, Map<String, String> replication, Map<String, String> info, boolean local)
            throws IOException {
        Map<String, String> config = new LinkedHashMap<>();
        String refused = "";
        for (String pattern : CONFIG) {
            Optional<Reply> answer = session.reply("CONFIG", "GET", pattern);
            if (answer.isEmpty()) {
                refused = session.refusal();
                break; // none of them is open to this user
            }
            config.putAll(Replies.pairs(answer.get()));
        }
        settings.config(config, cluster, refused, results);
        settings.replication(config, cluster, replication, refused, results);
        settings.passwords(config, refused, results);
        plaintextPortTold = config.containsKey("port");
        portTold = Optional.ofNullable(config.get("port"));
        portRefused = refused.isEmpty() ? portRefused : refused;
        plaintextPort = Optional.ofNullable(config.get("port"))
                .filter(port -> port.matches("[1-9]\\d{0,4}"))
                .map(Integer::valueOf);
        LocalChecks files = new LocalChecks(info, config, seen, results);
        if (!refused.isEmpty()) {
            results.notMade(refused, CheckResults.OF_SETTINGS);
        } else {
            settings.sessions(config, refused, results);
            files.unixSocket(local);
        }
        if (!local) {
            results.notApplicable(CheckResult.ELSEWHERE, CheckResults.OF_FILES);
        } else {
            settings.keyFile(config, refused, results);
            if (refused.isEmpty()) {
                files.files();
                files.clientCas();
            }
        }
    }
}
