package io.valkeysecure.cli.doctor;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Judges what CONFIG GET, INFO and ACL LIST tell. */
final class Settings {
    private final String target;
    private final List<Finding> found = new ArrayList<>();

    Settings(String target) {
        this.target = target;
    }

    List<Finding> found() {
        return List.copyOf(found);
    }

    /** Names that are missing were not told, and are not judged. */
    void config(Map<String, String> config, boolean clusterEnabled) {
        expect(Check.REPLICATION_PLAINTEXT, config, "tls-replication", "yes");
        if (clusterEnabled) {
            expect(Check.CLUSTER_BUS_PLAINTEXT, config, "tls-cluster", "yes");
        }
        expect(Check.PROTECTED_MODE_OFF, config, "protected-mode", "yes");
        String bind = config.get("bind");
        if (bind != null && isWildcard(bind)) {
            found.add(Check.BIND_WILDCARD.on(target, "bind \"" + bind + "\""));
        }
        List<String> enabled = Stream.of("enable-debug-command", "enable-module-command", "enable-protected-configs")
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
    void keyFile(Map<String, String> config) {
        String key = config.getOrDefault("tls-key-file", "");
        if (!key.isEmpty() && Path.of(key).isAbsolute() && Files.isRegularFile(Path.of(key))) {
            KeyFile.readable(Path.of(key))
                    .ifPresent(seen -> found.add(Check.SERVER_KEY_READABLE.on(target, seen, "chmod 600 " + key)));
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

    void version(Map<String, String> info) {
        String valkey = info.get("valkey_version");
        String version = valkey == null ? info.getOrDefault("redis_version", "") : valkey;
        String[] parts = version.split("\\.", -1);
        if (parts.length >= 2 && parts[0].matches("\\d{1,4}") && parts[1].matches("\\d{1,4}")) {
            int number = Integer.parseInt(parts[0]) * 10_000 + Integer.parseInt(parts[1]);
            if (number < 7 * 10_000 + 2) {
                found.add(Check.VERSION_UNMAINTAINED.on(target, "version " + version + ", older than 7.2"));
            }
        }
    }
}
