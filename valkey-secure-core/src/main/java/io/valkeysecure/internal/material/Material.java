package io.valkeysecure.internal.material;

import io.valkeysecure.TlsConfigurationException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Material that is parsed for each generation, from files, a source or memory.
 *
 * @param <T> the parsed type
 */
public interface Material<T> {

    /** {@return the files to read; none for a source or memory} */
    default List<Path> files() {
        return List.of();
    }

    /** {@return the source to pull from; null for files or memory} */
    default @Nullable Supply<T> supply() {
        return null;
    }

    /**
     * Parses the bytes of {@link #files()}, or returns the value of {@link #supply()}.
     *
     * @throws TlsConfigurationException if the material is malformed
     */
    T parse(FileSnapshot snapshot);

    /** {@return the source, for people} */
    String describe();
}
