package io.valkeysecure.testkit.recording;

import io.valkeysecure.testkit.internal.ByteRecorder;
import io.valkeysecure.testkit.internal.Loopback;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/**
 * One connection that went through a {@link RecordingProxy}: every byte of both directions, in the order of the wire.
 *
 * <p>It grows while the connection lasts. This class is thread-safe.
 */
public final class Recording {
    private final ByteRecorder fromClient = new ByteRecorder();
    private final ByteRecorder fromServer = new ByteRecorder();
    private final CountDownLatch ended = new CountDownLatch(1);

    Recording() {}

    /** {@return what the client has sent so far} */
    public byte[] clientToServer() {
        return fromClient.bytes();
    }

    /** {@return what the server has sent so far} */
    public byte[] serverToClient() {
        return fromServer.bytes();
    }

    /** {@return what the client has sent so far, as TLS records} */
    public TlsTranscript clientTranscript() {
        return TlsTranscript.of(clientToServer());
    }

    /** {@return what the server has sent so far, as TLS records} */
    public TlsTranscript serverTranscript() {
        return TlsTranscript.of(serverToClient());
    }

    /** {@return whether both directions have ended, so that the recording is complete} */
    public boolean hasEnded() {
        return ended.getCount() == 0;
    }

    /**
     * Waits until the recording is complete.
     *
     * @param limit how long to wait
     * @return false if it is not within the limit
     */
    public boolean awaitEnd(Duration limit) {
        return Loopback.await(ended, limit);
    }

    void addFromClient(byte[] buffer, int length) {
        fromClient.add(buffer, 0, length);
    }

    void addFromServer(byte[] buffer, int length) {
        fromServer.add(buffer, 0, length);
    }

    void end() {
        ended.countDown();
    }

    /** Returns the records of both directions in short; no content. */
    @Override
    public String toString() {
        return "Recording[client " + clientTranscript() + ", server " + serverTranscript()
                + (hasEnded() ? ", ended]" : ", open]");
    }
}
