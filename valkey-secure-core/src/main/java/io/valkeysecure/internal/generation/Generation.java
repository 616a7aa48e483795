package io.valkeysecure.internal.generation;

import io.valkeysecure.Endpoint;
import io.valkeysecure.PeerRejectedException;
import io.valkeysecure.RefusalReason;
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
import io.valkeysecure.internal.root.RootTypes;
import io.valkeysecure.internal.text.Printable;
import io.valkeysecure.internal.x509.ReferenceIdentifier;
import io.valkeysecure.observe.TlsStatus;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * Anchors, identity, policy and the TLS context made of them: read once, proved, and never changed. Sessions are cached
 * in the context, so none is resumed across a change of trust or identity.
 */
public final class Generation {
    /** The longest that a session may be resumed; also what Valkey's own cache keeps by default. */
    private static final Duration SESSION_TIMEOUT = Duration.ofMinutes(5);

    /** How long a server that failed a resumed handshake is not asked to resume again. */
    private static final Duration FULL_HANDSHAKES_TIME = Duration.ofHours(1);

    /** More than the nodes of most clusters. */
    private static final int MOST_FULL_HANDSHAKES_ONLY = 1000;

    private final long number;
    private final TlsConfiguration configuration;
    private final @Nullable LoadedIdentity identity;
    private final ServerVerifier verifier;
    private final Engines engines;
    private final Instant since;
    private final String digest;
    private final PresentedCertificates presented = new PresentedCertificates();
    private final HandshakeProgress.Register register = new HandshakeProgress.Register();

    /** The servers that have failed a handshake in a way that a resumed session explains, and until when none is resumed. */
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
        engines = Engines.open(
                configuration.engine(),
                new EngineSettings(
                        new GenerationKeyManager(identity, register),
                        new GenerationTrustManager(this, register),
                        versions().stream().map(TlsVersion::protocol).toList(),
                        policy().cipherSuites(),
                        policy().hybridKeyExchangeRequired(),
                        configuration.trust().revocation().isStapled(),
                        SESSION_TIMEOUT),
                configuration.identity() == null
                        ? null
                        : configuration.identity().describe());
    }

    /**
     * Makes a generation of what was read.
     *
     * @param before the one that it is to replace; null for the first
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
            prove(
                    configuration.identity().describe(),
                    loaded,
                    configuration.clock().instant());
        }
        long number = before == null ? 1 : before.number + 1;
        return new Generation(number, configuration, loaded, verifier, snapshot.digest());
    }

    private static void prove(String source, LoadedIdentity identity, Instant now) {
        X509Certificate leaf = identity.leaf();
        if (!signsFor(identity.key(), leaf.getPublicKey())) {
            throw RootTypes.configurationRefused(
                    RefusalReason.KEY_MISMATCH,
                    "client identity (" + source + "): the private key does not belong to the first certificate, "
                            + Printable.value(leaf.getSubjectX500Principal()) + owner(identity));
        }
        for (X509Certificate certificate : identity.chain()) {
            requireInDate("client identity (" + source + ")", certificate, now);
        }
        for (int i = 0; i + 1 < identity.chain().size(); i++) {
            X509Certificate subject = identity.chain().get(i);
            X509Certificate issuer = identity.chain().get(i + 1);
            if (!subject.getIssuerX500Principal().equals(issuer.getSubjectX500Principal())) {
                throw RootTypes.configurationRefused(
                        RefusalReason.MATERIAL_UNREADABLE,
                        "client identity (" + source + "): certificate " + (i + 2) + " is "
                                + Printable.value(issuer.getSubjectX500Principal())
                                + ", expected the issuer of the one before, "
                                + Printable.value(subject.getIssuerX500Principal())
                                + "; put the leaf first, then its intermediates");
            }
        }
    }

    private static String owner(LoadedIdentity identity) {
        for (int i = 1; i < identity.chain().size(); i++) {
            if (signsFor(identity.key(), identity.chain().get(i).getPublicKey())) {
                return "; it belongs to certificate " + (i + 1) + ": put that one first";
            }
        }
        return "; were certificate and key written at different times, or the files swapped?";
    }

    /** Signs with one and verifies with the other: works for a key in a hardware module, too. */
    private static boolean signsFor(PrivateKey key, PublicKey publicKey) {
        String algorithm = switch (publicKey.getAlgorithm()) {
            case "EC" -> "SHA256withECDSA";
            case "RSA", "RSASSA-PSS" -> "SHA256withRSA";
            default -> publicKey.getAlgorithm();
        };
        byte[] probe = new byte[32];
        try {
            Signature signer = Signature.getInstance(algorithm);
            signer.initSign(key);
            signer.update(probe);
            Signature verifier = Signature.getInstance(algorithm);
            verifier.initVerify(publicKey);
            verifier.update(probe);
            return verifier.verify(signer.sign());
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static void requireInDate(String what, X509Certificate certificate, Instant now) {
        Instant notBefore = certificate.getNotBefore().toInstant();
        Instant notAfter = certificate.getNotAfter().toInstant();
        if (now.isBefore(notBefore)) {
            throw RootTypes.configurationRefused(
                    RefusalReason.NOT_YET_VALID,
                    what + ": " + Printable.value(certificate.getSubjectX500Principal()) + " is valid from " + notBefore
                            + ", now is " + now + "; is this machine's clock right?");
        }
        if (now.isAfter(notAfter)) {
            throw RootTypes.configurationRefused(
                    RefusalReason.EXPIRED,
                    what + ": " + Printable.value(certificate.getSubjectX500Principal()) + " expired at " + notAfter
                            + ", now is " + now + "; renew it");
        }
    }

    public long number() {
        return number;
    }

    public TlsPolicy policy() {
        return configuration.policy();
    }

    /** What is offered: hybrid groups are of TLS 1.3, a server that has only TLS 1.2 must not find it here. */
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

    /** What is said of a server with an older version. */
    public String expectedVersion() {
        return "expected " + versions().get(0).protocol() + " or newer";
    }

    public boolean hasIdentity() {
        return identity != null;
    }

    /** Verifies a presented chain for the host that was dialled. */
    public ValidatedPath verify(List<X509Certificate> chain, String dialledHost, List<byte[]> staples)
            throws PeerRejectedException {
        return verifier.verify(chain, expectedOf(dialledHost), staples);
    }

    /** As {@link #verify}, but asks no responder: what only one can tell is left open. */
    public ValidatedPath verifyOffline(List<X509Certificate> chain, String dialledHost, List<byte[]> staples)
            throws PeerRejectedException {
        return verifier.verifyOffline(chain, expectedOf(dialledHost), staples);
    }

    /** {@return whether {@link #verify} may ask a responder} */
    public boolean asksResponders() {
        return verifier.asksResponders();
    }

    /** The own certificate that has ended; null if none has. */
    @Nullable
    public X509Certificate expiredIdentity(Instant now) {
        if (identity == null) {
            return null;
        }
        return identity.chain().stream()
                .filter(certificate -> now.isAfter(certificate.getNotAfter().toInstant()))
                .findFirst()
                .orElse(null);
    }

    public @Nullable LoadedIdentity identity() {
        return identity;
    }

    /** {@return whether both present the same certificates} */
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

    private List<ReferenceIdentifier.Expected> expectedOf(String dialledHost) throws PeerRejectedException {
        List<ReferenceIdentifier.Expected> configured = configuration.serverIdentity();
        if (configured != null) {
            return configured;
        }
        try {
            return List.of(ReferenceIdentifier.host(dialledHost));
        } catch (IllegalArgumentException e) {
            throw RootTypes.peerRejected(RefusalReason.NAME_MISMATCH, String.valueOf(e.getMessage()), e);
        }
    }

    /** The parameters of a connection, from empty: nothing of the JVM's defaults is left in them. */
    SSLParameters parameters(Endpoint endpoint) {
        SSLParameters parameters = new SSLParameters(
                policy().cipherSuites().toArray(String[]::new),
                versions().stream().map(TlsVersion::protocol).toArray(String[]::new));
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        parameters.setServerNames(Sni.of(endpoint.host()).stream()
                .<javax.net.ssl.SNIServerName>map(SNIHostName::new)
                .toList());
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
     * For an hour handshakes with this server are full ones. An alert before the keys are agreed can be forged, and all that a
     * forger gains is this.
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
        text.append("\nserver identity ")
                .append(
                        configuration.serverIdentity() == null
                                ? "the dialled host"
                                : ReferenceIdentifier.describeExpected(configuration.serverIdentity()));
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
