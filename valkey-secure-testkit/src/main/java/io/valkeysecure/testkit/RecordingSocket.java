package io.valkeysecure.testkit;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;

/** An accepted socket that keeps every byte that is read from it. */
final class RecordingSocket extends Socket {
    private final ByteRecorder received = new ByteRecorder();

    byte[] received() {
        return received.bytes();
    }

    @Override
    public InputStream getInputStream() throws IOException {
        return recording(super.getInputStream(), received);
    }

    static InputStream recording(InputStream source, ByteRecorder recorder) {
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
