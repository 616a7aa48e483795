package io.valkeysecure.internal.engine;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * What an engine is made of, for one generation.
 *
 * @param keyManager presents the client identity, if there is one
 * @param trustManager decides about the server's chain; an engine that does not ask it for each full handshake is no engine
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
     * Finds what an engine lacks.
     *
     * @param suites those that it has
     * @param versions those that it has
     * @return the suites and versions that are asked for and are not there; empty if it has all
     */
    public List<String> missing(Collection<String> suites, Collection<String> versions) {
        return Stream.concat(
                        cipherSuites.stream().filter(suite -> !suites.contains(suite)),
                        protocols.stream().filter(protocol -> !versions.contains(protocol)))
                .toList();
    }
}
