package io.valkeysecure.cli.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** Who may read a key. */
final class KeyFile {
    private static final Set<PosixFilePermission> OWNERS =
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    private KeyFile() {}

    /**
     * Looks at its permissions.
     *
     * @return what is wrong with them
     * @throws IOException if they cannot be read, or the file system has none of this kind
     */
    static Optional<String> readable(Path file) throws IOException {
        try {
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
            return OWNERS.containsAll(permissions)
                    ? Optional.empty()
                    : Optional.of(file + " is " + PosixFilePermissions.toString(permissions) + ", expected rw-------");
        } catch (UnsupportedOperationException e) {
            throw new IOException(file + " is on a file system without permissions of this kind", e);
        }
    }
}
