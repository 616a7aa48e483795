package io.valkeysecure.internal.material;

import io.valkeysecure.TlsConfigurationException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Something that is parsed from files, or given ready made, each time a generation is made.
 *
 * @param <T> what it is parsed to
 */
public interface Material<T> {

    /** The files that it is read from; empty if it is given ready made or by a source. */
    List<Path> files();

    /** What it is pulled from; null if it is read from files or given ready made. */
    default @Nullable Supply<T> supply() {
        return null;
    }

    /**
     * Parses the bytes of {@link #files()}, or takes what {@link #supply()} gave.
     *
     * @throws TlsConfigurationException if they are not what they should be
     */
    T parse(FileSnapshot snapshot);

    /** Where it comes from, for people. */
    String describe();
}
