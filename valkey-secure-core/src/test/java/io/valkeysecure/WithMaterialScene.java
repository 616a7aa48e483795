package io.valkeysecure;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Gives each test a {@link MaterialScene} in a directory of its own, and closes it. */
abstract class WithMaterialScene {
    @TempDir
    Path directory = Path.of("");

    MaterialScene scene;

    @BeforeEach
    void openScene() {
        scene = new MaterialScene(directory);
    }

    @AfterEach
    void closeScene() {
        scene.close();
    }
}
