package io.valkeysecure.cli.doctor.probe;

import io.valkeysecure.Endpoint;
import io.valkeysecure.cli.base.PresentedCertificates;
import io.valkeysecure.cli.base.Watchdog;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Comes without a certificate, looks at what the server presents, and sees whether it is let in. It trusts whoever is
 * there, since it has to see how a bad server behaves; so it never sends anything but a PING.
 */
public final class AnonymousProbe {
    private static final byte[] PING = "PING\r\n".getBytes(StandardCharsets.US_ASCII);

    private AnonymousProbe() {}

    /**
     * What came of it.
     *
     * @param chain as presented; empty if there was no handshake
     * @param asked whether a client certificate was asked for
     * @param answer what PING was answered with: empty if the stranger was not let in
     * @param silent whether the server neither answered nor closed the connection
     * @param problem what the attempt ended with; empty if there is an answer
     */
    public record Seen(
            List<X509Certificate> chain, boolean asked, Optional<String> answer, boolean silent, String problem) {}

    public static Seen look(Endpoint endpoint, Duration limit) throws IOException {
        PresentedCertificates looking = new PresentedCertificates();
        Nothing nothing = new Nothing();
        Optional<String> answer = Optional.empty();
        boolean silent = false;
        String problem = "the connection was closed";
        try (Wire wire = Wire.open(endpoint, limit)) {
            Watchdog watchdog = Watchdog.over(wire.socket(), limit);
            try {
                SSLSocket tls = (SSLSocket) context(nothing, looking)
                        .getSocketFactory()
                        .createSocket(wire.socket(), endpoint.host(), endpoint.port(), true);
                tls.setSoTimeout(wire.remaining());
                tls.startHandshake();
                tls.getOutputStream().write(PING);
                byte[] start = new byte[128];
                int count = tls.getInputStream().read(start);
                if (count > 0) {
                    answer = new String(start, 0, count, StandardCharsets.ISO_8859_1)
                            .lines()
                            .findFirst();
                }
            } catch (SocketTimeoutException e) {
                if (looking.chain().isEmpty()) {
                    throw e;
                }
                silent = true;
                problem = "no answer within " + limit;
            } catch (IOException e) {
                // not let in, or no version in common: what was seen until then is the answer
                problem = String.valueOf(e.getMessage());
            } finally {
                watchdog.callOff();
            }
        }
        return new Seen(looking.chain(), nothing.asked, answer, silent, problem);
    }

    private static SSLContext context(KeyManager keys, TrustManager trust) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(new KeyManager[] {keys}, new TrustManager[] {trust}, new SecureRandom());
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Has no certificate, and remembers whether one was asked for. */
    private static final class Nothing extends X509ExtendedKeyManager {
        private volatile boolean asked;

        @Override
        public @Nullable String chooseClientAlias(
                String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
            asked = true;
            return null;
        }

        @Override
        public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
            return null;
        }

        @Override
        public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
            return null;
        }

        @Override
        public @Nullable String chooseServerAlias(
                String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return null;
        }

        @Override
        public X509Certificate @Nullable [] getCertificateChain(String alias) {
            return null;
        }

        @Override
        public @Nullable PrivateKey getPrivateKey(String alias) {
            return null;
        }
    }
}
