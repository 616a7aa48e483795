package io.valkeysecure.cli;

import io.valkeysecure.testkit.certificate.TestCertificate;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLServerSocket;

/** A TLS server with a good certificate, that answers as a test wants it to. */
abstract class PretendedServer implements AutoCloseable {
    private final SSLServerSocket socket;

    PretendedServer(TestCertificate ca) throws IOException {
        socket = (SSLServerSocket) ca.issue()
                .dnsName("localhost")
                .build()
                .tlsContext()
                .getServerSocketFactory()
                .createServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    /** Talks to one client until the stream ends. */
    abstract void serve(BufferedReader in, OutputStream out) throws IOException, InterruptedException;

    final void start() {
        start(this::accept);
    }

    final int port() {
        return socket.getLocalPort();
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work, "pretended server");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        try {
            while (true) {
                Socket accepted = socket.accept();
                start(() -> serve(accepted));
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void serve(Socket accepted) {
        try (accepted) {
            serve(
                    new BufferedReader(new InputStreamReader(accepted.getInputStream(), StandardCharsets.ISO_8859_1)),
                    accepted.getOutputStream());
        } catch (IOException | InterruptedException e) {
            // the other side has had enough
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
