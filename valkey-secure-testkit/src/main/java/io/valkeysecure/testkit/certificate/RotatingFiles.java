package io.valkeysecure.testkit.certificate;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * A directory of files that are written again and again, in each of the ways that certificates are renewed in. One way
 * may follow another. Not safe for use by several threads.
 */
public final class RotatingFiles {
    private static final Duration PAUSE_BETWEEN_FILES = Duration.ofMillis(150);

    private final Path directory;
    private int written;

    /**
     * Uses a directory.
     *
     * @param directory exists
     */
    public RotatingFiles(Path directory) {
        this.directory = directory;
    }

    /**
     * Returns the path of a file, written already or not.
     *
     * @param name its name
     * @return the path by which it is always found
     */
    public Path path(String name) {
        return directory.resolve(name);
    }

    /**
     * Writes files; others stay as they are, unless the way is {@link WriteStrategy#SYMLINK_SWAP}, which carries them
     * over.
     *
     * @param way how
     * @param contents by name, in the order in which they are written
     */
    public void write(WriteStrategy way, Map<String, String> contents) {
        try {
            switch (way) {
                case IN_PLACE -> {
                    for (Map.Entry<String, String> file : contents.entrySet()) {
                        Files.writeString(path(file.getKey()), file.getValue());
                    }
                }
                case ONE_BY_ONE -> oneByOne(new ArrayList<>(contents.entrySet()));
                case ONE_BY_ONE_REVERSED -> {
                    List<Map.Entry<String, String>> reversed = new ArrayList<>(contents.entrySet());
                    Collections.reverse(reversed);
                    oneByOne(reversed);
                }
                case RENAME -> {
                    for (Map.Entry<String, String> file : contents.entrySet()) {
                        rename(file.getKey(), file.getValue().getBytes(StandardCharsets.UTF_8));
                    }
                }
                case SYMLINK_SWAP -> swap(contents);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + contents.keySet() + " to " + directory, e);
        }
    }

    private void oneByOne(List<Map.Entry<String, String>> files) throws IOException {
        for (int i = 0; i < files.size(); i++) {
            if (i > 0) {
                LockSupport.parkNanos(PAUSE_BETWEEN_FILES.toNanos());
            }
            rename(files.get(i).getKey(), files.get(i).getValue().getBytes(StandardCharsets.UTF_8));
        }
    }

    private void rename(String name, byte[] content) throws IOException {
        Path beside = directory.resolve("." + name + ".new");
        Files.write(beside, content);
        Files.move(beside, path(name), StandardCopyOption.ATOMIC_MOVE);
    }

    private void swap(Map<String, String> contents) throws IOException {
        Path version = directory.resolve("..version-" + ++written);
        Files.createDirectory(version);
        for (Map.Entry<String, String> file : contents.entrySet()) {
            Files.writeString(version.resolve(file.getKey()), file.getValue());
        }
        Path data = directory.resolve("..data");
        if (Files.exists(data)) {
            try (Stream<Path> files = Files.list(data)) {
                for (Path file : files.toList()) {
                    Path copy = version.resolve(file.getFileName());
                    if (!Files.exists(copy)) {
                        Files.copy(file, copy);
                    }
                }
            }
        }
        Path before = Files.exists(data) ? data.toRealPath() : null;
        link(data, version.getFileName());
        for (String name : contents.keySet()) {
            if (!Files.isSymbolicLink(path(name))) {
                link(path(name), Path.of("..data", name));
            }
        }
        if (before != null) {
            delete(before);
        }
    }

    private void link(Path link, Path target) throws IOException {
        Path beside = directory.resolve("..link.new");
        Files.createSymbolicLink(beside, target);
        Files.move(beside, link, StandardCopyOption.ATOMIC_MOVE);
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(directory);
    }
}
