package io.valkeysecure.testkit.internal;

import io.valkeysecure.testkit.recording.TlsTranscript;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/** One connection to a hostile peer, and what the peer got over it. */
public final class HostileConnection {
    private final RecordingSocket socket;
    private final ByteRecorder decrypted = new ByteRecorder();
    private volatile boolean tls;
    private volatile @Nullable IOException handshakeFailure;

    public HostileConnection(RecordingSocket socket) {
        this.socket = socket;
    }

    public RecordingSocket socket() {
        return socket;
    }

    public InputStream in() throws IOException {
        return socket.getInputStream();
    }

    public OutputStream out() throws IOException {
        return socket.getOutputStream();
    }

    /** Shakes hands; what is read from the stream that comes back is what the client meant for nobody else. */
    public InputStream handshake(SSLSocket over) throws IOException {
        tls = true;
        socket.beginHandshake();
        try {
            over.startHandshake();
            socket.endHandshake();
        } catch (IOException e) {
            handshakeFailure = e;
            throw e;
        }
        return RecordingSocket.recording(over.getInputStream(), decrypted);
    }

    public byte[] rawBytes() {
        return socket.received();
    }

    public byte[] applicationBytes() {
        return tls ? decrypted.bytes() : TlsTranscript.of(rawBytes()).plaintext();
    }

    @Nullable
    public IOException handshakeFailure() {
        return handshakeFailure;
    }

    /** Reads, and so records, until the client goes away. */
    public void listen() throws IOException {
        in().transferTo(OutputStream.nullOutputStream());
    }

    /** Waits for the first bytes of the client. */
    public byte[] awaitFirstBytes() throws IOException {
        byte[] buffer = new byte[16 * 1024];
        int length = in().read(buffer);
        if (length < 0) {
            throw new IOException("the client left without a word");
        }
        return Arrays.copyOf(buffer, length);
    }

    /**
     * Listens for a while.
     *
     * @return false if the client has gone away
     */
    public boolean listenFor(Duration duration) throws IOException {
        socket.setSoTimeout(Math.max(1, (int) duration.toMillis()));
        try {
            byte[] buffer = new byte[16 * 1024];
            return in().read(buffer) >= 0;
        } catch (SocketTimeoutException e) {
            return true;
        } finally {
            socket.setSoTimeout(0);
        }
    }

    public void send(byte[] bytes) throws IOException {
        out().write(bytes);
        out().flush();
    }

    /** TLS over this connection, as the server; the parameters may be changed before the handshake. */
    public SSLSocket serverSide(SSLContext context, Consumer<SSLParameters> change) throws IOException {
        SSLSocket over =
                (SSLSocket) context.getSocketFactory().createSocket(socket, "localhost", socket.getPort(), true);
        over.setUseClientMode(false);
        SSLParameters parameters = over.getSSLParameters();
        parameters.setWantClientAuth(true);
        change.accept(parameters);
        over.setSSLParameters(parameters);
        return over;
    }
}
