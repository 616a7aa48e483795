package io.valkeysecure.spring;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What Spring Boot has no property for. An unknown property is an error, because a misspelled policy would not be in
 * force.
 *
 * @param trust PEM files with the CA certificates that a server's certificate may be issued by. Used when
 *     spring.data.redis.ssl.bundle names no SSL bundle.
 * @param identity Client certificate for mTLS. Used when spring.data.redis.ssl.bundle names no SSL bundle.
 * @param policy Floors of TLS: versions, cipher suites, keys.
 * @param serverIdentity What the server's certificate has to name. By default the host that is dialled.
 * @param serverNames Servers whose name is not the one that is dialled: behind a tunnel, a port forwarding or a proxy.
 * @param pins SPKI pins such as sha256/47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=, at least two, one of which has to
 *     match.
 * @param revocation How it is proved that no certificate of the server is revoked.
 * @param rotation How certificates are watched and connections of an old client certificate are replaced.
 * @param engine Implementation of TLS.
 * @param reportUnguarded Ports of Valkey servers, such as 6379. If any is given, connections of this process to them,
 *     or
 *     to a server with a verified connection, are reported if they are not verified. Nothing is blocked.
 * @param verifyOnStartup Whether to connect and send a PING by every connection factory at start, and to fail the start
 *     if that fails.
 */
@ConfigurationProperties(prefix = "valkey.secure", ignoreUnknownFields = false)
record ValkeySecureProperties(
        @DefaultValue List<String> trust,
        @DefaultValue Identity identity,
        @DefaultValue Policy policy,
        @DefaultValue ServerName serverIdentity,
        @DefaultValue List<DialledServer> serverNames,
        @DefaultValue List<String> pins,
        @DefaultValue RevocationCheck revocation,
        @DefaultValue Watch rotation,
        @DefaultValue("auto") TlsEngine engine,
        @DefaultValue List<Integer> reportUnguarded,
        @DefaultValue("false") boolean verifyOnStartup) {

    /**
     * A client certificate in PEM files.
     *
     * @param certificate PEM file with the client certificate, then its intermediates.
     * @param privateKey PEM file with the private key. By default the file of the certificate.
     * @param privateKeyPassword Password of an encrypted private key.
     */
    record Identity(
            @Nullable String certificate,
            @Nullable String privateKey,
            @Nullable String privateKeyPassword) {

        boolean isSet() {
            return certificate != null || privateKey != null || privateKeyPassword != null;
        }

        /** Hides the password. */
        @Override
        public String toString() {
            return "Identity[certificate=" + certificate + ", privateKey=" + privateKey + "]";
        }
    }

    /**
     * Floors of TLS. They can only be raised.
     *
     * @param preset Preset to start from.
     * @param minimumVersion Lowest TLS version, TLSv1.2 or TLSv1.3. By default that of the preset.
     * @param cipherSuites Cipher suites to allow, of those that the preset allows. By default all of those.
     * @param handshakeTimeout Longest time of a handshake. By default 10 seconds.
     * @param minimumRsaKeyBits Smallest RSA key of a server's path, in bits. By default that of the preset.
     * @param requireServerAuth Whether the server's certificate must carry the extended key usage serverAuth.
     * @param requireProfile Whether certificates must keep the profile of RFC 5280 in every detail.
     * @param requireEveryAnchor Whether a trust anchor that cannot be used is an error instead of being left out.
     * @param requireHybridKeyExchange Whether a post-quantum hybrid key exchange is required.
     */
    record Policy(
            @DefaultValue("modern") Preset preset,
            @Nullable String minimumVersion,
            @DefaultValue List<String> cipherSuites,
            @Nullable Duration handshakeTimeout,
            @Nullable Integer minimumRsaKeyBits,
            @DefaultValue("false") boolean requireServerAuth,
            @DefaultValue("false") boolean requireProfile,
            @DefaultValue("false") boolean requireEveryAnchor,
            @DefaultValue("false") boolean requireHybridKeyExchange) {}

    /** The presets of TlsPolicy. */
    enum Preset {
        /** TLS 1.2 and 1.3. */
        MODERN,
        /** TLS 1.3 only, for those who run both ends. */
        STRICT
    }

    /**
     * What the server's certificate has to name. At most one of the three may be set.
     *
     * @param hosts DNS names or addresses, one of which the certificate has to hold.
     * @param spiffeId SPIFFE ID that the certificate has to hold.
     * @param spiffeTrustDomain SPIFFE trust domain that the certificate has to belong to.
     */
    record ServerName(
            @DefaultValue List<String> hosts,
            @Nullable String spiffeId,
            @Nullable String spiffeTrustDomain) {}

    /**
     * A server whose name is not the one that is dialled.
     *
     * @param host Host that is dialled.
     * @param port Port that is dialled. By default every port of the host.
     * @param name Name that the server's certificate has to hold, and that is sent as SNI.
     */
    record DialledServer(
            @Nullable String host,
            @Nullable Integer port,
            @Nullable String name) {}

    /**
     * How it is proved that no certificate is revoked.
     *
     * @param method Source of the proof.
     * @param crls Files or directories with certificate revocation lists, for the method crls.
     * @param responder URL of the OCSP responder, for the method ocsp. By default the one that the certificate names.
     * @param tolerance How long past its end a proof still counts. By default that of the method.
     */
    record RevocationCheck(
            @DefaultValue("not-checked") Method method,
            @DefaultValue List<String> crls,
            @Nullable URI responder,
            @Nullable Duration tolerance) {}

    /** The methods of Revocation. */
    enum Method {
        /** A revoked certificate is accepted until it expires. */
        NOT_CHECKED,
        /** Certificate revocation lists in files. */
        CRLS,
        /** Asks an OCSP responder. */
        OCSP,
        /** The server sends the OCSP response in the handshake. */
        STAPLED
    }

    /**
     * How certificates are watched and connections are drained.
     *
     * @param checkInterval How often files and bundles are read. By default 10 seconds.
     * @param readTimeout Longest time of one reading. By default 30 seconds.
     * @param drainWindow Over what time connections of an old client certificate are replaced. By default one minute.
     * @param reconnectsPerSecond How many connections are replaced in a second at most. By default 50.
     * @param refuseChangedIdentity Whether a new client certificate with another subject is refused.
     * @param expiryWarnings How long before its end a certificate is warned of. By default 30, 7 and 1 days, and 1
     *     hour.
     */
    record Watch(
            @Nullable Duration checkInterval,
            @Nullable Duration readTimeout,
            @Nullable Duration drainWindow,
            @Nullable Integer reconnectsPerSecond,
            @DefaultValue("false") boolean refuseChangedIdentity,
            @DefaultValue List<Duration> expiryWarnings) {}

    /** The choices of Engine. */
    enum TlsEngine {
        /** A native engine if there is one, else the JDK's. */
        AUTO,
        /** The JDK's engine. */
        JDK,
        /** BoringSSL. */
        BORINGSSL
    }
}
