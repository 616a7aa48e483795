package io.valkeysecure.internal.material;

import io.valkeysecure.ClientIdentity;
import io.valkeysecure.MaterialSource;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.TlsConfigurationException;
import io.valkeysecure.internal.text.Printable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
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
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Files and sources read once into memory: what is proved is what is used. */
public final class FileSnapshot {
    /** More than any bundle of anchors needs; keeps a wrong path such as a log file out of memory. */
    static final int LARGEST_FILE_BYTES = 1024 * 1024;

    // the kinds of files in st_mode (POSIX, sys/stat.h)
    private static final int S_IFMT = 0170000;
    private static final int S_IFIFO = 0010000;
    private static final int S_IFCHR = 0020000;
    private static final int S_IFBLK = 0060000;
    private static final int S_IFSOCK = 0140000;

    private final Map<Path, byte[]> contents;
    private final Map<MaterialSource<?>, Object> values;

    private FileSnapshot(Map<Path, byte[]> contents, Map<MaterialSource<?>, Object> values) {
        this.contents = contents;
        this.values = values;
    }

    static FileSnapshot read(Collection<Path> files, Collection<MaterialSource<?>> sources) {
        return read(files, sources, MaterialReader.Progress.NONE);
    }

    static FileSnapshot read(
            Collection<Path> files, Collection<MaterialSource<?>> sources, MaterialReader.Progress progress) {
        Map<Path, byte[]> contents = new LinkedHashMap<>();
        for (Path file : files) {
            progress.reading(file.toString());
            contents.computeIfAbsent(file, FileSnapshot::read);
        }
        Map<MaterialSource<?>, Object> values = new LinkedHashMap<>();
        for (MaterialSource<?> source : sources) {
            progress.reading("material source " + source);
            values.put(source, pull(source));
        }
        return new FileSnapshot(contents, values);
    }

    /** A source is code of somebody else: whatever it throws is its failure, and what it gives is copied at once. */
    private static Object pull(MaterialSource<?> source) {
        try {
            Object given = Objects.requireNonNull(source.current(), "the source returned null");
            return given instanceof ClientIdentity identity
                    ? identity.parse(read(identity.files(), identity.sources()))
                    : certificates(given);
        } catch (TlsConfigurationException e) {
            throw e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed(source, e);
        } catch (Throwable e) {
            throw failed(source, e);
        }
    }

    /** What a source of anchors gave; it may break the promise of its type. */
    private static List<X509Certificate> certificates(Object given) {
        List<X509Certificate> certificates = new ArrayList<>();
        for (Object each : (Collection<?>) given) {
            certificates.add((X509Certificate) Objects.requireNonNull(each, "the source returned null among others"));
        }
        return certificates;
    }

    private static TlsConfigurationException failed(MaterialSource<?> source, Throwable cause) {
        return new TlsConfigurationException(
                RefusalReason.MATERIAL_UNREADABLE,
                "material source " + source + " gave nothing: "
                        + Printable.message(cause instanceof Error ? cause : cause.getMessage()),
                cause);
    }

    /** The certificates that a source of anchors gave. */
    @SuppressWarnings("unchecked") // pull() makes nothing else of what such a source gives
    List<X509Certificate> anchors(MaterialSource<?> source) {
        return (List<X509Certificate>) value(source);
    }

    /** The identity that a source gave. */
    ClientIdentity.Loaded identity(MaterialSource<?> source) {
        return (ClientIdentity.Loaded) value(source);
    }

    private Object value(MaterialSource<?> source) {
        return Objects.requireNonNull(values.get(source), "the source is not in the snapshot");
    }

    /** The SHA-256 digest of all that was read, in hexadecimal: what has another one is a change. */
    String digest() {
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

    /** A digest of its own for each, so that a certificate that moves from one source to the other is a change. */
    private static byte[] digestOf(Object value) throws NoSuchAlgorithmException, CertificateEncodingException {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        if (value instanceof ClientIdentity.Loaded identity) {
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

    byte[] bytes(Path file) {
        byte[] bytes = contents.get(file);
        if (bytes == null) {
            throw new IllegalArgumentException(file + " is not in the snapshot");
        }
        return bytes;
    }

    /** The bytes of several files, in their order. */
    Map<Path, byte[]> bytes(Collection<Path> files) {
        Map<Path, byte[]> several = new LinkedHashMap<>();
        files.forEach(file -> several.put(file, bytes(file)));
        return several;
    }

    private static byte[] read(Path file) {
        String kind = specialKind(file);
        if (kind != null) {
            throw unreadable(file, "is a " + kind + ", expected a file", null);
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
            throw unreadable(file, "is empty; was it written in full?", null);
        }
        if (bytes.length > LARGEST_FILE_BYTES) {
            throw unreadable(file, "is larger than " + LARGEST_FILE_BYTES + " bytes, is it the right file?", null);
        }
        return bytes;
    }

    /** To read one of these may never end, so it is not even opened; null for a file, and for one that is missing. */
    private static @Nullable String specialKind(Path file) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            if (attributes.isDirectory()) {
                return "directory";
            }
            return attributes.isOther() ? kindByMode(file) : null;
        } catch (IOException e) {
            return null; // to open it says why
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
        return new TlsConfigurationException(RefusalReason.MATERIAL_UNREADABLE, file + " " + problem, cause);
    }
}
