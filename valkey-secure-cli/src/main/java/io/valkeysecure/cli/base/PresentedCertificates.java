package io.valkeysecure.cli.base;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Keeps the chain that a server presents over a socket, and judges nothing: for looking at a server, never for sending
 * it anything that matters.
 */
public class PresentedCertificates extends X509ExtendedTrustManager {
    private volatile List<X509Certificate> chain = List.of();

    /** {@return the chain, leaf first; empty as long as none was presented} */
    public List<X509Certificate> chain() {
        return chain;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] presented, String authType, Socket socket)
            throws CertificateException {
        chain = List.of(presented);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] presented, String authType, SSLEngine engine) {
        throw unused();
    }

    @Override
    public void checkServerTrusted(X509Certificate[] presented, String authType) {
        throw unused();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] presented, String authType, Socket socket) {
        throw unused();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] presented, String authType, SSLEngine engine) {
        throw unused();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] presented, String authType) {
        throw unused();
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }

    private static UnsupportedOperationException unused() {
        return new UnsupportedOperationException("expected a client's socket, seen another kind of connection");
    }
}
