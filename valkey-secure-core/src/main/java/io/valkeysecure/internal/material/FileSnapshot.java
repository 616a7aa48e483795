package io.valkeysecure.internal.material;

import io.valkeysecure.RefusalReason;
import io.valkeysecure.TlsConfigurationException;
import io.valkeysecure.internal.root.RootTypes;
import io.valkeysecure.internal.text.Printable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Files and sources, read once into memory, so that the bytes that are proved are the bytes that are used. */
public final class FileSnapshot {
    /** More than any bundle of anchors needs; a wrong path, such as a log file, is not read into memory. */
    public static final int LARGEST_FILE_BYTES = 1024 * 1024;

    // the kinds of files in st_mode (POSIX, sys/stat.h)
    private static final int S_IFMT = 0170000;
    private static final int S_IFIFO = 0010000;
    private static final int S_IFCHR = 0020000;
    private static final int S_IFBLK = 0060000;
    private static final int S_IFSOCK = 0140000;

    private final Map<Path, byte[]> contents;
    private final Map<Supply<?>, Object> values;

    private FileSnapshot(Map<Path, byte[]> contents, Map<Supply<?>, Object> values) {
        this.contents = contents;
        this.values = values;
    }

    /** Reads the files and the source of one material. */
    public static FileSnapshot of(Material<?> material) {
        Supply<?> supply = material.supply();
        return read(material.files(), supply == null ? List.of() : List.of(supply));
    }

    public static FileSnapshot read(Collection<Path> files, Collection<Supply<?>> sources) {
        return read(files, sources, MaterialReader.Progress.NONE);
    }

    public static FileSnapshot read(
            Collection<Path> files, Collection<Supply<?>> sources, MaterialReader.Progress progress) {
        Map<Path, byte[]> contents = new LinkedHashMap<>();
        for (Path file : files) {
            progress.reading(file.toString());
            contents.computeIfAbsent(file, FileSnapshot::read);
        }
        Map<Supply<?>, Object> values = new LinkedHashMap<>();
        for (Supply<?> source : sources) {
            progress.reading("material source " + source);
            values.put(source, pull(source));
        }
        return new FileSnapshot(contents, values);
    }

    private static Object pull(Supply<?> source) {
        try {
            return Objects.requireNonNull(source.pull(), "the source returned null");
        } catch (TlsConfigurationException e) {
            throw e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed(source, e);
        } catch (Throwable e) {
            throw failed(source, e);
        }
    }

    private static TlsConfigurationException failed(Supply<?> source, Throwable cause) {
        return RootTypes.configurationRefused(
                RefusalReason.MATERIAL_UNREADABLE,
                "material source " + source + " gave nothing: "
                        + Printable.message(cause instanceof Error ? cause : cause.getMessage()),
                cause);
    }

    /** {@return the value of a source} */
    @SuppressWarnings("unchecked") // the value of each supply has its type
    public <T> T value(Supply<T> source) {
        return (T) Objects.requireNonNull(values.get(source), "the source is not in the snapshot");
    }

    /** {@return the SHA-256 digest of everything that was read, in hexadecimal; another digest means a change} */
    public String digest() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (Map.Entry<Path, byte[]> file : contents.entrySet()) {
                digest.update(file.getKey().toString().getBytes(StandardCharsets.UTF_8));
                digest.update(MessageDigest.getInstance("SHA-256").digest(file.getValue()));
            }
            for (Object value : values.values()) {
                digest.update(digestOf(value));
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException | CertificateEncodingException e) {
            throw new IllegalStateException("every JVM has SHA-256, and a parsed certificate its encoding", e);
        }
    }

    /** Digests each source separately, so that moving a certificate from one source to another is a change. */
    private static byte[] digestOf(Object value) throws NoSuchAlgorithmException, CertificateEncodingException {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        if (value instanceof LoadedIdentity identity) {
            byte[] key = identity.key().getEncoded(); // null for a key in a hardware module
            digest.update(key == null ? new byte[0] : key);
            update(digest, identity.chain());
        } else {
            update(digest, (Collection<?>) value);
        }
        return digest.digest();
    }

    private static void update(MessageDigest digest, Collection<?> certificates) throws CertificateEncodingException {
        for (Object certificate : certificates) {
            digest.update(((X509Certificate) certificate).getEncoded());
        }
    }

    public byte[] bytes(Path file) {
        byte[] bytes = contents.get(file);
        if (bytes == null) {
            throw new IllegalArgumentException(file + " is not in the snapshot");
        }
        return bytes;
    }

    /** {@return the bytes of several files, in order} */
    public Map<Path, byte[]> bytes(Collection<Path> files) {
        Map<Path, byte[]> several = new LinkedHashMap<>();
        files.forEach(file -> several.put(file, bytes(file)));
        return several;
    }

    private static byte[] read(Path file) {
        if (file.toString().isEmpty()) {
            throw unreadable(file, "the path is empty, expected the path of a file; is a variable not set?", null);
        }
        String kind = specialKind(file);
        if (kind != null) {
            throw unreadable(file, "is a " + kind + ", expected a file; name the file itself", null);
        }
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(LARGEST_FILE_BYTES + 1);
        } catch (NoSuchFileException e) {
            throw unreadable(file, "does not exist" + whyMissing(file), e);
        } catch (AccessDeniedException e) {
            throw unreadable(
                    file,
                    "cannot be read by user " + System.getProperty("user.name") + whose(file)
                            + "; let this user read it, for example by its group",
                    e);
        } catch (FileSystemException e) {
            throw unreadable(
                    file,
                    Files.isSymbolicLink(file)
                            ? "is a symbolic link that leads to no file, perhaps to itself; look at it with \"readlink -f\""
                            : "cannot be read: " + e.getClass().getSimpleName(),
                    e);
        } catch (IOException e) {
            throw unreadable(file, "cannot be read: " + e.getClass().getSimpleName(), e);
        }
        if (bytes.length == 0) {
            throw unreadable(file, "is empty; was it written in full?", null);
        }
        if (bytes.length > LARGEST_FILE_BYTES) {
            throw unreadable(file, "is larger than " + LARGEST_FILE_BYTES + " bytes, is it the right file?", null);
        }
        return bytes;
    }

    private static String whyMissing(Path file) {
        if (file.startsWith("~")) {
            return ": only a shell replaces ~; write the path of the home directory";
        } else if (Files.isSymbolicLink(file)) {
            return ": it is a symbolic link to a file that is not there; look at it with \"readlink -f\"";
        }
        return (file.isAbsolute() ? "" : " (working directory " + Path.of("").toAbsolutePath() + ")")
                + "; is the path right, and its volume mounted?";
    }

    /** {@return the kind of a special file, which is not opened because reading may never end; null for others} */
    private static @Nullable String specialKind(Path file) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            if (attributes.isDirectory()) {
                return "directory";
            }
            return attributes.isOther() ? kindByMode(file) : null;
        } catch (IOException e) {
            return null; // opening the file reports the problem
        }
    }

    private static String kindByMode(Path file) throws IOException {
        try {
            int mode = (int) Files.getAttribute(file, "unix:mode");
            return switch (mode & S_IFMT) {
                case S_IFIFO -> "named pipe (FIFO)";
                case S_IFCHR -> "character device";
                case S_IFBLK -> "block device";
                case S_IFSOCK -> "socket";
                default -> "special file";
            };
        } catch (UnsupportedOperationException | IllegalArgumentException e) {
            return "special file";
        }
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

    private static TlsConfigurationException unreadable(Path file, String problem, @Nullable Exception cause) {
        return RootTypes.configurationRefused(RefusalReason.MATERIAL_UNREADABLE, (file + " " + problem).strip(), cause);
    }
}
