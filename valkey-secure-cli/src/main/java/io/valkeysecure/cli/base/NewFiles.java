package io.valkeysecure.cli.base;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/**
 * Files that are made together or not at all, and never over others: each appears complete under its name, with its
 * permissions from the first byte. Not safe for use by several threads.
 */
public final class NewFiles {
    private static final String SECRET = "rw-------";
    private static final String PUBLIC = "rw-r--r--";

    private record NewFile(Path path, String text, String permissions) {}

    private final List<NewFile> files = new ArrayList<>();

    /**
     * Adds a file that only its owner may read.
     *
     * @param path its name
     * @param text its content
     */
    public void secret(Path path, String text) {
        files.add(new NewFile(path, text, SECRET));
    }

    /**
     * Adds a file that everybody may read, as far as the umask allows.
     *
     * @param path its name
     * @param text its content
     */
    public void plain(Path path, String text) {
        files.add(new NewFile(path, text, PUBLIC));
    }

    /**
     * Says so where a file is there already, before any work is done for it.
     *
     * @param paths the names
     * @throws InputException if there is one of this name, or no directory for it
     */
    public static void requireNew(Path... paths) {
        for (Path path : paths) {
            if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
                throw exists(path);
            }
            if (!Files.isDirectory(directory(path))) {
                throw new InputException(
                        "directory " + directory(path) + " does not exist", "mkdir -p " + directory(path));
            }
        }
    }

    /**
     * Writes all of them.
     *
     * @throws InputException if one is there already; then nothing is written
     * @throws IOException if one cannot be written; then those that were are removed again
     */
    public void write() throws IOException {
        requireNew(files.stream().map(NewFile::path).toArray(Path[]::new));
        List<Path> made = new ArrayList<>();
        try {
            for (NewFile file : files) {
                create(file);
                made.add(file.path());
            }
        } catch (IOException | RuntimeException e) {
            for (Path path : made) {
                Files.deleteIfExists(path);
            }
            throw e;
        }
    }

    /**
     * Puts a file in the place of another, at once: for what is a state and not a result, such as a CRL.
     *
     * @param path its name
     * @param text its content
     * @throws IOException if it cannot be written
     */
    public static void replace(Path path, String text) throws IOException {
        NewFile file = new NewFile(path, text, PUBLIC);
        Path complete = complete(file);
        try {
            Files.move(complete, path, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(complete);
        }
    }

    /**
     * Says so where a directory is not free, before any work is done for it.
     *
     * @param directory its name
     * @throws InputException if there is something in it, or no directory to make it in
     */
    public static void requireEmptyDirectory(Path directory) {
        if (!Files.exists(directory)) {
            if (!Files.isDirectory(directory(directory))) {
                throw new InputException(
                        "directory " + directory(directory) + " does not exist", "mkdir -p " + directory(directory));
            }
            return;
        }
        String[] entries = directory.toFile().list();
        if (entries == null) {
            throw exists(directory);
        }
        if (entries.length > 0) {
            throw new InputException(
                    directory + " is not empty, and nothing is ever overwritten", "give a new directory");
        }
    }

    /**
     * Makes a directory that only its owner may enter, or takes one that is there and empty.
     *
     * @param directory its name
     * @throws InputException as {@link #requireEmptyDirectory} does
     * @throws IOException if it cannot be made
     */
    public static void emptyDirectory(Path directory) throws IOException {
        requireEmptyDirectory(directory);
        if (!Files.exists(directory)) {
            Files.createDirectory(directory, permissions(directory, "rwx------"));
        }
    }

    /** A link is made or not, and is never put over something: what a move cannot promise. */
    private static void create(NewFile file) throws IOException {
        Path complete = complete(file);
        try {
            Files.createLink(file.path(), complete);
        } catch (FileAlreadyExistsException e) {
            throw exists(file.path());
        } finally {
            Files.delete(complete);
        }
    }

    private static Path complete(NewFile file) throws IOException {
        Path directory = directory(file.path());
        Path complete = Files.createTempFile(directory, ".new", null, permissions(directory, file.permissions()));
        try {
            Files.writeString(complete, file.text());
        } catch (IOException e) {
            Files.deleteIfExists(complete);
            throw e;
        }
        return complete;
    }

    private static FileAttribute<?>[] permissions(Path place, String permissions) {
        return place.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }

    private static Path directory(Path file) {
        Path parent = file.toAbsolutePath().getParent();
        return parent == null ? file : parent;
    }

    private static InputException exists(Path path) {
        return new InputException(
                path + " exists, and nothing is ever overwritten",
                "give another name, or move it away: mv " + path + " " + path + ".old");
    }
}
