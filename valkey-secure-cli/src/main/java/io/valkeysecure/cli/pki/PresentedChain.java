package io.valkeysecure.cli.pki;

import io.valkeysecure.Endpoint;
import io.valkeysecure.cli.base.PresentedCertificates;
import io.valkeysecure.cli.base.Watchdog;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;

/** What a server presents, without trusting it: every chain is refused, after it was looked at. */
public final class PresentedChain {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private PresentedChain() {}

    /**
     * Looks at the server's chain; the handshake never ends, and nothing is sent after the ClientHello but an alert.
     */
    static List<X509Certificate> of(Endpoint server) throws IOException, GeneralSecurityException {
        Refusing refusing = new Refusing();
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {refusing}, new SecureRandom());
        try (Socket connected = new Socket()) {
            connect(connected, server);
            SSLSocket tls =
                    (SSLSocket) context.getSocketFactory().createSocket(connected, server.host(), server.port(), true);
            Watchdog watchdog = Watchdog.over(connected, TIMEOUT);
            try {
                tls.startHandshake();
            } catch (IOException e) {
                if (watchdog.hasClosed() && refusing.chain().isEmpty()) {
                    throw new IOException(server + " presented no certificate within " + TIMEOUT.toSeconds() + " s");
                }
                throw e;
            } finally {
                watchdog.callOff();
            }
            throw new IOException("expected the handshake to be broken off");
        } catch (UnknownHostException | ConnectException e) {
            throw e;
        } catch (IOException e) {
            if (refusing.chain().isEmpty()) {
                throw new IOException(server + " presented no certificate: " + e.getMessage(), e);
            }
            return refusing.chain();
        }
    }

    private static void connect(Socket socket, Endpoint server) throws IOException {
        InetSocketAddress address = new InetSocketAddress(server.host(), server.port());
        if (address.isUnresolved()) {
            throw new UnknownHostException(server.host());
        }
        socket.connect(address, (int) TIMEOUT.toMillis());
    }

    /** Refuses the chain that it keeps. */
    private static final class Refusing extends PresentedCertificates {
        @Override
        public void checkServerTrusted(X509Certificate[] presented, String authType, Socket socket)
                throws CertificateException {
            super.checkServerTrusted(presented, authType, socket);
            throw new CertificateException("only looked at");
        }
    }
}
