package io.valkeysecure.internal.generation;

import io.valkeysecure.Endpoint;
import io.valkeysecure.PeerRejectedException;
import io.valkeysecure.TlsConfigurationException;
import io.valkeysecure.TlsPolicy;
import io.valkeysecure.TlsVersion;
import io.valkeysecure.ValidatedPath;
import io.valkeysecure.internal.engine.EngineContext;
import io.valkeysecure.internal.engine.EngineProvider.Use;
import io.valkeysecure.internal.engine.EngineSettings;
import io.valkeysecure.internal.engine.EngineUnavailableException;
import io.valkeysecure.internal.material.FileSnapshot;
import io.valkeysecure.internal.material.LoadedIdentity;
import io.valkeysecure.internal.text.Printable;
import io.valkeysecure.observe.TlsStatus;
import java.io.IOException;
import java.net.Socket;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * Trust anchors, identity and policy with the TLS engines made of them: read once, proved, and never changed. Sessions
 * are cached in the engines, so that none is resumed across a change of trust or identity.
 */
public final class Generation {
    /** How long a session may be resumed; the default of Valkey's own session cache, too. */
    private static final Duration SESSION_TIMEOUT = Duration.ofMinutes(5);

    /** How long no session is resumed with a server that failed a resumed handshake. */
    private static final Duration FULL_HANDSHAKES_TIME = Duration.ofHours(1);

    /** More than the nodes of most clusters. */
    private static final int MOST_FULL_HANDSHAKES_ONLY = 1000;

    private final long number;
    private final TlsConfiguration configuration;
    private final @Nullable LoadedIdentity identity;
    private final ServerVerifier verifier;
    private final EngineSettings settings;
    private final Engines engines;
    private final Instant since;
    private final String digest;
    private final PresentedCertificates presented = new PresentedCertificates();
    private final HandshakeProgress.Register register = new HandshakeProgress.Register();

    /**
     * Until when no session is resumed with a server, because a resumed session explains how a handshake with it
     * failed.
     */
    private final Map<Endpoint, Instant> fullHandshakesUntil = new ConcurrentHashMap<>();

    private Generation(
            long number,
            TlsConfiguration configuration,
            @Nullable LoadedIdentity identity,
            ServerVerifier verifier,
            String digest) {
        this.number = number;
        this.configuration = configuration;
        this.identity = identity;
        this.verifier = verifier;
        this.since = configuration.clock().instant();
        this.digest = digest;
        settings = new EngineSettings(
                new GenerationKeyManager(identity, register),
                new GenerationTrustManager(presented, register),
                versions().stream().map(TlsVersion::protocol).toList(),
                policy().cipherSuites(),
                policy().hybridKeyExchangeRequired(),
                configuration.trust().revocation().isStapled(),
                SESSION_TIMEOUT);
        engines = Engines.open(
                configuration.engine(),
                settings,
                configuration.identity() == null
                        ? null
                        : configuration.identity().describe());
    }

    /**
     * Creates a generation from material that was read.
     *
     * @param before the generation that it replaces; null for the first
     * @throws TlsConfigurationException if something cannot be proved; nothing is left open
     */
    public static Generation prove(
            @Nullable Generation before, TlsConfiguration configuration, TrustConfiguration.Reading reading) {
        FileSnapshot snapshot = reading.snapshot();
        ServerVerifier verifier =
                ServerVerifier.of(configuration.trust(), reading, before == null ? null : before.verifier);
        LoadedIdentity loaded = null;
        if (configuration.identity() != null) {
            loaded = configuration.identity().parse(snapshot);
            IdentityProof.prove(
                    configuration.identity().describe(),
                    loaded,
                    configuration.clock().instant());
        }
        long number = before == null ? 1 : before.number + 1;
        return new Generation(number, configuration, loaded, verifier, snapshot.digest());
    }

    public long number() {
        return number;
    }

    public TlsPolicy policy() {
        return configuration.policy();
    }

    /** {@return the versions that are offered: only TLS 1.3 if a hybrid group is required, as TLS 1.2 has none} */
    public List<TlsVersion> versions() {
        return isHybridRequired() ? List.of(TlsVersion.TLS_1_3) : policy().versions();
    }

    public boolean isHybridRequired() {
        return policy().hybridKeyExchangeRequired();
    }

    public PresentedCertificates presented() {
        return presented;
    }

    public HandshakeProgress.Register register() {
        return register;
    }

    /** {@return the start of the message about a server that chose an older version} */
    public String expectedVersion() {
        return "expected " + versions().get(0).protocol() + " or newer";
    }

    public boolean hasIdentity() {
        return identity != null;
    }

    /** Verifies a presented chain for the host that was dialled. */
    public ValidatedPath verify(List<X509Certificate> chain, Endpoint dialled, List<byte[]> staples)
            throws PeerRejectedException {
        return verifier.verify(chain, configuration.names().expected(dialled), staples);
    }

    /** Verifies as {@link #verify}, but asks no responder: a status that only a responder knows is accepted. */
    public ValidatedPath verifyOffline(List<X509Certificate> chain, Endpoint dialled, List<byte[]> staples)
            throws PeerRejectedException {
        return verifier.verifyOffline(chain, configuration.names().expected(dialled), staples);
    }

    /** {@return whether {@link #verify} may wait for an OCSP responder} */
    public boolean asksResponders() {
        return verifier.asksResponders();
    }

    /** {@return the first certificate of the identity that has expired; null if none has} */
    @Nullable
    public X509Certificate expiredIdentity(Instant now) {
        if (identity == null) {
            return null;
        }
        for (X509Certificate certificate : identity.chain()) {
            if (now.isAfter(certificate.getNotAfter().toInstant())) {
                return certificate;
            }
        }
        return null;
    }

    public @Nullable LoadedIdentity identity() {
        return identity;
    }

    /** {@return whether the private key never leaves a device or module} */
    public boolean isKeyInDevice() {
        return identity != null && identity.key().getEncoded() == null;
    }

    /** {@return whether the private key can still be used, see {@link IdentityProof#stillSigns}} */
    boolean keyStillSigns() {
        return identity == null || !isKeyInDevice() || IdentityProof.stillSigns(identity);
    }

    /** {@return whether both generations present the same certificates} */
    public boolean hasSameIdentityAs(Generation other) {
        return chain().equals(other.chain());
    }

    private List<X509Certificate> chain() {
        return identity == null ? List.of() : identity.chain();
    }

    public List<X509Certificate> anchors() {
        return verifier.anchors();
    }

    public List<TlsStatus.UnusableAnchor> unusableAnchors() {
        return verifier.unusableAnchors();
    }

    public Optional<Instant> crlsFreshUntil() {
        return verifier.crlsFreshUntil();
    }

    public Instant since() {
        return since;
    }

    public String digest() {
        return digest;
    }

    public Instant now() {
        return configuration.clock().instant();
    }

    /** Creates the parameters of a connection from scratch, so that no default of the JVM is left in them. */
    SSLParameters parameters(Endpoint endpoint) {
        SSLParameters parameters = new SSLParameters(
                settings.cipherSuites().toArray(String[]::new),
                settings.protocols().toArray(String[]::new));
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        parameters.setServerNames(Sni.of(configuration.names().indicated(endpoint)));
        parameters.setUseCipherSuitesOrder(true);
        return parameters;
    }

    public SSLEngine engine(Endpoint endpoint, int others) throws EngineUnavailableException {
        return context(Use.EVENT_LOOP, endpoint, others).engine(endpoint.host(), endpoint.port(), parameters(endpoint));
    }

    public SSLSocket socket(Socket connected, Endpoint endpoint, int others)
            throws IOException, EngineUnavailableException {
        return context(Use.SOCKET, endpoint, others)
                .socket(connected, endpoint.host(), endpoint.port(), parameters(endpoint));
    }

    private EngineContext context(Use use, Endpoint endpoint, int others) throws EngineUnavailableException {
        EngineContext context = engines.of(use);
        if (isFullHandshakeDue(endpoint)) {
            return context.withoutSessions();
        }
        context.expectConcurrent(others);
        return context;
    }

    public Engines engines() {
        return engines;
    }

    /**
     * Resumes no session with a server for an hour. An alert that arrives before the keys are agreed can be forged; a
     * forged one has no other effect than this.
     */
    public void disableResumption(Endpoint endpoint) {
        if (fullHandshakesUntil.size() < MOST_FULL_HANDSHAKES_ONLY) {
            fullHandshakesUntil.put(endpoint, now().plus(FULL_HANDSHAKES_TIME));
        }
    }

    private boolean isFullHandshakeDue(Endpoint endpoint) {
        Instant until = fullHandshakesUntil.get(endpoint);
        if (until == null) {
            return false;
        }
        if (now().isBefore(until)) {
            return true;
        }
        fullHandshakesUntil.remove(endpoint, until);
        return false;
    }

    public String describe() {
        Instant now = now();
        StringBuilder text = new StringBuilder();
        text.append("policy ").append(policy());
        text.append("\nengine ").append(engines);
        text.append("\ntrust anchors ").append(configuration.trust().anchors().describe());
        for (X509Certificate anchor : verifier.anchors()) {
            text.append("\n  ").append(summary(anchor, now));
        }
        for (TlsStatus.UnusableAnchor anchor : verifier.unusableAnchors()) {
            text.append("\n  left out: ").append(anchor.message());
        }
        text.append("\nclient identity ")
                .append(
                        configuration.identity() == null
                                ? "none"
                                : configuration.identity().describe());
        if (identity != null) {
            text.append("\n  ").append(summary(identity.leaf(), now));
        }
        text.append("\nserver identity ").append(configuration.names().describe());
        text.append("\npins ")
                .append(
                        configuration.trust().pins().isEmpty()
                                ? "none"
                                : configuration.trust().pins());
        text.append("\nrevocation ").append(configuration.trust().revocation().describe());
        text.append("\nrotation ").append(configuration.rotation());
        text.append("\ngeneration ").append(number).append(" since ").append(since);
        return text.toString();
    }

    private static String summary(X509Certificate certificate, Instant now) {
        Instant notBefore = certificate.getNotBefore().toInstant();
        Instant notAfter = certificate.getNotAfter().toInstant();
        return Printable.value(certificate.getSubjectX500Principal())
                + (now.isBefore(notBefore) ? ", not before " + notBefore : "") + ", not after " + notAfter + " ("
                + Duration.between(now, notAfter).toDays() + " days)";
    }
}
