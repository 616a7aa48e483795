package io.valkeysecure;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** Files and sources read once into memory: what is proved is what is used. */
final class FileSnapshot {
    /** More than any bundle of anchors needs; keeps a wrong path such as a log file out of memory. */
    static final int LARGEST_FILE_BYTES = 1024 * 1024;

    private final Map<Path, byte[]> contents;
    private final Map<MaterialSource<?>, Object> values;

    private FileSnapshot(Map<Path, byte[]> contents, Map<MaterialSource<?>, Object> values) {
        this.contents = contents;
        this.values = values;
    }

    static FileSnapshot read(Collection<Path> files, Collection<MaterialSource<?>> sources) {
        Map<Path, byte[]> contents = new LinkedHashMap<>();
        for (Path file : files) {
            contents.computeIfAbsent(file, FileSnapshot::read);
        }
        Map<MaterialSource<?>, Object> values = new LinkedHashMap<>();
        for (MaterialSource<?> source : sources) {
            values.put(source, pull(source));
        }
        return new FileSnapshot(contents, values);
    }

    private static Object pull(MaterialSource<?> source) {
        try {
            return Objects.requireNonNull(source.current(), "the source returned null");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed(source, e);
        } catch (Exception e) {
            throw failed(source, e);
        }
    }

    private static TlsConfigurationException failed(MaterialSource<?> source, Exception cause) {
        return new TlsConfigurationException(
                RefusalReason.MATERIAL_UNREADABLE,
                "material source " + source + " gave nothing: " + cause.getMessage(),
                cause);
    }

    Object value(MaterialSource<?> source) {
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
                for (X509Certificate certificate : certificatesOf(value)) {
                    digest.update(certificate.getEncoded());
                }
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException | CertificateEncodingException e) {
            throw new IllegalStateException("every JVM has SHA-256, and a parsed certificate its encoding", e);
        }
    }

    /** A key belongs to its leaf, so that the certificates tell every change. */
    private static Collection<X509Certificate> certificatesOf(Object value) {
        if (value instanceof ClientIdentity identity) {
            return identity.parse(read(identity.files(), identity.sources())).chain();
        }
        return TrustAnchors.certificates(value);
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
