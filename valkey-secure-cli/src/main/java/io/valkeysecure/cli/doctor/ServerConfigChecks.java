package io.valkeysecure.cli.doctor;

import io.valkeysecure.Endpoint;
import io.valkeysecure.cli.doctor.report.Check;
import io.valkeysecure.cli.doctor.report.Finding;
import io.valkeysecure.cli.resp.Reply;
import io.valkeysecure.cli.resp.RespConnection;
import java.io.IOException;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Looks from inside, over a connection that is verified and logged in. Every command reads only. */
final class ServerConfigChecks {
    /** The whole look may take so many times what one connection may take. */
    private static final int MOST_LIMITS = 10;

    private static final Duration SKEW = Duration.ofSeconds(30);
    private static final List<String> CONFIG = List.of(
            "tls-*",
            "bind",
            "port",
            "protected-mode",
            "requirepass",
            "enable-debug-command",
            "enable-module-command",
            "enable-protected-configs",
            "dir");

    private final ScanOptions visit;
    private final Endpoint endpoint;
    private final RespConnection connection;
    private final Settings settings;
    private final CheckResults results;

    /** Why the server did not answer the last command that it refused. */
    private String refusal = "";

    /** Why not every other server is known; empty if all are. */
    private String unknown = "";

    private final Map<String, String> facts = new LinkedHashMap<>();
    private final List<Finding> found = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private final Set<Endpoint> others = new LinkedHashSet<>();
    private final long begun = System.nanoTime();
    private boolean plaintextPortTold;
    private Optional<Integer> plaintextPort = Optional.empty();
    private Optional<Integer> busPort = Optional.empty();

    ServerConfigChecks(ScanOptions visit, Endpoint endpoint, RespConnection connection, CheckResults results) {
        this.visit = visit;
        this.endpoint = endpoint;
        this.connection = connection;
        this.results = results;
        this.settings = new Settings(endpoint.toString());
    }

    Map<String, String> facts() {
        return facts;
    }

    List<Finding> found() {
        found.addAll(settings.found());
        return found;
    }

    List<String> notes() {
        return notes;
    }

    /** Which other servers it told of. */
    Set<Endpoint> others() {
        return others;
    }

    /** The port without TLS that it says it has. */
    Optional<Integer> plaintextPort() {
        return plaintextPort;
    }

    /** Its port of the cluster's bus. */
    Optional<Integer> busPort() {
        return busPort;
    }

    void look() throws IOException {
        Map<String, String> info = Replies.lines(ask("INFO", "server").orElse(""));
        boolean sentinel = "sentinel".equals(mode(info));
        facts.put("mode", info.isEmpty() ? "unknown" : mode(info));
        String version = info.getOrDefault("valkey_version", info.getOrDefault("redis_version", ""));
        if (!version.isEmpty()) {
            facts.put("version", version);
        }
        settings.version(info, refusal, results);
        clock();
        users();
        if (sentinel) {
            results.notApplicable("a sentinel does not tell its settings", CheckResults.OF_SETTINGS);
            plaintextPortTold = true;
            sentinel();
        } else {
            config("cluster".equals(mode(info)));
            replication();
            if ("cluster".equals(mode(info))) {
                cluster();
            }
            if (info.isEmpty()) {
                unknown = "INFO server: " + refusal;
            }
        }
        if (unknown.isEmpty()) {
            results.passed(Check.NODE_UNREACHABLE);
        } else {
            results.notMade("not every other server is known: " + unknown, Check.NODE_UNREACHABLE);
        }
    }

    /** Whether the server told its port without TLS. */
    boolean isPlaintextPortTold() {
        return plaintextPortTold;
    }

    private static String mode(Map<String, String> info) {
        return info.getOrDefault("server_mode", info.getOrDefault("redis_mode", "standalone"));
    }

    private void clock() throws IOException {
        Instant before = visit.clock().instant();
        String seconds = time();
        Instant after = visit.clock().instant();
        if (!seconds.matches("\\d{1,12}")) {
            results.notMade(refusal.isEmpty() ? "TIME was answered without a time" : refusal, Check.CLOCK_SKEW);
            return;
        }
        results.passed(Check.CLOCK_SKEW);
        Instant there = Instant.ofEpochSecond(Long.parseLong(seconds));
        Duration difference = there.isBefore(before)
                ? Duration.between(there, before)
                : there.isAfter(after) ? Duration.between(after, there) : Duration.ZERO;
        if (difference.compareTo(SKEW) > 0) {
            found.add(Check.CLOCK_SKEW.on(
                    endpoint.toString(),
                    difference.toSeconds() + " s: the server says " + there + ", this side " + after));
        }
    }

    /** In seconds. A sentinel does not know TIME, and tells it by INFO. */
    private String time() throws IOException {
        Optional<Reply> time = reply("TIME");
        if (time.isPresent()) {
            List<Reply> parts = Replies.elements(time.get());
            return parts.isEmpty() ? "" : Replies.text(parts.get(0));
        }
        String micros = Replies.lines(ask("INFO", "server").orElse("")).getOrDefault("server_time_usec", "");
        return micros.matches("\\d{7,18}") ? micros.substring(0, micros.length() - 6) : "";
    }

    private void users() throws IOException {
        Optional<Reply> list = reply("ACL", "LIST");
        if (list.isEmpty()) {
            results.notMade(refusal, CheckResults.OF_USERS);
            results.notMade(refusal, Check.DEFAULT_USER_OPEN);
            return;
        }
        List<Reply> lines = Replies.elements(list.get());
        List<AclUser> users = lines.stream()
                .map(Replies::text)
                .flatMap(line -> AclUser.parse(line).stream())
                .toList();
        if (users.isEmpty() || users.size() < lines.size()) {
            results.notMade("ACL LIST has a line that is no user", CheckResults.OF_USERS);
        } else {
            results.passed(CheckResults.OF_USERS);
            results.passed(Check.DEFAULT_USER_OPEN);
        }
        settings.users(
                users, ask("ACL", "WHOAMI").orElse(""), visit.applicationUser().orElse(""));
    }

    private void config(boolean cluster) throws IOException {
        Map<String, String> config = new LinkedHashMap<>();
        String refused = "";
        for (String pattern : CONFIG) {
            Optional<Reply> answer = reply("CONFIG", "GET", pattern);
            if (answer.isEmpty()) {
                refused = refusal;
                break; // none of them is open to this user
            }
            config.putAll(Replies.pairs(answer.get()));
        }
        settings.config(config, cluster, refused, results);
        plaintextPortTold = config.containsKey("port");
        plaintextPort = Optional.ofNullable(config.get("port"))
                .filter(port -> port.matches("[1-9]\\d{0,4}"))
                .map(Integer::valueOf);
        if (InetAddress.getByName(endpoint.host()).isLoopbackAddress()) {
            settings.keyFile(config, refused, results);
        } else {
            results.notApplicable("the server is on another machine", Check.SERVER_KEY_READABLE);
        }
    }

    private void replication() throws IOException {
        Map<String, String> info = Replies.lines(ask("INFO", "replication").orElse(""));
        if (!info.containsKey("role")) {
            unknown = refusal.isEmpty() ? "INFO replication tells no role" : refusal;
        }
        facts.put("role", info.getOrDefault("role", "unknown"));
        info.forEach((name, value) -> {
            if (name.matches("slave\\d+")) {
                Map<String, String> replica = new LinkedHashMap<>();
                for (String part : value.split(",", -1)) {
                    int equals = part.indexOf('=');
                    if (equals > 0) {
                        replica.put(part.substring(0, equals), part.substring(equals + 1));
                    }
                }
                learn(replica.get("ip"), replica.get("port"));
            }
        });
        if (info.containsKey("master_host")) {
            learn(info.get("master_host"), info.get("master_port"));
        }
    }

    /** id host:port@bus,hostname flags ... */
    private void cluster() throws IOException {
        Optional<String> nodes = ask("CLUSTER", "NODES");
        if (nodes.isEmpty()) {
            unknown = refusal;
        }
        for (String line : nodes.orElse("").lines().toList()) {
            String[] words = line.split(" ", -1);
            if (words.length < 3 || words[2].contains("noaddr") || words[2].contains("handshake")) {
                unknown = "CLUSTER NODES tells of a node without an address";
                continue;
            }
            String[] address = words[1].split(",", -1);
            int at = address[0].indexOf('@');
            int colon = address[0].lastIndexOf(':', at < 0 ? address[0].length() : at);
            if (colon < 0) {
                continue;
            }
            if (words[2].contains("myself")) {
                String bus = at < 0 ? "" : address[0].substring(at + 1);
                busPort = bus.matches("[1-9]\\d{0,4}") ? Optional.of(Integer.valueOf(bus)) : Optional.empty();
                continue;
            }
            String host = address.length > 1 && !address[1].isEmpty() && address[1].indexOf('=') < 0
                    ? address[1]
                    : address[0].substring(0, colon);
            learn(host, at < 0 ? address[0].substring(colon + 1) : address[0].substring(colon + 1, at));
        }
    }

    private void sentinel() throws IOException {
        Optional<Reply> primaries = reply("SENTINEL", "MASTERS");
        if (primaries.isEmpty()) {
            unknown = refusal;
            return;
        }
        for (Reply each : Replies.elements(primaries.get())) {
            Map<String, String> primary = Replies.pairs(each);
            learn(primary.get("ip"), primary.get("port"));
            String name = primary.getOrDefault("name", "");
            for (String what : List.of("REPLICAS", "SENTINELS")) {
                Optional<Reply> answer = reply("SENTINEL", what, name);
                if (answer.isEmpty()) {
                    unknown = refusal;
                }
                answer.ifPresent(list -> Replies.elements(list).forEach(other -> {
                    Map<String, String> told = Replies.pairs(other);
                    learn(told.get("ip"), told.get("port"));
                }));
            }
        }
    }

    private void learn(@Nullable String host, @Nullable String port) {
        if (host == null || port == null || host.isEmpty()) {
            return;
        }
        try {
            others.add(new Endpoint(host, Integer.parseInt(port)));
        } catch (IllegalArgumentException e) {
            found.add(Check.NODE_UNREACHABLE.on(
                    host + ":" + port, "the server told of a node here, which is no address"));
        }
    }

    private Optional<String> ask(String... command) throws IOException {
        return reply(command).map(Replies::text);
    }

    /** Empty, and a note, where the user may not, or the server does not know it. */
    private Optional<Reply> reply(String... command) throws IOException {
        if (System.nanoTime() - begun > visit.limit().multipliedBy(MOST_LIMITS).toNanos()) {
            throw new SocketTimeoutException(endpoint + " took longer than "
                    + visit.limit().multipliedBy(MOST_LIMITS) + " for all answers together");
        }
        Reply answer = connection.execute(List.of(command));
        if (answer instanceof Reply.Failed failed) {
            refusal = String.join(" ", command) + ": " + failed.text();
            notes.add(refusal);
            return Optional.empty();
        }
        return Optional.of(answer);
    }
}
