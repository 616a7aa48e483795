package io.valkeysecure.cli;

import io.valkeysecure.testkit.certificate.TestCertificate;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.net.ssl.SSLServerSocket;

/** A TLS server with a good certificate, that answers as a test wants it to. */
abstract class PretendedServer implements AutoCloseable {
    /** Of every client of these tests. */
    static final String PASSWORD = "correct-horse-battery";

    private final SSLServerSocket socket;

    PretendedServer(TestCertificate ca) throws IOException {
        socket = (SSLServerSocket) ca.issue()
                .dnsName("localhost")
                .build()
                .tlsContext()
                .getServerSocketFactory()
                .createServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    /**
     * Makes a CA, and the files of a client that trusts it: {@code ca.crt}, {@code client.crt}, {@code client.key} and
     * {@code password}.
     */
    static TestCertificate trustedBy(Path directory) throws IOException {
        TestCertificate ca = TestCertificate.root().subject("CN=doctor CA").build();
        Files.writeString(directory.resolve("ca.crt"), ca.certificatePem());
        Files.writeString(directory.resolve("password"), PASSWORD + "\n");
        var unused = ca.issue().subject("CN=doctor").build().writePem(directory, "client");
        return ca;
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
