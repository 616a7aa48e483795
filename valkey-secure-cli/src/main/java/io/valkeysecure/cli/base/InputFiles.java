package io.valkeysecure.cli.base;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads the files that a command is given, none of which has a reason to be large. */
public final class InputFiles {
    /** The most bytes of a file that are read; some 500 certificates. */
    public static final int LIMIT_BYTES = 1 << 20;

    private InputFiles() {}

    /**
     * Reads a file.
     *
     * @param file the file
     * @return its content
     * @throws InputException if it is not there, cannot be read, is no file or larger than {@link #LIMIT_BYTES}
     */
    public static byte[] read(Path file) {
        if (!Files.exists(file)) {
            throw new InputException(
                    file + " does not exist",
                    "the working directory is " + Path.of("").toAbsolutePath());
        }
        if (Files.isDirectory(file)) {
            throw new InputException(file + " is a directory, expected a file", "ls " + file);
        }
        // the size that is told may not be the one that comes: of a pipe, for instance
        try (InputStream in = Files.newInputStream(file)) {
            byte[] content = in.readNBytes(LIMIT_BYTES + 1);
            if (content.length > LIMIT_BYTES) {
                throw new InputException(
                        file + " is larger than " + LIMIT_BYTES + " bytes, which no certificate or key has to be",
                        "is it the right file? ls -l " + file);
            }
            return content;
        } catch (IOException e) {
            throw new InputException(file + " cannot be read", "who may read it: ls -l " + file);
        }
    }
}
