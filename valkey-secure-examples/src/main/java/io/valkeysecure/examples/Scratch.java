package io.valkeysecure.examples;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A directory that only its owner can read, and that goes when this is closed or the JVM ends, with Ctrl-C too. */
final class Scratch implements AutoCloseable {
    private final Path directory;
    private final Thread hook = new Thread(this::delete, "scratch-removal");

    private Scratch(Path directory) {
        this.directory = directory;
    }

    static Scratch create() throws IOException {
        Scratch scratch = new Scratch(Files.createTempDirectory("valkey-secure-demo"));
        Runtime.getRuntime().addShutdownHook(scratch.hook);
        return scratch;
    }

    Path directory() {
        return directory;
    }

    @Override
    public void close() {
        delete();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // the JVM is going down, and the hook is what runs or has run
        }
    }

    /** The directory holds files only. */
    private synchronized void delete() {
        try {
            if (Files.exists(directory)) {
                List<Path> files;
                try (Stream<Path> listed = Files.list(directory)) {
                    files = listed.toList();
                }
                for (Path file : files) {
                    Files.delete(file);
                }
                Files.delete(directory);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove " + directory, e);
        }
    }
}
