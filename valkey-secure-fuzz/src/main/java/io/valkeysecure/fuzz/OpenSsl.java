package io.valkeysecure.fuzz;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The command {@code openssl}, asked about what we accept, once for the same bytes. Not safe for use by several
 * threads.
 */
final class OpenSsl {
    private static final Pattern ERROR = Pattern.compile("error ([0-9]+) at [0-9]+ depth lookup");
    private static final int REMEMBERED = 100_000;

    /**
     * What it says.
     *
     * @param accepted whether all is good
     * @param errors its error numbers; none if something could not be read
     * @param output what it printed
     */
    record Verdict(boolean accepted, Set<Integer> errors, String output) {}

    private final Path directory;
    private final Set<String> asked = new HashSet<>();

    OpenSsl() {
        try {
            directory = Files.createTempDirectory("valkey-secure-fuzz");
            directory.toFile().deleteOnExit();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** Whether these bytes were not asked about before. */
    boolean isNew(byte[] bytes) {
        try {
            if (asked.size() > REMEMBERED) {
                asked.clear();
            }
            return asked.add(HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    Path file(String name, String text) throws IOException {
        Path file = directory.resolve(name);
        Files.writeString(file, text);
        file.toFile().deleteOnExit();
        return file;
    }

    Path file(String name, byte[] bytes) throws IOException {
        Path file = directory.resolve(name);
        Files.write(file, bytes);
        file.toFile().deleteOnExit();
        return file;
    }

    /** {@code openssl verify} of a leaf, at {@link Pki#NOW}, with more options. */
    Verdict verify(byte[] anchor, byte[] leaf, List<byte[]> others, List<String> options)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                "openssl",
                "verify",
                "-x509_strict",
                "-partial_chain",
                "-purpose",
                "sslserver",
                "-attime",
                Long.toString(Pki.NOW.getEpochSecond()),
                "-verify_hostname",
                Pki.HOST,
                "-trusted",
                file("anchor.pem", Pki.pem("CERTIFICATE", List.of(anchor))).toString()));
        if (!others.isEmpty()) {
            Collections.addAll(
                    command,
                    "-untrusted",
                    file("others.pem", Pki.pem("CERTIFICATE", others)).toString());
        }
        command.addAll(options);
        command.add(file("leaf.pem", Pki.pem("CERTIFICATE", List.of(leaf))).toString());
        return run(command);
    }

    Verdict run(List<String> command) throws IOException, InterruptedException {
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
