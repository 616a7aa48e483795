package io.valkeysecure.internal.engine;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * The settings of an engine, for one generation.
 *
 * @param keyManager presents the client identity, if there is one
 * @param trustManager verifies the server's chain; an engine must call it in each full handshake
 * @param protocols the versions that may be negotiated, by their JSSE names
 * @param cipherSuites the suites that may be negotiated, by their IANA names, in order of preference
 * @param hybridRequired whether only hybrid groups may be offered
 * @param stapled whether an OCSP response has to be asked for in the handshake
 * @param sessionTimeout how long a session may be resumed
 */
public record EngineSettings(
        X509ExtendedKeyManager keyManager,
        X509ExtendedTrustManager trustManager,
        List<String> protocols,
        List<String> cipherSuites,
        boolean hybridRequired,
        boolean stapled,
        Duration sessionTimeout) {

    /**
     * Finds the suites and versions that an engine lacks.
     *
     * @param suites the suites of the engine
     * @param versions the versions of the engine
     * @return the suites and versions that are configured and missing
     */
    public List<String> missing(Collection<String> suites, Collection<String> versions) {
        return Stream.concat(
                        cipherSuites.stream().filter(suite -> !suites.contains(suite)),
                        protocols.stream().filter(protocol -> !versions.contains(protocol)))
                .toList();
    }
}
