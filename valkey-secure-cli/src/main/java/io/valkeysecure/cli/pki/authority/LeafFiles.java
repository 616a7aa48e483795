package io.valkeysecure.cli.pki.authority;

import java.nio.file.Path;

/**
 * The names of the files of a leaf.
 *
 * @param prefix what they begin with, such as {@code tls/server}
 */
public record LeafFiles(Path prefix) {

    /** {@return the leaf, then its intermediate if there is one} */
    public Path certificate() {
        return with(".crt");
    }

    /** {@return its key} */
    public Path key() {
        return with(".key");
    }

    /** {@return what a CA that is not ours is asked for} */
    public Path request() {
        return with(".csr");
    }

    private Path with(String suffix) {
        return prefix.resolveSibling(prefix.getFileName() + suffix);
    }
}
