package io.valkeysecure.differential;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code openssl verify}, one process for each chain. */
final class OpenSsl {
    private static final Pattern ERROR = Pattern.compile("error ([0-9]+) at ([0-9]+) depth lookup");

    /**
     * What OpenSSL says.
     *
     * @param accepted whether the chain is good
     * @param errors the numbers of its errors; empty where a certificate was not even read
     * @param output all it printed
     */
    record Verdict(boolean accepted, Set<Integer> errors, String output) {}

    private OpenSsl() {}

    /** The version that answers, such as {@code OpenSSL 3.0.19 27 Jan 2026}. */
    static String version() throws IOException, InterruptedException {
        try {
            return run(List.of("openssl", "version")).output().strip();
        } catch (IOException e) {
            throw new IOException(
                    "openssl is not on PATH, and there is nothing to compare with; on Debian and Ubuntu install the"
                            + " package openssl",
                    e);
        }
    }

    static Verdict verify(Path directory, List<byte[]> anchors, List<byte[]> presented, String host, boolean isAddress)
            throws IOException, InterruptedException {
        Path leaf = directory.resolve("leaf.pem");
        Path others = directory.resolve("others.pem");
        Path trusted = directory.resolve("anchors.pem");
        Files.writeString(leaf, pem(presented.subList(0, 1)));
        Files.writeString(others, pem(presented.subList(1, presented.size())));
        Files.writeString(trusted, pem(anchors));
        List<String> command = new ArrayList<>(List.of(
                "openssl",
                "verify",
                "-x509_strict",
                "-partial_chain",
                "-purpose",
                "sslserver",
                "-attime",
                Long.toString(Draft.NOW.getEpochSecond()),
                isAddress ? "-verify_ip" : "-verify_hostname",
                host,
                "-trusted",
                trusted.toString()));
        if (presented.size() > 1) {
            command.addAll(List.of("-untrusted", others.toString()));
        }
        command.add(leaf.toString());
        return run(command);
    }

    static String pem(List<byte[]> certificates) {
        Base64.Encoder encoder = Base64.getMimeEncoder(64, new byte[] {'\n'});
        StringBuilder text = new StringBuilder();
        for (byte[] der : certificates) {
            text.append("-----BEGIN CERTIFICATE-----\n")
                    .append(encoder.encodeToString(der))
                    .append("\n-----END CERTIFICATE-----\n");
        }
        return text.toString();
    }

    private static Verdict run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException("openssl did not end within 60 s: " + command);
        }
        Set<Integer> errors = new TreeSet<>();
        Matcher matcher = ERROR.matcher(output);
        while (matcher.find()) {
            errors.add(Integer.valueOf(matcher.group(1)));
        }
        return new Verdict(process.exitValue() == 0, errors, output);
    }
}
