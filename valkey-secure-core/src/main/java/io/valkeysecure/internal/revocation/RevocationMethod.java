package io.valkeysecure.internal.revocation;

import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/** A configured way to check revocation. Creates the check of each generation from the files that were read. */
public interface RevocationMethod {

    /** {@return the files and directories as the user named them; none for a method that reads no files} */
    default List<Path> named() {
        return List.of();
    }

    /** {@return the files to read now, each once, with directories listed; none for a method that reads no files} */
    default List<Path> files() {
        return List.of();
    }

    /** {@return whether the handshake asks the server to staple a response} */
    default boolean isStapled() {
        return false;
    }

    /** {@return whether the check outlives a change of material that leaves the anchors as they are} */
    default boolean keepsAnswers() {
        return false;
    }

    /** {@return the method and its settings, for people} */
    String describe();

    /**
     * Creates the check of one generation.
     *
     * @param contents the bytes of the {@link #files}
     * @param anchors the trust anchors of the generation
     * @param minimumRsaKeyBits the policy's minimum
     * @param now the time
     * @return the check
     * @throws io.valkeysecure.TlsConfigurationException if a CRL is malformed or forged, or no CRL can be used
     */
    RevocationCheck prepare(
            Map<Path, byte[]> contents, List<X509Certificate> anchors, int minimumRsaKeyBits, Instant now);

    /**
     * A method that reads no files.
     *
     * @param describe the method and its settings, for people
     * @param isStapled whether the server has to staple a response
     * @param keepsAnswers whether the check outlives a change of material that leaves the anchors as they are
     * @param check creates the check for a policy's minimum of RSA key bits
     */
    record OfResponses(String describe, boolean isStapled, boolean keepsAnswers, IntFunction<RevocationCheck> check)
            implements RevocationMethod {
        @Override
        public RevocationCheck prepare(
                Map<Path, byte[]> contents, List<X509Certificate> anchors, int minimumRsaKeyBits, Instant now) {
            return check.apply(minimumRsaKeyBits);
        }
    }
}
