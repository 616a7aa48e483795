package io.valkeysecure.cli.doctor;

import io.valkeysecure.cli.base.InputException;
import io.valkeysecure.cli.base.InputFiles;
import io.valkeysecure.cli.doctor.report.Check;
import io.valkeysecure.internal.material.Pem;
import io.valkeysecure.internal.text.Printable;
import io.valkeysecure.internal.x509.MalformedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the process and the files of a server that is on this machine. Relative paths count from the server's
 * {@code dir}.
 */
final class LocalChecks {
    private static final Pattern SECRET = Pattern.compile(
            "(?im)^\\s*(requirepass|masterauth|primaryauth|tls-key-file-pass|tls-client-key-file-pass|user)\\s");
    private static final Pattern INCLUDE = Pattern.compile("(?im)^\\s*include\\s+\"?([^\"\\r\\n]+?)\"?\\s*$");

    private final Map<String, String> info;
    private final Map<String, String> config;
    private final NodeFindings seen;
    private final CheckResults results;

    LocalChecks(Map<String, String> info, Map<String, String> config, NodeFindings seen, CheckResults results) {
        this.info = info;
        this.config = config;
        this.seen = seen;
        this.results = results;
    }

    /**
     * A process of this number that is another program is not the server: that one is in a container, or behind a
     * tunnel.
     */
    void process() {
        String number = info.getOrDefault("process_id", "");
        if (!number.matches("\\d{1,9}")) {
            results.notMade("INFO server did not tell its process", Check.SERVER_AS_ROOT);
            return;
        }
        String program;
        try {
            program = Files.readString(Path.of("/proc", number, "comm")).strip();
        } catch (IOException e) {
            program = "";
        }
        Optional<String> user = ProcessHandle.of(Long.parseLong(number))
                .flatMap(process -> process.info().user());
        if (!program.matches("(valkey|redis).*") || user.isEmpty()) {
            results.notApplicable("process " + number + " of this machine is not the server", Check.SERVER_AS_ROOT);
            return;
        }
        results.passed(Check.SERVER_AS_ROOT);
        seen.facts().put("process", number + ", user " + user.get());
        if (user.get().equals("root")) {
            seen.add(Check.SERVER_AS_ROOT, program + " runs as root");
        }
    }

    /** The ACL file, the configuration and what it includes: who reads a digest can guess, who writes takes over. */
    void files() {
        Map<Path, String> plain = new LinkedHashMap<>();
        try {
            Optional<Path> first = told(info.get("config_file"));
            if (first.isPresent()) {
                plain.put(first.get(), text(first.get()));
                for (Path file : includes(plain.get(first.get()))) {
                    plain.put(file, text(file));
                }
            }
            Optional<Path> users = told(config.get("aclfile"));
            boolean looked = false;
            for (Map.Entry<Path, String> file : plain.entrySet()) {
                looked |= file(file.getKey(), SECRET.matcher(file.getValue()).find());
            }
            if (users.isPresent()) {
                looked |= file(users.get(), true);
            }
            if (looked) {
                results.passed(Check.SERVER_FILE_OPEN);
            } else {
                results.notApplicable("no file of the server is on this machine", Check.SERVER_FILE_OPEN);
            }
        } catch (IOException
                | InvalidPathException
                | UnsupportedOperationException
                | PatternSyntaxException
                | InputException e) {
            results.notMade("a file of the server cannot be looked at: " + e.getMessage(), Check.SERVER_FILE_OPEN);
        }
    }

    private Optional<Path> told(@Nullable String file) {
        return file == null || file.isEmpty()
                ? Optional.empty()
                : Optional.of(Path.of(config.getOrDefault("dir", "/")).resolve(file));
    }

    private List<Path> includes(String text) throws IOException {
        List<Path> included = new ArrayList<>();
        for (MatchResult line : INCLUDE.matcher(text).results().toList()) {
            Path named = told(line.group(1)).orElseThrow();
            Path directory = named.getParent();
            if (directory != null && Files.isDirectory(directory)) {
                // the name may be a pattern
                try (DirectoryStream<Path> files =
                        Files.newDirectoryStream(directory, named.getFileName().toString())) {
                    files.forEach(included::add);
                }
            }
        }
        return included;
    }

    /** Empty if it is not there, or not ours to read. */
    private String text(Path file) {
        if (!Files.isRegularFile(file)) {
            return "";
        }
        if (!Files.isReadable(file)) {
            seen.notes().add("what is in " + file + " was not looked at: this user may not read it");
            return "";
        }
        return new String(InputFiles.read(file), StandardCharsets.UTF_8);
    }

    private boolean file(Path file, boolean secret) throws IOException {
        if (!Files.isRegularFile(file)) {
            return false;
        }
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
        boolean open = permissions.contains(PosixFilePermission.OTHERS_WRITE)
                || (secret && permissions.contains(PosixFilePermission.OTHERS_READ));
        if (open && isReachable(file)) {
            seen.add(Check.SERVER_FILE_OPEN.on(
                    seen.target(), file + " is " + PosixFilePermissions.toString(permissions), "chmod o= " + file));
        }
        return true;
    }

    /** Whether users who are neither the owner nor of the group get through the directories above. */
    private static boolean isReachable(Path file) throws IOException {
        for (Path above = file.toRealPath().getParent(); above != null; above = above.getParent()) {
            if (!Files.getPosixFilePermissions(above).contains(PosixFilePermission.OTHERS_EXECUTE)) {
                return false;
            }
        }
        return true;
    }

    /** Whoever may write to the socket is a client without TLS. */
    void unixSocket(boolean local) {
        String socket = config.get("unixsocket");
        String permissions = config.getOrDefault("unixsocketperm", "");
        if (socket == null || !permissions.matches("[0-7]{1,4}")) {
            results.notMade("CONFIG GET did not tell unixsocket and unixsocketperm", Check.UNIX_SOCKET_OPEN);
        } else if (socket.isEmpty()) {
            results.notApplicable("it has no unixsocket", Check.UNIX_SOCKET_OPEN);
        } else if (!permissions.equals("0")) {
            results.passed(Check.UNIX_SOCKET_OPEN);
            if ((Integer.parseInt(permissions, 8) & 2) != 0) {
                seen.add(Check.UNIX_SOCKET_OPEN, "unixsocket " + socket + ", unixsocketperm " + permissions);
            }
        } else if (!local) {
            results.notMade("unixsocketperm is not set, and its file is on another machine", Check.UNIX_SOCKET_OPEN);
        } else {
            unixSocketFile(socket);
        }
    }

    private void unixSocketFile(String socket) {
        try {
            Path file = told(socket).orElseThrow();
            if (!Files.exists(file)) {
                results.notApplicable(file + " is not on this machine", Check.UNIX_SOCKET_OPEN);
                return;
            }
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
            results.passed(Check.UNIX_SOCKET_OPEN);
            if (permissions.contains(PosixFilePermission.OTHERS_WRITE) && isReachable(file)) {
                seen.add(Check.UNIX_SOCKET_OPEN, file + " is " + PosixFilePermissions.toString(permissions));
            }
        } catch (IOException | InvalidPathException | UnsupportedOperationException e) {
            results.notMade("the unixsocket cannot be looked at: " + e.getMessage(), Check.UNIX_SOCKET_OPEN);
        }
    }

    /** A public CA issues to anybody who has a name: each of its certificates opens this server. */
    void clientCas() {
        PublicCas known = PublicCas.ofThisJvm();
        if (known.isEmpty()) {
            results.notMade("this JVM has no list of public CAs to compare with", Check.CLIENT_CA_PUBLIC);
            return;
        }
        try {
            List<Path> files = new ArrayList<>(
                    told(config.get("tls-ca-cert-file")).stream().toList());
            Optional<Path> directory = told(config.get("tls-ca-cert-dir")).filter(Files::isDirectory);
            if (directory.isPresent()) {
                try (Stream<Path> all = Files.list(directory.get())) {
                    // OpenSSL takes those that are named by a hash
                    files.addAll(
                            all.filter(file -> file.getFileName().toString().matches("[0-9a-f]{8}\\.\\d+"))
                                    .toList());
                }
            }
            files.removeIf(file -> !Files.isRegularFile(file));
            if (files.isEmpty()) {
                results.notApplicable("no CA file of the server is on this machine", Check.CLIENT_CA_PUBLIC);
                return;
            }
            clientCas(files, known);
            results.passed(Check.CLIENT_CA_PUBLIC);
        } catch (IOException | InvalidPathException | InputException | MalformedException e) {
            results.notMade("the CA files of the server cannot be read: " + e.getMessage(), Check.CLIENT_CA_PUBLIC);
        }
    }

    private void clientCas(List<Path> files, PublicCas known) throws MalformedException {
        List<X509Certificate> found = new ArrayList<>();
        for (Path file : files) {
            Pem.certificates(InputFiles.read(file)).stream()
                    .filter(known::contains)
                    .forEach(found::add);
        }
        if (!found.isEmpty()) {
            seen.add(
                    Check.CLIENT_CA_PUBLIC,
                    (found.size() == 1 ? "1 public CA: " : found.size() + " public CAs, one of them: ")
                            + Printable.value(found.get(0).getSubjectX500Principal()));
        }
    }
}
