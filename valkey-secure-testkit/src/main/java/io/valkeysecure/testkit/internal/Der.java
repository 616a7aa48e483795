package io.valkeysecure.testkit.internal;

import java.io.ByteArrayOutputStream;

/** The little DER that must be put together from bytes which are not to be parsed and written anew. */
public final class Der {
    private Der() {}

    static byte[] sequence(byte[]... elements) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] element : elements) {
            content.writeBytes(element);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(0x30);
        int length = content.size();
        if (length < 0x80) {
            out.write(length);
        } else {
            int lengthBytes = length < 0x100 ? 1 : length < 0x10000 ? 2 : length < 0x1000000 ? 3 : 4;
            out.write(0x80 | lengthBytes);
            for (int shift = (lengthBytes - 1) * 8; shift >= 0; shift -= 8) {
                out.write(length >>> shift);
            }
        }
        out.writeBytes(content.toByteArray());
        return out.toByteArray();
    }
}
