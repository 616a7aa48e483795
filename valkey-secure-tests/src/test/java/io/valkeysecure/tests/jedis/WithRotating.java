package io.valkeysecure.tests.jedis;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Gives each test a {@link Rotating} in a directory of its own, and closes it. */
abstract class WithRotating {
    @TempDir
    Path directory = Path.of("");

    Rotating rotating;

    @BeforeEach
    void openRotating() {
        rotating = new Rotating(directory);
    }

    @AfterEach
    void closeRotating() {
        rotating.close();
    }
}
