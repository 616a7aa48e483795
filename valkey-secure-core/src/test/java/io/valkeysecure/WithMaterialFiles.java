package io.valkeysecure;

import io.valkeysecure.testkit.certificate.PemFiles;
import io.valkeysecure.testkit.certificate.TestCertificate;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Gives each test the files of a sound identity, and the name of a file that does not exist yet. */
abstract class WithMaterialFiles {
    @TempDir
    Path directory = Path.of("");

    Path file = Path.of("");
    PemFiles identity = new PemFiles(file, file);

    private final TestCertificate leaf;

    WithMaterialFiles(TestCertificate leaf) {
        this.leaf = leaf;
    }

    @BeforeEach
    void writeFiles() {
        file = directory.resolve("file");
        identity = leaf.writePem(directory, "tls");
    }
}
