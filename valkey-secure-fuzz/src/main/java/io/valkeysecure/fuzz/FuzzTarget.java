package io.valkeysecure.fuzz;

import java.util.List;

/** Code under test that takes bytes. Used by one thread; an instance serves many inputs. */
public interface FuzzTarget {

    /**
     * Returns the name, which is also the name of the directory of its regressions.
     *
     * @return lower case, words joined by hyphens
     */
    String name();

    /**
     * Returns inputs to begin with, such as a good certificate.
     *
     * @return at least one
     * @throws Exception if one cannot be made
     */
    List<byte[]> seeds() throws Exception;

    /**
     * Runs one input. Exceptions that are documented are caught here and shown to {@link Properties}; whatever is
     * thrown is a finding.
     *
     * @param input any bytes
     * @throws Exception if a property does not hold
     */
    void run(byte[] input) throws Exception;
}
