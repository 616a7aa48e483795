package io.valkeysecure.internal.generation;

import io.valkeysecure.PeerRejectedException;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.internal.root.RootTypes;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Verifies the presented chain by the generation in force, which may be newer than the generation of the connection. It
 * always checks the name, whatever the client library configured. A chain without a connection that is known, and so
 * without the dialled endpoint, is refused.
 */
public final class GenerationTrustManager extends X509ExtendedTrustManager {
    private final PresentedCertificates presented;
    private final HandshakeProgress.Register register;

    public GenerationTrustManager(PresentedCertificates presented, HandshakeProgress.Register register) {
        this.presented = presented;
        this.register = register;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, @Nullable Socket socket)
            throws CertificateException {
        if (!(socket instanceof SSLSocket tls)) {
            throw unknownConnection();
        }
        check(chain, tls.getHandshakeSession(), tls);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, @Nullable SSLEngine engine)
            throws CertificateException {
        if (engine == null) {
            throw unknownConnection();
        }
        check(chain, engine.getHandshakeSession(), engine);
    }

    private void check(X509Certificate[] chain, @Nullable SSLSession session, Object connection)
            throws PeerRejectedException {
        HandshakeProgress progress = register.of(connection);
        if (progress == null) {
            throw unknownConnection();
        }
        progress.judge(presented.of(chain), staples(session));
    }

    /** The OCSP responses that came with the handshake (RFC 6066, 8). */
    public static List<byte[]> staples(@Nullable SSLSession session) {
        return session instanceof ExtendedSSLSession extended ? extended.getStatusResponses() : List.of();
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw unknownConnection();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw notAServer();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, @Nullable Socket socket)
            throws CertificateException {
        throw notAServer();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, @Nullable SSLEngine engine)
            throws CertificateException {
        throw notAServer();
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }

    private static PeerRejectedException unknownConnection() {
        return RootTypes.peerRejected(
                RefusalReason.UNCLASSIFIED,
                "expected a chain on a connection that was dialled here, seen one on another",
                null);
    }

    private static PeerRejectedException notAServer() {
        return RootTypes.peerRejected(RefusalReason.UNCLASSIFIED, "this is a client, it verifies no clients", null);
    }
}
