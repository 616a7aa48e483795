package io.valkeysecure.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a run was, and of what.
 *
 * @param sentence all of it
 */
record Setting(String sentence) {
    /** What is named with its version, if it is on the class path. */
    private static final List<String> NAMED = List.of(
            "lettuce-core",
            "jedis",
            "netty-handler",
            "netty-tcnative-boringssl-static",
            "conscrypt-openjdk-uber",
            "ayza");

    static Setting here() throws IOException {
        List<String> versions = new ArrayList<>();
        String jars = System.getProperty("java.class.path", "");
        for (String name : NAMED) {
            Matcher jar = Pattern.compile("/" + name + "-([0-9][^/]*?)\\.jar").matcher(jars);
            if (jar.find()) {
                versions.add(name + " " + jar.group(1));
            }
        }
        return new Setting("%s, on %d cores of %s, Linux %s; %s %s; %s; %s; %s."
                .formatted(
                        LocalDate.now(ZoneOffset.UTC),
                        Runtime.getRuntime().availableProcessors(),
                        processor(),
                        System.getProperty("os.version"),
                        System.getProperty("java.vm.name"),
                        System.getProperty("java.vm.version"),
                        String.join(", ", versions),
                        told("v=([^ ]+)", "Valkey ", "valkey-server", "--version"),
                        told("OpenSSL ([^ ]+)", "OpenSSL ", "openssl", "version")));
    }

    private static String processor() throws IOException {
        return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                .filter(line -> line.startsWith("model name"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse("an unnamed processor");
    }

    private static String told(String pattern, String name, String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        Matcher version = Pattern.compile(pattern).matcher(output);
        if (!version.find()) {
            throw new IOException("expected a version, seen " + output);
        }
        return name + version.group(1);
    }
}
