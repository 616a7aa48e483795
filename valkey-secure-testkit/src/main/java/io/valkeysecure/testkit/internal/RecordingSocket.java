package io.valkeysecure.testkit.internal;

import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;

/**
 * An accepted socket that keeps every byte that is read from it.
 *
 * <p>While it shakes hands it sends what belongs together at once, as OpenSSL does. JSSE writes message by message,
 * and a client that refuses the certificate can hang up in between: then the write fails, and its alert is never read.
 */
public final class RecordingSocket extends Socket {
    private final ByteRecorder received = new ByteRecorder();
    private final ByteArrayOutputStream flight = new ByteArrayOutputStream();
    private boolean shakingHands;

    public void beginHandshake() {
        synchronized (flight) {
            shakingHands = true;
        }
    }

    public void endHandshake() throws IOException {
        synchronized (flight) {
            shakingHands = false;
            sendFlight();
        }
    }

    private void sendFlight() throws IOException {
        if (flight.size() > 0) {
            byte[] bytes = flight.toByteArray();
            flight.reset();
            super.getOutputStream().write(bytes);
        }
    }

    /** Sends what is still there, such as the alert with which a handshake ended. */
    @Override
    public void close() throws IOException {
        try {
            synchronized (flight) {
                if (!isClosed()) {
                    sendFlight();
                }
            }
        } catch (IOException e) {
            // the client is gone
        } finally {
            super.close();
        }
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
        return new FilterOutputStream(super.getOutputStream()) {
            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] buffer, int offset, int length) throws IOException {
                synchronized (flight) {
                    if (shakingHands) {
                        flight.write(buffer, offset, length);
                        return;
                    }
                }
                out.write(buffer, offset, length);
            }
        };
    }

    public byte[] received() {
        return received.bytes();
    }

    @Override
    public InputStream getInputStream() throws IOException {
        return new FilterInputStream(recording(super.getInputStream(), received)) {
            @Override
            public int read() throws IOException {
                synchronized (flight) {
                    sendFlight();
                }
                return super.read();
            }

            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                synchronized (flight) {
                    sendFlight();
                }
                return super.read(buffer, offset, length);
            }
        };
    }

    public static InputStream recording(InputStream source, ByteRecorder recorder) {
        return new FilterInputStream(source) {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                int count = super.read(buffer, offset, length);
                if (count > 0) {
                    recorder.add(buffer, offset, count);
                }
                return count;
            }

            @Override
            public long skip(long count) throws IOException {
                return readNBytes((int) Math.min(count, Integer.MAX_VALUE)).length;
            }

            @Override
            public boolean markSupported() {
                return false;
            }
        };
    }
}
