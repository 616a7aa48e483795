package io.valkeysecure.cli.doctor;

import io.valkeysecure.Endpoint;
import io.valkeysecure.cli.doctor.report.Check;
import io.valkeysecure.cli.resp.Reply;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Learns of the other servers that a server names: replicas, primaries, nodes and sentinels. */
final class Neighbours {
    private final Session session;
    private final NodeFindings seen;
    private final Set<Endpoint> others = new LinkedHashSet<>();
    private Optional<Integer> busPort = Optional.empty();

    /** Why not every other server is known; empty if all are. */
    private String unknown = "";

    Neighbours(Session session, NodeFindings seen) {
        this.session = session;
        this.seen = seen;
    }

    Set<Endpoint> others() {
        return others;
    }

    Optional<Integer> busPort() {
        return busPort;
    }

    void unknown(String because) {
        unknown = because;
    }

    void record(CheckResults results) {
        if (unknown.isEmpty()) {
            results.passed(Check.NODE_UNREACHABLE);
        } else {
            results.notMade("not every other server is known: " + unknown, Check.NODE_UNREACHABLE);
        }
    }

    /** {@return the fields of INFO replication} */
    Map<String, String> replication() throws IOException {
        Map<String, String> info =
                Replies.lines(session.ask("INFO", "replication").orElse(""));
        if (!info.containsKey("role")) {
            unknown = session.refusal().isEmpty() ? "INFO replication tells no role" : session.refusal();
        }
        seen.facts().put("role", info.getOrDefault("role", "unknown"));
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
        return info;
    }

    /** id host:port@bus,hostname flags ... */
    void cluster() throws IOException {
        Optional<String> nodes = session.ask("CLUSTER", "NODES");
        if (nodes.isEmpty()) {
            unknown = session.refusal();
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
                unknown = "CLUSTER NODES has a line without an address";
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

    void sentinel() throws IOException {
        Optional<Reply> primaries = session.reply("SENTINEL", "MASTERS");
        if (primaries.isEmpty()) {
            unknown = session.refusal();
            return;
        }
        for (Reply each : Replies.elements(primaries.get())) {
            Map<String, String> primary = Replies.pairs(each);
            learn(primary.get("ip"), primary.get("port"));
            String name = primary.getOrDefault("name", "");
            for (String what : List.of("REPLICAS", "SENTINELS")) {
                Optional<Reply> answer = session.reply("SENTINEL", what, name);
                if (answer.isEmpty()) {
                    unknown = session.refusal();
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
            seen.add(Check.NODE_UNREACHABLE.on(
                    host + ":" + port, "the server told of a node here, which is no address"));
        }
    }
}
