package io.valkeysecure.internal.revocation;

import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/** A way to prove that nothing of a path is revoked, before it has read anything: makes the check of each generation. */
public interface RevocationMethod {

    /**
     * The files and directories as the user named them.
     *
     * @return none for a method that reads no files
     */
    default List<Path> named() {
        return List.of();
    }

    /**
     * The files to read now, with directories listed; in order, each once.
     *
     * @return none for a method that reads no files
     */
    default List<Path> files() {
        return List.of();
    }

    /**
     * Tells whether the server has to staple a response.
     *
     * @return true if the handshake asks for one
     */
    default boolean isStapled() {
        return false;
    }

    /**
     * Tells whether a check may be kept when the material changes and the anchors do not.
     *
     * @return true if the check depends on nothing that was read
     */
    default boolean keepsAnswers() {
        return false;
    }

    /**
     * Describes the method for people.
     *
     * @return what is checked and how
     */
    String describe();

    /**
     * Makes the check of one generation.
     *
     * @param contents the bytes of the {@link #files}
     * @param anchors the trust anchors of the generation
     * @param minimumRsaKeyBits the policy's floor
     * @param now the time
     * @return the check
     * @throws io.valkeysecure.TlsConfigurationException if a CRL is malformed or forged, or not one can be used
     */
    RevocationCheck prepare(
            Map<Path, byte[]> contents, List<X509Certificate> anchors, int minimumRsaKeyBits, Instant now);

    /**
     * A method that reads no files.
     *
     * @param describe what is checked and how, for people
     * @param isStapled whether the server has to staple a response
     * @param keepsAnswers whether the check outlives a change of material that leaves the anchors as they are
     * @param check makes the check for a policy's floor of RSA key bits
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
