package io.valkeysecure.testkit.internal;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;

/** The {@code ServerHello} of a server that chooses an old version. */
public final class ServerHello {
    private static final int HANDSHAKE_RECORD = 22;

    private ServerHello() {}

    /** Returns the cipher suite that a ClientHello names first, RFC 5246 section 7.4.1.2. */
    private static byte[] firstSuite(byte[] hello) throws IOException {
        int sessionId = 5 + 4 + 2 + 32; // headers of record and message, version, random
        if (hello.length > sessionId) {
            int suite = sessionId + 1 + (hello[sessionId] & 0xff) + 2;
            if (hello.length >= suite + 2) {
                return Arrays.copyOfRange(hello, suite, suite + 2);
            }
        }
        throw new IOException("the client sent no ClientHello");
    }

    /**
     * Answers a {@code ClientHello} with the version 3.{@code minor} and its first cipher suite, in a record, as RFC
     * 4346 section 7.4.1.3 has it.
     */
    public static byte[] choosing(int minor, byte[] clientHello) throws IOException {
        byte[] suite = firstSuite(clientHello);
        byte[] random = new byte[32];
        new Random(2).nextBytes(random);
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(new byte[] {3, (byte) minor});
        body.writeBytes(random);
        body.writeBytes(new byte[] {0, suite[0], suite[1], 0}); // no session, no compression
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(new byte[] {HANDSHAKE_RECORD, 3, (byte) minor, 0, (byte) (body.size() + 4)});
        bytes.writeBytes(new byte[] {2, 0, 0, (byte) body.size()});
        bytes.writeBytes(body.toByteArray());
        return bytes.toByteArray();
    }
}
