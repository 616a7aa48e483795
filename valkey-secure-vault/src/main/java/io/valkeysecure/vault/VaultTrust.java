package io.valkeysecure.vault;

import io.valkeysecure.ChainVerifier;
import io.valkeysecure.ServerIdentity;
import io.valkeysecure.TlsConfigurationException;
import io.valkeysecure.TlsPolicy;
import io.valkeysecure.TlsVersion;
import io.valkeysecure.TrustAnchors;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/** Verifies Vault's certificate by the rules and the policy for Valkey servers, whatever the JVM's properties say. */
final class VaultTrust extends X509ExtendedTrustManager {
    private final TrustAnchors anchors;
    private final Clock clock;
    private final ServerIdentity server;

    private VaultTrust(TrustAnchors anchors, Clock clock, ServerIdentity server) {
        this.anchors = anchors;
        this.clock = clock;
        this.server = server;
    }

    static SSLContext context(TrustAnchors anchors, Clock clock, String host) {
        ServerIdentity server = ServerIdentity.host(host.replaceAll("^\\[|]$", ""));
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new VaultTrust(anchors, clock, server)}, null);
            context.getClientSessionContext().setSessionTimeout(1); // a resumed session is not verified anew
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JVM has TLS", e);
        }
    }

    static SSLParameters parameters() {
        TlsPolicy policy = TlsPolicy.modern();
        return new SSLParameters(
                policy.cipherSuites().toArray(String[]::new),
                policy.versions().stream().map(TlsVersion::protocol).toArray(String[]::new));
    }

    private void verify(X509Certificate[] chain) throws CertificateException {
        try {
            var unused = ChainVerifier.trusting(anchors).clock(clock).build().verify(List.of(chain), server);
        } catch (TlsConfigurationException e) {
            throw new CertificateException(e.getMessage(), e);
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        verify(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        verify(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        verify(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        throw new CertificateException("this is a client");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        throw new CertificateException("this is a client");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("this is a client");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
