package io.valkeysecure.testkit.internal;

import java.io.ByteArrayOutputStream;

/** Bytes that one thread adds while others look. */
public final class ByteRecorder {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    public synchronized void add(byte[] buffer, int offset, int length) {
        bytes.write(buffer, offset, length);
    }

    public synchronized byte[] bytes() {
        return bytes.toByteArray();
    }
}
