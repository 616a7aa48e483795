package io.valkeysecure.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.valkeysecure.ClientIdentity;
import io.valkeysecure.Endpoint;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.cli.resp.AnswerLimits;
import io.valkeysecure.cli.resp.Reply;
import io.valkeysecure.cli.resp.RespConnection;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A client that is logged in, and stays connected while somebody looks at the server. */
final class ConnectedClient implements Closeable {
    private final List<Closeable> parts;

    private ConnectedClient(Closeable... parts) {
        this.parts = List.of(parts);
    }

    /** Nobody. */
    static ConnectedClient none() {
        return new ConnectedClient();
    }

    /** As programs were before they had TLS. */
    static ConnectedClient withoutTls(int port, String user, String password) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        logIn(socket.getInputStream(), socket.getOutputStream(), user, password);
        return new ConnectedClient(socket);
    }

    /** On the same machine. */
    static ConnectedClient overUnixSocket(Path file, String user, String password) throws IOException {
        SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(file));
        logIn(Channels.newInputStream(channel), Channels.newOutputStream(channel), user, password);
        return new ConnectedClient(channel);
    }

    private static void logIn(InputStream input, OutputStream out, String user, String password) throws IOException {
        String line = "AUTH " + user + " " + password + "\r\nECHO here\r\n";
        out.write(line.getBytes(StandardCharsets.US_ASCII));
        BufferedReader in = new BufferedReader(new InputStreamReader(input, StandardCharsets.US_ASCII));
        assertThat(List.of(in.readLine(), in.readLine(), in.readLine())).containsExactly("+OK", "$4", "here");
    }

    /** As an exporter does it. */
    static ConnectedClient named(String name, int port, Path ca, Path identity, String user, String password)
            throws IOException {
        SecureTls tls = SecureTls.trusting(TrustAnchors.pem(ca))
                .presenting(ClientIdentity.pem(Path.of(identity + ".crt"), Path.of(identity + ".key")))
                .build();
        RespConnection connection = RespConnection.open(
                tls, new Endpoint("localhost", port), Duration.ofSeconds(60), AnswerLimits.ofSettings());
        assertThat(connection.login(Optional.of(user), password)).isInstanceOf(Reply.Status.class);
        assertThat(connection.execute(List.of("CLIENT", "SETNAME", name))).isInstanceOf(Reply.Status.class);
        return new ConnectedClient(connection::close, tls::close);
    }

    @Override
    public void close() throws IOException {
        for (Closeable part : parts) {
            part.close();
        }
    }
}
