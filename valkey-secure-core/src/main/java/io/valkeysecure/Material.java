package io.valkeysecure;

import java.nio.file.Path;
import java.util.List;

/**
 * Something that is parsed from files, or given ready made, each time a generation is made.
 *
 * @param <T> what it is parsed to
 */
interface Material<T> {

    /** The files that it is read from; empty if it is given ready made. */
    List<Path> files();

    /**
     * Parses the bytes of {@link #files()}.
     *
     * @throws TlsConfigurationException if they are not what they should be
     */
    T parse(FileSnapshot snapshot);

    /** Where it comes from, for people. */
    String describe();
}
