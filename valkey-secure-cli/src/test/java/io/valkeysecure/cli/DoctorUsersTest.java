package io.valkeysecure.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.valkeysecure.cli.base.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Users of a real server: what the doctor says of each is what valkey-cli gets to know by ACL DRYRUN. */
class DoctorUsersTest {
    private static final String NOTHING = "";
    private static final String EVERYTHING = "everything";

    /** In the words of the report, and in a form that the server accepts. */
    private static final Map<String, String> COMMANDS = Stream.of(
                    "ACL DELUSER|x",
                    "ACL GETUSER|x",
                    "ACL LOAD|",
                    "ACL SETUSER|x",
                    "CLIENT KILL|x",
                    "CLIENT PAUSE|0",
                    "CLUSTER ADDSLOTS|0",
                    "CLUSTER DELSLOTS|0",
                    "CLUSTER FAILOVER|",
                    "CLUSTER FLUSHSLOTS|",
                    "CLUSTER FORGET|x",
                    "CLUSTER MEET|x 1",
                    "CLUSTER REPLICATE|x",
                    "CLUSTER RESET|",
                    "CLUSTER SETSLOT|0 STABLE",
                    "CONFIG REWRITE|",
                    "CONFIG SET|dir x",
                    "DEBUG|SLEEP 0",
                    "FAILOVER|",
                    "FLUSHALL|",
                    "FLUSHDB|",
                    "KEYS|*",
                    "MIGRATE|x 1 k 0 1",
                    "MODULE LOAD|x",
                    "MODULE LOADEX|x",
                    "MODULE UNLOAD|x",
                    "MONITOR|",
                    "PSYNC|x 1",
                    "REPLICAOF|x 1",
                    "RESTORE|k 0 x",
                    "RESTORE-ASKING|k 0 x",
                    "SHUTDOWN|",
                    "SLAVEOF|x 1",
                    "SWAPDB|0 1",
                    "SYNC|",
                    "GET|k",
                    "SET|k x")
            .map(line -> line.split("\\|", -1))
            .collect(Collectors.toMap(
                    parts -> parts[0], parts -> (parts[0] + " " + parts[1]).strip(), (a, b) -> a, LinkedHashMap::new));

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private static Path directory;

    private static Operator operator;

    @BeforeAll
    static void makeFiles() throws IOException {
        operator = new Operator(directory);
    }

    /** Rules, and one of the commands that make the finding; NOTHING where there is to be none. */
    private static Map<String, List<String>> users() {
        Map<String, List<String>> users = new LinkedHashMap<>();
        users.put("reader", List.of("~* -@all +@read", "KEYS"));
        users.put("writer", List.of("~* -@all +@write", "FLUSHALL"));
        users.put("both", List.of("~* -@all +@read +@write", "MIGRATE"));
        users.put("shop", List.of("~shop:* +@all -@admin -@dangerous +info +role", NOTHING));
        users.put("aclset", List.of("-@all +acl|setuser", "ACL SETUSER"));
        users.put("aclwho", List.of("-@all +acl|whoami", NOTHING));
        users.put("acl", List.of("-@all +acl", "ACL LOAD"));
        users.put("configset", List.of("-@all +config|set", "CONFIG SET"));
        users.put("configget", List.of("-@all +config|get", NOTHING));
        users.put("configless", List.of("-@all +config -config|set", "CONFIG REWRITE"));
        users.put("withoutkeys", List.of("+@all -@read -@write", "SHUTDOWN"));
        users.put("all", List.of("~* &* +@all", EVERYTHING));
        users.put("allkeysof", List.of("~shop:* +@all", EVERYTHING));
        users.put("allreads", List.of("%R~* +@all", EVERYTHING));
        users.put("allbut", List.of("~* +@all -flushall", "FLUSHDB"));
        users.put("allagain", List.of("~* +@all -@dangerous +@all", EVERYTHING));
        users.put("admin2", List.of("-@all +@admin", "SHUTDOWN"));
        users.put("dangerous", List.of("~* -@all +@dangerous", "CONFIG SET"));
        users.put("undangerous", List.of("~* +@all -@dangerous", NOTHING));
        users.put("unadmin", List.of("~* +@all -@admin", "RESTORE"));
        users.put("selector", List.of("-@all (~x +@all)", EVERYTHING));
        users.put("selectors", List.of("-@all +get ~a (-@all +keys ~b) (-@all +config|set)", "KEYS"));
        users.put("harmless", List.of("-@all +get ~a (-@all +set ~b)", NOTHING));
        users.put("news", List.of("&news -@all +@pubsub", NOTHING));
        users.put("replica", List.of("-@all +psync +replconf +ping", NOTHING));
        users.put("replicareads", List.of("~* -@all +psync +replconf +ping +get", "PSYNC"));
        users.put(
                "watcher",
                List.of(
                        "&* -@all +multi +slaveof +replicaof +ping +exec +subscribe +config|rewrite +role +publish +info"
                                + " +client|setname +client|kill +script|kill",
                        NOTHING));
        users.put("promoter", List.of("-@all +replicaof +failover", "FAILOVER"));
        users.put("monitor", List.of("-@all +monitor", "MONITOR"));
        users.put("exporter", List.of("-@all +info +latency +slowlog +config|get +client|list +scan ~*", NOTHING));
        users.put("clients", List.of("-@all +client", "CLIENT KILL"));
        users.put("debugger", List.of("-@all +debug", "DEBUG"));
        users.put("loader", List.of("-@all +module|load", "MODULE LOAD"));
        users.put("fast", List.of("~* -@all +@fast", "SWAPDB"));
        users.put("scripts", List.of("~* -@all +@scripting", NOTHING));
        users.put("mover", List.of("~a:* -@all +migrate", "MIGRATE"));
        users.put("idle", List.of("~* &* -@all", NOTHING));
        users.put("away", List.of("off ~* &* +@all", NOTHING));
        return users;
    }

    private static OperatedServer start(String name, Stream<String> lines, String... more) throws IOException {
        Path file = directory.resolve(name + ".acl");
        Files.writeString(file, lines.collect(Collectors.joining("\n", "", "\n")));
        return operator.start(name, OperatedServer.freePort(), "conf --acl-file " + file, more);
    }

    private static Stream<String> ordinary() throws IOException {
        return Files.readString(directory.resolve("users.acl")).lines();
    }

    private static JsonNode report(Outcome outcome) throws IOException {
        assertThat(Unsaid.in(outcome)).isEmpty();
        return new ObjectMapper().readTree(outcome.out());
    }

    private static Outcome examine(OperatedServer server) {
        return operator.examine(server, "--json");
    }

    @Test
    void users_areJudgedAsTheServerJudgesThem() throws Exception {
        Stream<String> lines = users().entrySet().stream()
                .map(user -> "user " + user.getKey() + " on >" + user.getKey() + "-has-a-long-password "
                        + user.getValue().get(0));
        try (OperatedServer server = start("matrix", Stream.concat(ordinary(), lines))) {
            JsonNode report = report(examine(server));
            Map<String, Set<String>> servers = askServer(server.port(), users().keySet());

            assertThat(servers).hasSizeGreaterThanOrEqualTo(25);
            users().forEach((name, user) -> assertUser(name, user, report, servers.get(name)));
        }
    }

    private static void assertUser(String name, List<String> user, JsonNode report, Set<String> servers) {
        String fact =
                report.get("nodes").get(0).get("facts").get("user " + name).asText();
        List<String> found = new ArrayList<>();
        for (JsonNode finding : report.get("findings")) {
            if ((finding.get("evidence").asText() + " ").contains("user " + name + " ")) {
                found.add(finding.get("id").asText());
            }
        }
        boolean all = servers.containsAll(COMMANDS.keySet());
        servers.removeAll(Set.of("GET", "SET"));
        if (user.get(0).startsWith("off ")) {
            assertThat(fact).isEqualTo("off");
        } else {
            assertThat(fact)
                    .as(name)
                    .endsWith(", may: "
                            + (all
                                    ? EVERYTHING
                                    : servers.isEmpty() ? "nothing dangerous" : String.join(", ", servers)));
        }
        String expected = user.get(1);
        if (expected.equals(NOTHING)) {
            assertThat(found).as(name).isEmpty();
        } else {
            assertThat(found).as(name).containsExactly(all ? "user-all-powerful" : "user-dangerous-commands");
            assertThat(all || servers.contains(expected))
                    .as(name + " " + servers)
                    .isTrue();
            assertThat(all).as(name).isEqualTo(expected.equals(EVERYTHING));
        }
    }

    /** Another program, another connection: what each user may run. */
    private static Map<String, Set<String>> askServer(int port, Collection<String> users) throws Exception {
        StringBuilder questions = new StringBuilder();
        for (String user : users) {
            COMMANDS.values().forEach(command -> questions.append("ACL DRYRUN " + user + " " + command + "\n"));
        }
        String answers = Tool.of("valkey-cli", "valkey-tools")
                .runWith(
                        questions.toString(),
                        "--no-raw",
                        "--no-auth-warning",
                        "--tls",
                        "-h",
                        "localhost",
                        "-p",
                        Integer.toString(port),
                        "--cacert",
                        directory.resolve("ca/ca.crt").toString(),
                        "--cert",
                        directory.resolve("app.crt").toString(),
                        "--key",
                        directory.resolve("app.key").toString(),
                        "--user",
                        "admin",
                        "-a",
                        operator.password("admin"))
                .output();
        List<String> lines = answers.lines().filter(line -> !line.isBlank()).toList();
        assertThat(lines).as(answers).hasSize(users.size() * COMMANDS.size());
        Map<String, Set<String>> open = new LinkedHashMap<>();
        int i = 0;
        for (String user : users) {
            Set<String> may = new TreeSet<>();
            for (String command : COMMANDS.keySet()) {
                String line = lines.get(i++);
                assertThat(line).doesNotContain("ERR").matches("OK|.*no permissions to (run|access).*");
                if (!line.contains("no permissions to run")) {
                    may.add(command);
                }
            }
            open.put(user, may);
        }
        return open;
    }

    @Test
    void dryrun_refused_isNotMade() throws Exception {
        Stream<String> lines = ordinary().map(line -> line.startsWith("user admin ") ? line + " -acl|dryrun" : line);
        try (OperatedServer server = start("refused", lines)) {
            Outcome outcome = examine(server);

            assertThat(outcome.exitCode()).as(outcome.toString()).isEqualTo(ExitCode.USAGE);
            JsonNode report = report(outcome);
            assertThat(report.get("verdict").asText()).isEqualTo("incomplete");
            assertThat(because(report, "user-dangerous-commands"))
                    .isEqualTo(
                            "not made: ACL DRYRUN: NOPERM User admin has no permissions to run the 'acl|dryrun' command");
            assertThat(because(report, "user-passwordless")).isEqualTo("passed");
        }
    }

    @Test
    void command_renamed_isNotMade_removedIsTold() throws Exception {
        try (OperatedServer server = start("renamed", ordinary(), "--rename-command", "SWAPDB", "EXCHANGE")) {
            JsonNode report = report(examine(server));
            assertThat(because(report, "user-all-powerful"))
                    .isEqualTo("not made: swapdb is renamed, and the server does not tell its new name");
        }
        try (OperatedServer server = start("removed", ordinary(), "--rename-command", "SWAPDB", "")) {
            Outcome outcome = examine(server);
            assertThat(outcome.exitCode()).as(outcome.toString()).isEqualTo(ExitCode.OK);
            assertThat(report(outcome)
                            .get("nodes")
                            .get(0)
                            .get("facts")
                            .get("commands renamed or removed")
                            .asText())
                    .isEqualTo("SWAPDB");
        }
    }

    @Test
    void password_common_isFoundByItsDigest() throws Exception {
        Stream<String> lines =
                Stream.of("user lazy on >changeme -@all +ping", "user keen on >vX7-changeme-93bZ -@all +ping");
        try (OperatedServer server = start("common", Stream.concat(ordinary(), lines))) {
            Outcome outcome = examine(server);
            JsonNode report = report(outcome);
            assertThat(report.get("findings")).as(outcome.toString()).hasSize(1);
            assertThat(report.get("findings").get(0).get("id").asText()).isEqualTo("password-weak");
            assertThat(report.get("findings").get(0).get("evidence").asText())
                    .isEqualTo("the password of user lazy is a common one");
            assertThat(outcome.out().toLowerCase(Locale.ROOT))
                    .doesNotContain("changeme", "057ba03d6c44104863dc7361fe4578965d1887360f90a0895882e58a6248fc86");
        }
    }

    private static String because(JsonNode report, String id) {
        for (JsonNode check : report.get("nodes").get(0).get("checks")) {
            if (check.get("check").asText().equals(id)) {
                return check.get("state").asText()
                        + (check.has("because") ? ": " + check.get("because").asText() : "");
            }
        }
        throw new AssertionError(id + " is not in " + report);
    }
}
