package io.valkeysecure.cli.doctor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A redis_exporter that runs on this machine, by its command line: which server it watches, and how it connects.
 *
 * @param process its number
 * @param server host and port of the server that it watches; empty if this user may not read them
 * @param user the user that it logs in as
 * @param problems what is wrong with how it connects
 */
record Exporter(String process, Optional<Server> server, String user, List<String> problems) {
    /** The program, and how it calls itself to the server. */
    static final Pattern NAME = Pattern.compile("(prometheus-)?(redis|valkey)[_-]exporter");

    private static final Pattern ADDRESS =
            Pattern.compile("(?:([a-z]+)://)?(?:([^@/]*)@)?(\\[[^\\]]*]|[^:/\\[]*)(?::(\\d{1,5}))?(?:[/?].*)?");

    /** Its options, and the variables that stand for them. */
    private static final Map<String, String> VARIABLES = Map.of(
            "redis.addr", "REDIS_ADDR",
            "redis.user", "REDIS_USER",
            "skip-tls-verification", "REDIS_EXPORTER_SKIP_TLS_VERIFICATION");

    /**
     * Whom it watches.
     *
     * @param host name or address
     * @param port of the server
     */
    record Server(String host, int port) {}

    /** {@return those that run on this machine; none where there is no /proc} */
    static List<Exporter> running() throws IOException {
        List<Exporter> all = new ArrayList<>();
        Path processes = Path.of("/proc");
        if (!Files.isDirectory(processes)) {
            return all;
        }
        try (DirectoryStream<Path> each = Files.newDirectoryStream(processes, "[0-9]*")) {
            for (Path process : each) {
                List<String> words = words(process.resolve("cmdline"));
                if (!words.isEmpty()
                        && NAME.matcher(words.get(0).replaceAll(".*/", "")).matches()) {
                    boolean told = Files.isReadable(process.resolve("environ"));
                    Map<String, String> environment = new LinkedHashMap<>();
                    words(process.resolve("environ")).forEach(line -> {
                        String[] parts = line.split("=", 2);
                        environment.put(parts[0], parts.length > 1 ? parts[1] : "");
                    });
                    all.add(of(process.getFileName().toString(), words, told, environment));
                }
            }
        }
        return all;
    }

    private static List<String> words(Path file) {
        try {
            String text = Files.readString(file, StandardCharsets.ISO_8859_1);
            return text.isEmpty() ? List.of() : List.of(text.split("\0"));
        } catch (IOException e) {
            return List.of(); // it has ended, or is another user's
        }
    }

    /** Options outweigh variables. */
    static Exporter of(String process, List<String> words, boolean environmentTold, Map<String, String> environment) {
        Map<String, String> options = options(words);
        VARIABLES.forEach((option, variable) -> {
            if (environment.containsKey(variable)) {
                options.putIfAbsent(option, environment.get(variable));
            }
        });
        List<String> problems = new ArrayList<>();
        if (options.containsKey("redis.password")
                && words.stream().anyMatch(word -> isOption(word, "redis.password"))) {
            problems.add("its password is in its command line, which every user of the machine can read");
        }
        String address = options.get("redis.addr");
        if (address == null && !environmentTold) {
            return new Exporter(process, Optional.empty(), "", problems);
        }
        var parts = ADDRESS.matcher(address == null ? "redis://localhost:6379" : address);
        if (!parts.matches()) {
            return new Exporter(process, Optional.empty(), "", problems);
        }
        String login = Optional.ofNullable(parts.group(2)).orElse("");
        if (login.contains(":") && words.stream().anyMatch(word -> word.contains(login))) {
            problems.add("its password is in its command line, which every user of the machine can read");
        }
        if (!List.of("rediss", "valkeys").contains(String.valueOf(parts.group(1)))) {
            problems.add("it connects without TLS");
        } else if (isTrue(options.get("skip-tls-verification"))) {
            problems.add("it does not verify the server (skip-tls-verification)");
        }
        String user = login.isEmpty() ? options.getOrDefault("redis.user", "") : login.replaceAll(":.*", "");
        return new Exporter(
                process,
                Optional.of(new Server(
                        parts.group(3).replaceAll("[\\[\\]]", ""),
                        parts.group(4) == null ? 6379 : Integer.parseInt(parts.group(4)))),
                user.isEmpty() ? "default" : user,
                problems);
    }

    /** As Go reads them: one dash or two, the value behind a sign or in the next word; a switch has none. */
    private static Map<String, String> options(List<String> words) {
        Map<String, String> options = new LinkedHashMap<>();
        for (int i = 1; i < words.size(); i++) {
            String word = words.get(i);
            if (!word.startsWith("-")) {
                continue;
            }
            String[] parts = word.replaceFirst("^--?", "").split("=", 2);
            boolean valueFollows = parts[0].startsWith("redis.") && i + 1 < words.size();
            options.put(parts[0], parts.length > 1 ? parts[1] : valueFollows ? words.get(i + 1) : "true");
        }
        return options;
    }

    private static boolean isOption(String word, String name) {
        return word.replaceFirst("^--?", "").replaceFirst("=.*", "").equals(name) && word.startsWith("-");
    }

    private static boolean isTrue(@Nullable String value) {
        return value != null && List.of("1", "t", "T", "true", "TRUE", "True").contains(value);
    }
}
