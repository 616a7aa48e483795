package io.valkeysecure;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/** Files read once into memory: the bytes that are proved are the bytes that are used. */
final class FileSnapshot {
    /** More than any bundle of anchors needs; keeps a wrong path such as a log file out of memory. */
    static final int LARGEST_FILE_BYTES = 1024 * 1024;

    private final Map<Path, byte[]> contents;

    private FileSnapshot(Map<Path, byte[]> contents) {
        this.contents = contents;
    }

    static FileSnapshot read(Collection<Path> files) {
        Map<Path, byte[]> contents = new LinkedHashMap<>();
        for (Path file : files) {
            contents.computeIfAbsent(file, FileSnapshot::read);
        }
        return new FileSnapshot(contents);
    }

    byte[] bytes(Path file) {
        byte[] bytes = contents.get(file);
        if (bytes == null) {
            throw new IllegalArgumentException(file + " is not in the snapshot");
        }
        return bytes;
    }

    private static byte[] read(Path file) {
        if (Files.isDirectory(file)) {
            throw unreadable(file, "is a directory, expected a file", null);
        }
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(LARGEST_FILE_BYTES + 1);
        } catch (NoSuchFileException e) {
            throw unreadable(
                    file, "does not exist (working directory " + Path.of("").toAbsolutePath() + ")", e);
        } catch (AccessDeniedException e) {
            throw unreadable(
                    file,
                    "cannot be read by user " + System.getProperty("user.name") + whose(file)
                            + "; let this user read it, for example by its group",
                    e);
        } catch (IOException e) {
            throw unreadable(file, "cannot be read: " + e.getClass().getSimpleName(), e);
        }
        if (bytes.length == 0) {
            throw unreadable(file, "is empty", null);
        }
        if (bytes.length > LARGEST_FILE_BYTES) {
            throw unreadable(file, "is larger than " + LARGEST_FILE_BYTES + " bytes, is it the right file?", null);
        }
        return bytes;
    }

    private static String whose(Path file) {
        try {
            PosixFileAttributes attributes = Files.readAttributes(file, PosixFileAttributes.class);
            return " (owner " + attributes.owner().getName() + ", "
                    + PosixFilePermissions.toString(attributes.permissions()) + ")";
        } catch (IOException | UnsupportedOperationException e) {
            return "";
        }
    }

    private static TlsConfigurationException unreadable(
            Path file, String problem, @org.jspecify.annotations.Nullable Exception cause) {
        return new TlsConfigurationException(RefusalReason.MATERIAL_UNREADABLE, file + " " + problem, cause);
    }
}
