package io.valkeysecure.internal.engine;

import java.math.BigInteger;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/**
 * A handshake in memory that tries whether an engine can present its identity: the server requires a client certificate
 * and only checks that its key signs.
 */
public final class TrialHandshake {
    private static final String VERSION = "TLSv1.3";
    private static final int MOST_STEPS = 200;

    /** Longer than a JVM runs. */
    private static final Duration LIFE_OF_TRIAL_SERVER = Duration.ofDays(36_500);

    private static @Nullable KeyManager server;

    private TrialHandshake() {}

    /**
     * Returns the settings for the trial.
     *
     * @param settings the settings of the generation
     * @return the same settings, except that the server in memory is trusted and needs no hybrid group or stapling
     */
    public static EngineSettings settings(EngineSettings settings) {
        return new EngineSettings(
                settings.keyManager(),
                new InMemoryPeer(),
                List.of(VERSION),
                settings.cipherSuites(),
                false,
                false,
                settings.sessionTimeout());
    }

    /**
     * Makes the handshake, under TLS 1.3.
     *
     * @param context an engine made of {@link #settings}
     * @return the leaf that the server saw
     * @throws GeneralSecurityException if this JVM has no usable TLS
     * @throws SSLException if the handshake fails
     */
    public static X509Certificate run(EngineContext context) throws GeneralSecurityException, SSLException {
        SSLEngine client = context.engine("trial.invalid", 1, new SSLParameters(null, new String[] {VERSION}));
        client.beginHandshake();
        SSLEngine server = serverEngine();
        ByteBuffer toServer = ByteBuffer.allocate(client.getSession().getPacketBufferSize() * 4);
        ByteBuffer toClient = ByteBuffer.allocate(server.getSession().getPacketBufferSize() * 4);
        for (int step = 0; isHandshaking(client) || isHandshaking(server); step++) {
            if (step > MOST_STEPS) {
                throw new SSLException("the trial handshake did not end");
            }
            advance(client, toClient, toServer);
            advance(server, toServer, toClient);
        }
        return (X509Certificate) server.getSession().getPeerCertificates()[0];
    }

    private static boolean isHandshaking(SSLEngine engine) {
        return engine.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING;
    }

    private static void advance(SSLEngine engine, ByteBuffer in, ByteBuffer out) throws SSLException {
        switch (engine.getHandshakeStatus()) {
            case NEED_TASK -> {
                for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
                    task.run();
                }
            }
            case NEED_WRAP -> {
                var unused = engine.wrap(ByteBuffer.allocate(0), out);
            }
            case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
                in.flip();
                ByteBuffer plain = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize());
                var unused = engine.unwrap(in, plain);
                in.compact();
            }
            case FINISHED, NOT_HANDSHAKING -> {
                // nothing to do until the other side sends
            }
        }
    }

    private static SSLEngine serverEngine() throws GeneralSecurityException, SSLException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(new KeyManager[] {server()}, new TrustManager[] {new InMemoryPeer()}, new SecureRandom());
        SSLEngine engine = context.createSSLEngine();
        engine.setEnabledProtocols(new String[] {VERSION});
        engine.setUseClientMode(false);
        engine.setNeedClientAuth(true);
        engine.beginHandshake();
        return engine;
    }

    /** Makes the server once: its key and certificate cost more than the trial, and the JDK caches certificates. */
    private static synchronized KeyManager server() throws GeneralSecurityException {
        KeyManager made = server;
        if (made == null) {
            made = throwawayServer();
            server = made;
        }
        return made;
    }

    private static KeyManager throwawayServer() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        KeyPair keys = generator.generateKeyPair();
        X500Name name = new X500Name("CN=trial handshake");
        Instant now = Instant.now();
        try {
            X509Certificate certificate = new JcaX509CertificateConverter()
                    .getCertificate(new JcaX509v3CertificateBuilder(
                                    name,
                                    BigInteger.ONE,
                                    Date.from(now.minus(Duration.ofDays(1))),
                                    Date.from(now.plus(LIFE_OF_TRIAL_SERVER)),
                                    name,
                                    keys.getPublic())
                            .build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())));
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry("trial", keys.getPrivate(), new char[0], new X509Certificate[] {certificate});
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(store, new char[0]);
            return factory.getKeyManagers()[0];
        } catch (OperatorCreationException | java.io.IOException e) {
            throw new GeneralSecurityException("no throwaway certificate could be made", e);
        }
    }

    /** Trusts the other end of the trial handshake, which is in this class. It is never used for a connection. */
    private static final class InMemoryPeer extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
                throws CertificateException {
            throw new CertificateException("expected an engine, not a socket");
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
                throws CertificateException {
            throw new CertificateException("expected an engine, not a socket");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            throw new CertificateException("expected an engine");
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            throw new CertificateException("expected an engine");
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
