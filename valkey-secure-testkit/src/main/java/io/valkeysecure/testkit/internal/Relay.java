package io.valkeysecure.testkit.internal;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** Passes on what a client sends to its server, over a TLS connection of its own, and back. */
public final class Relay {
    private static final int CONNECT_LIMIT_MILLIS = 5_000;

    private Relay() {}

    /** Returns when one of both is gone. */
    public static void between(InputStream fromVictim, SSLSocket victim, SSLContext context, String host, int port)
            throws IOException {
        try (Socket target = connect(context, host, port)) {
            relay(fromVictim, victim, target);
        }
    }

    private static Socket connect(SSLContext context, String host, int port) throws IOException {
        Socket plain = new Socket();
        plain.connect(new InetSocketAddress(host, port), CONNECT_LIMIT_MILLIS);
        return context.getSocketFactory().createSocket(plain, host, port, true);
    }

    private static void relay(InputStream fromVictim, SSLSocket victim, Socket target) {
        Thread back = new Thread(
                () -> {
                    try {
                        target.getInputStream().transferTo(victim.getOutputStream());
                    } catch (IOException e) {
                        // one of them is gone
                    } finally {
                        Loopback.closeQuietly(victim);
                    }
                },
                "testkit-manInTheMiddle-back");
        back.setDaemon(true);
        back.start();
        try {
            fromVictim.transferTo(target.getOutputStream());
        } catch (IOException e) {
            // one of them is gone
        }
    }
}
