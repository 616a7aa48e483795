package io.valkeysecure.cli.doctor;

import io.valkeysecure.cli.base.Passwords;
import io.valkeysecure.cli.doctor.report.Check;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Judges what CONFIG GET and INFO tell. */
final class Settings {
    private static final List<String> ENABLED =
            List.of("enable-debug-command", "enable-module-command", "enable-protected-configs");

    /** A server tells one of the last two, by its age. */
    private static final List<String> PASSWORDS = List.of("requirepass", "primaryauth", "masterauth");

    private static final ServerVersion OLDEST = new ServerVersion(7, 2, 0);
    private static final Duration DAY = Duration.ofDays(1);

    private final NodeFindings seen;

    Settings(NodeFindings seen) {
        this.seen = seen;
    }

    /**
     * Names that are missing were not told, and are not judged.
     *
     * @param refusal why a name is missing
     */
    void config(Map<String, String> config, boolean clusterEnabled, String refusal, CheckResults results) {
        told(Check.PROTECTED_MODE_OFF, config, refusal, results, "protected-mode");
        told(Check.BIND_WILDCARD, config, refusal, results, "bind");
        told(Check.DEBUG_COMMANDS_ENABLED, config, refusal, results, ENABLED.toArray(new String[0]));
        if (clusterEnabled) {
            told(Check.CLUSTER_BUS_PLAINTEXT, config, refusal, results, "tls-cluster");
        } else {
            results.notApplicable("it is no node of a cluster", Check.CLUSTER_BUS_PLAINTEXT);
        }
        if (clusterEnabled) {
            expect(Check.CLUSTER_BUS_PLAINTEXT, config, "tls-cluster", "yes");
        }
        expect(Check.PROTECTED_MODE_OFF, config, "protected-mode", "yes");
        String bind = config.get("bind");
        if (bind != null && isWildcard(bind)) {
            seen.add(Check.BIND_WILDCARD, "bind \"" + bind + "\"");
        }
        List<String> enabled = ENABLED.stream()
                .filter(name -> !config.getOrDefault(name, "no").equals("no"))
                .toList();
        if (!enabled.isEmpty()) {
            seen.add(Check.DEBUG_COMMANDS_ENABLED.on(
                    seen.target(),
                    String.join(
                            ", ",
                            enabled.stream()
                                    .map(name -> name + " " + config.get(name))
                                    .toList()),
                    String.join(" no, ", enabled) + " no"));
        }
    }

    /** A server without replicas sends its data to nobody; nodes of a cluster move keys by the same setting. */
    void replication(
            Map<String, String> config,
            boolean clusterEnabled,
            Map<String, String> info,
            String refusal,
            CheckResults results) {
        boolean alone = "master".equals(info.get("role")) && "0".equals(info.get("connected_slaves"));
        if (alone && !clusterEnabled) {
            results.notApplicable("the server has no replica and no primary", Check.REPLICATION_PLAINTEXT);
            return;
        }
        told(Check.REPLICATION_PLAINTEXT, config, refusal, results, "tls-replication");
        expect(Check.REPLICATION_PLAINTEXT, config, "tls-replication", "yes");
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
            seen.add(check, name + " " + value);
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
                    .ifPresent(problem ->
                            seen.add(Check.SERVER_KEY_READABLE.on(seen.target(), problem, "chmod 600 " + file)));
            results.passed(Check.SERVER_KEY_READABLE);
        } catch (IOException e) {
            results.notMade(String.valueOf(e.getMessage()), Check.SERVER_KEY_READABLE);
        } catch (InvalidPathException e) {
            results.notMade("tls-key-file or dir is no path: " + e.getReason(), Check.SERVER_KEY_READABLE);
        }
    }

    /** What stands in the configuration in the clear. */
    void passwords(Map<String, String> config, String refusal, CheckResults results) {
        if (!config.containsKey("requirepass")) {
            results.notMade(refusal.isEmpty() ? "CONFIG GET did not tell requirepass" : refusal, Check.PASSWORD_WEAK);
            return;
        }
        results.passed(Check.PASSWORD_WEAK);
        for (String name : PASSWORDS) {
            String password = config.getOrDefault(name, "");
            if (!password.isEmpty()) {
                Passwords.weakness(password)
                        .ifPresent(weakness -> seen.add(Check.PASSWORD_WEAK, name + " " + weakness));
            }
        }
    }

    void sessions(Map<String, String> config, String refusal, CheckResults results) {
        String seconds = config.getOrDefault("tls-session-cache-timeout", "");
        if (!seconds.matches("\\d{1,10}")) {
            results.notMade(
                    refusal.isEmpty() ? "CONFIG GET did not tell tls-session-cache-timeout" : refusal,
                    Check.SESSION_LIFETIME_LONG);
            return;
        }
        results.passed(Check.SESSION_LIFETIME_LONG);
        if (Long.parseLong(seconds) > DAY.toSeconds()) {
            seen.add(Check.SESSION_LIFETIME_LONG, "tls-session-cache-timeout " + seconds);
        }
    }

    void version(Map<String, String> info, String refusal, CheckResults results) {
        Optional<ServerVersion> valkey = ServerVersion.parse(info.getOrDefault("valkey_version", ""));
        Optional<ServerVersion> version = valkey.or(() -> ServerVersion.parse(info.getOrDefault("redis_version", "")));
        if (version.isEmpty()) {
            results.notMade(
                    refusal.isEmpty() ? "INFO server did not tell a version" : refusal,
                    Check.VERSION_UNMAINTAINED,
                    Check.VERSION_VULNERABLE);
            return;
        }
        String told = info.getOrDefault("valkey_version", info.get("redis_version"));
        seen.facts().put("version", told);
        results.passed(Check.VERSION_UNMAINTAINED);
        if (version.get().series() < OLDEST.series()) {
            seen.add(Check.VERSION_UNMAINTAINED, "version " + told + ", older than 7.2");
            results.notApplicable("the version gets no fixes any more", Check.VERSION_VULNERABLE);
            return;
        }
        if (valkey.isEmpty()) {
            results.notMade("the list of vulnerabilities is of Valkey, this is a Redis", Check.VERSION_VULNERABLE);
            return;
        }
        String stage = info.getOrDefault("valkey_release_stage", "ga");
        if (!stage.equals("ga")) {
            results.notMade(
                    "the list of vulnerabilities is of releases, this is " + told + "-" + stage,
                    Check.VERSION_VULNERABLE);
            return;
        }
        seen.facts().put("list of vulnerabilities", Vulnerabilities.date());
        List<String> vulnerabilities = Vulnerabilities.of(valkey.get());
        results.passed(Check.VERSION_VULNERABLE);
        if (!vulnerabilities.isEmpty()) {
            seen.add(
                    Check.VERSION_VULNERABLE,
                    "version " + told + ", by the list of " + Vulnerabilities.date()
                            + ", unless the package has the fixes: " + String.join(", ", vulnerabilities));
        }
    }
}
