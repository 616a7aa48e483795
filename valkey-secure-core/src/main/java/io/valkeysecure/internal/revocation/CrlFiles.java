package io.valkeysecure.internal.revocation;

import io.valkeysecure.RefusalReason;
import io.valkeysecure.internal.root.RootTypes;
import io.valkeysecure.internal.x509.MalformedException;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The CRL files of a configuration. Another program keeps them up to date.
 *
 * @param named files, and directories whose CRL files are read
 * @param tolerance how long past its nextUpdate a CRL still counts
 */
public record CrlFiles(List<Path> named, Duration tolerance) implements RevocationMethod {
    private static final String CRL_FILES = "*.{crl,pem,der}";

    @Override
    public String describe() {
        return "CRLs " + named + ", hard fail, tolerance " + tolerance;
    }

    @Override
    public List<Path> files() {
        Set<Path> files = new LinkedHashSet<>();
        for (Path each : named) {
            if (Files.isDirectory(each)) {
                files.addAll(list(each));
            } else {
                files.add(each);
            }
        }
        return List.copyOf(files);
    }

    private static List<Path> list(Path directory) {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, CRL_FILES)) {
            for (Path entry : entries) {
                if (!Files.isDirectory(entry)) {
                    files.add(entry);
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            throw RootTypes.configurationRefused(
                    RefusalReason.MATERIAL_UNREADABLE, "CRLs: the directory " + directory + " cannot be listed", e);
        }
        if (files.isEmpty()) {
            throw RootTypes.configurationRefused(
                    RefusalReason.MATERIAL_UNREADABLE,
                    "CRLs: no file in the directory " + directory + " ends in .crl, .pem or .der");
        }
        Collections.sort(files);
        return files;
    }

    @Override
    public RevocationCheck prepare(
            Map<Path, byte[]> contents, List<X509Certificate> anchors, int minimumRsaKeyBits, Instant now) {
        CrlCheck check;
        try {
            check = CrlCheck.parse(contents, tolerance);
        } catch (MalformedException e) {
            throw RootTypes.configurationRefused(RefusalReason.MATERIAL_UNREADABLE, "CRLs: " + e.problem());
        }
        String problem = check.problem(anchors, now);
        if (problem != null) {
            throw RootTypes.configurationRefused(RefusalReason.REVOCATION_UNKNOWN, "CRLs: " + problem);
        }
        return check;
    }
}
