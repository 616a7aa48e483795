package io.valkeysecure.cli.doctor;

import io.valkeysecure.cli.doctor.report.Check;
import io.valkeysecure.cli.doctor.report.Finding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Judges what CONFIG GET, INFO and ACL LIST tell. */
final class Settings {
    private static final List<String> ENABLED =
            List.of("enable-debug-command", "enable-module-command", "enable-protected-configs");

    private final String target;
    private final List<Finding> found = new ArrayList<>();

    Settings(String target) {
        this.target = target;
    }

    List<Finding> found() {
        return List.copyOf(found);
    }

    /**
     * Names that are missing were not told, and are not judged.
     *
     * @param refusal why a name is missing
     */
    void config(Map<String, String> config, boolean clusterEnabled, String refusal, CheckResults results) {
        told(Check.REPLICATION_PLAINTEXT, config, refusal, results, "tls-replication");
        told(Check.PROTECTED_MODE_OFF, config, refusal, results, "protected-mode");
        told(Check.BIND_WILDCARD, config, refusal, results, "bind");
        told(Check.DEBUG_COMMANDS_ENABLED, config, refusal, results, ENABLED.toArray(new String[0]));
        if (clusterEnabled) {
            told(Check.CLUSTER_BUS_PLAINTEXT, config, refusal, results, "tls-cluster");
        } else {
            results.notApplicable("it is no node of a cluster", Check.CLUSTER_BUS_PLAINTEXT);
        }
        expect(Check.REPLICATION_PLAINTEXT, config, "tls-replication", "yes");
        if (clusterEnabled) {
            expect(Check.CLUSTER_BUS_PLAINTEXT, config, "tls-cluster", "yes");
        }
        expect(Check.PROTECTED_MODE_OFF, config, "protected-mode", "yes");
        String bind = config.get("bind");
        if (bind != null && isWildcard(bind)) {
            found.add(Check.BIND_WILDCARD.on(target, "bind \"" + bind + "\""));
        }
        List<String> enabled = ENABLED.stream()
                .filter(name -> !config.getOrDefault(name, "no").equals("no"))
                .toList();
        if (!enabled.isEmpty()) {
            found.add(Check.DEBUG_COMMANDS_ENABLED.on(
                    target,
                    String.join(
                            ", ",
                            enabled.stream()
                                    .map(name -> name + " " + config.get(name))
                                    .toList()),
                    String.join(" no, ", enabled) + " no"));
        }
    }

    private static void told(
            Check check, Map<String, String> config, String refusal, CheckResults results, String... names) {
        List<String> missing =
                Stream.of(names).filter(name -> !config.containsKey(name)).toList();
        if (missing.isEmpty()) {
            results.passed(check);
        } else {
            results.notMade(
                    refusal.isEmpty() ? "CONFIG GET did not tell " + String.join(", ", missing) : refusal, check);
        }
    }

    private void expect(Check check, Map<String, String> config, String name, String wanted) {
        String value = config.get(name);
        if (value != null && !value.equals(wanted)) {
            found.add(check.on(target, name + " " + value));
        }
    }

    private static boolean isWildcard(String bind) {
        return bind.isBlank()
                || Stream.of(bind.split(" +", -1))
                        .map(word -> word.startsWith("-") ? word.substring(1) : word)
                        .anyMatch(List.of("*", "::*", "0.0.0.0", "::")::contains);
    }

    /** Only where the server is on this machine, so that its file is one of ours to look at. */
    void keyFile(Map<String, String> config, String refusal, CheckResults results) {
        String key = config.get("tls-key-file");
        String directory = config.get("dir");
        if (key == null || directory == null) {
            results.notMade(
                    refusal.isEmpty() ? "CONFIG GET did not tell tls-key-file and dir" : refusal,
                    Check.SERVER_KEY_READABLE);
            return;
        }
        if (key.isEmpty()) {
            results.notApplicable("it has no tls-key-file", Check.SERVER_KEY_READABLE);
            return;
        }
        try {
            Path file = Path.of(directory).resolve(key);
            if (!Files.isRegularFile(file)) {
                results.notApplicable(file + " is not on this machine", Check.SERVER_KEY_READABLE);
                return;
            }
            KeyFile.readable(file)
                    .ifPresent(seen -> found.add(Check.SERVER_KEY_READABLE.on(target, seen, "chmod 600 " + file)));
            results.passed(Check.SERVER_KEY_READABLE);
        } catch (IOException e) {
            results.notMade(String.valueOf(e.getMessage()), Check.SERVER_KEY_READABLE);
        } catch (InvalidPathException e) {
            results.notMade("tls-key-file or dir is no path: " + e.getReason(), Check.SERVER_KEY_READABLE);
        }
    }

    /** The administrator who looks is not told that he is one. */
    void users(List<AclUser> users, String loggedIn, String applicationUser) {
        for (AclUser user : users) {
            if (!user.isOn()) {
                continue;
            }
            if (user.name().equals("default")) {
                defaultUser(user);
                continue;
            }
            String name = "user " + user.name();
            if (user.isWithoutPassword()) {
                found.add(Check.USER_PASSWORDLESS.on(
                        target, name + " nopass", name + " resetpass #SHA256-OF-A-PASSWORD, in the aclfile"));
            }
            if (user.name().equals(loggedIn) && !user.name().equals(applicationUser)) {
                continue;
            }
            if (user.isAllPowerful()) {
                found.add(Check.USER_ALL_POWERFUL.on(
                        target,
                        name + " " + commands(user),
                        name + " +@all -@admin -@dangerous +info +role, in the aclfile"));
            } else if (!user.dangerous().isEmpty()) {
                found.add(Check.USER_DANGEROUS_COMMANDS.on(
                        target,
                        name + " may: " + String.join(", ", user.dangerous()),
                        name + " -@admin -@dangerous +info +role, in the aclfile"));
            }
        }
    }

    private void defaultUser(AclUser user) {
        found.add(
                user.isWithoutPassword()
                        ? Check.DEFAULT_USER_OPEN.on(target, "user default on nopass")
                        : Check.DEFAULT_USER_ON.on(target, "user default on " + commands(user)));
    }

    /** Never the digests of passwords, and no keys. */
    private static String commands(AclUser user) {
        return String.join(
                " ",
                user.rules().stream()
                        .filter(rule -> rule.startsWith("+") || rule.startsWith("-"))
                        .toList());
    }

    void version(Map<String, String> info, String refusal, CheckResults results) {
        String valkey = info.get("valkey_version");
        String version = valkey == null ? info.getOrDefault("redis_version", "") : valkey;
        String[] parts = version.split("\\.", -1);
        if (parts.length >= 2 && parts[0].matches("\\d{1,4}") && parts[1].matches("\\d{1,4}")) {
            int number = Integer.parseInt(parts[0]) * 10_000 + Integer.parseInt(parts[1]);
            if (number < 7 * 10_000 + 2) {
                found.add(Check.VERSION_UNMAINTAINED.on(target, "version " + version + ", older than 7.2"));
            }
            results.passed(Check.VERSION_UNMAINTAINED);
        } else {
            results.notMade(
                    refusal.isEmpty() ? "INFO server did not tell a version" : refusal, Check.VERSION_UNMAINTAINED);
        }
    }
}
