package io.valkeysecure.cli.doctor.probe;

import io.valkeysecure.Endpoint;
import io.valkeysecure.cli.base.PresentedCertificates;
import io.valkeysecure.cli.base.Watchdog;
import io.valkeysecure.internal.material.LoadedIdentity;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;

/**
 * Starts a second handshake under TLS 1.2, over a connection on which nothing else is sent, and sees whether the server
 * takes part.
 */
public final class RenegotiationProbe {
    private RenegotiationProbe() {}

    /**
     * Tries.
     *
     * @param endpoint the server, which accepts TLS 1.2
     * @param limit how long both handshakes may take together
     * @param identity what to present, if anything
     * @return whether the second handshake came to its end
     * @throws IOException if the first did not, or the server did not answer to the second
     */
    public static boolean isAccepted(Endpoint endpoint, Duration limit, Optional<LoadedIdentity> identity)
            throws IOException {
        AtomicBoolean accepted = new AtomicBoolean();
        try (Wire wire = Wire.open(endpoint, limit)) {
            Watchdog watchdog = Watchdog.over(wire.socket(), limit);
            try {
                SSLSocket tls = (SSLSocket) context(identity)
                        .getSocketFactory()
                        .createSocket(wire.socket(), endpoint.host(), endpoint.port(), true);
                tls.setEnabledProtocols(new String[] {"TLSv1.2"});
                tls.setSoTimeout(wire.remaining());
                tls.startHandshake();
                tls.addHandshakeCompletedListener(event -> {
                    accepted.set(true);
                    closeQuietly(wire); // which ends the read below
                });
                again(tls);
            } finally {
                watchdog.callOff();
            }
        } catch (SocketTimeoutException e) {
            if (!accepted.get()) {
                throw e;
            }
        }
        return accepted.get();
    }

    /** The JDK takes part in the handshake only while somebody reads. */
    private static void again(SSLSocket tls) throws SocketTimeoutException {
        try {
            tls.startHandshake();
            var unused = tls.getInputStream().read();
        } catch (SocketTimeoutException e) {
            throw e;
        } catch (IOException e) {
            // an alert, or the end of the connection: of the server's making, or of the listener's
        }
    }

    private static void closeQuietly(Wire wire) {
        try {
            wire.close();
        } catch (IOException e) {
            // it is of no more use
        }
    }

    private static SSLContext context(Optional<LoadedIdentity> identity) {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            char[] password = new char[0];
            if (identity.isPresent()) {
                store.setKeyEntry(
                        "client",
                        identity.get().key(),
                        password,
                        identity.get().chain().toArray(new X509Certificate[0]));
            }
            KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
            keys.init(store, password);
            SSLContext context = SSLContext.getInstance("TLS");
            KeyManager[] managers = keys.getKeyManagers();
            context.init(managers, new TrustManager[] {new PresentedCertificates()}, new SecureRandom());
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
