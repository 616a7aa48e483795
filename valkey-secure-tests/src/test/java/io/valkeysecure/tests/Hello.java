package io.valkeysecure.tests;

import java.nio.ByteBuffer;

/**
 * Looks into the first record of one direction of a TLS connection: a ClientHello, or the ServerHello that answers it.
 */
final class Hello {
    private static final int PRE_SHARED_KEY = 41;
    private static final int RECORD_AND_HANDSHAKE_HEADER = 5 + 4;
    private static final int VERSION_AND_RANDOM = 2 + 32;

    private Hello() {}

    /**
     * Whether a session of TLS 1.3 is resumed by it (RFC 8446, 4.2.11): a client offers one by this extension, and a
     * server that takes it answers by the same.
     */
    static boolean resumes(byte[] direction, boolean fromClient) {
        ByteBuffer hello = ByteBuffer.wrap(direction);
        skip(hello, RECORD_AND_HANDSHAKE_HEADER + VERSION_AND_RANDOM);
        skip(hello, hello.get() & 0xff); // session id
        skip(hello, fromClient ? hello.getShort() & 0xffff : 2); // cipher suites, or the one that was chosen
        skip(hello, fromClient ? hello.get() & 0xff : 1); // compression
        int end = (hello.getShort() & 0xffff) + hello.position();
        while (hello.position() < end) {
            int type = hello.getShort() & 0xffff;
            int length = hello.getShort() & 0xffff;
            if (type == PRE_SHARED_KEY) {
                return true;
            }
            skip(hello, length);
        }
        return false;
    }

    private static void skip(ByteBuffer bytes, int count) {
        bytes.position(bytes.position() + count);
    }
}
