package io.valkeysecure.testkit;

import java.io.ByteArrayOutputStream;

/** Bytes that one thread adds while others look. */
final class ByteRecorder {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    synchronized void add(byte[] buffer, int offset, int length) {
        bytes.write(buffer, offset, length);
    }

    synchronized byte[] bytes() {
        return bytes.toByteArray();
    }
}
