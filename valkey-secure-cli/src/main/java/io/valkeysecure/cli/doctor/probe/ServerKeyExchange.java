package io.valkeysecure.cli.doctor.probe;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.math.BigInteger;
import java.net.SocketException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Optional;

/** Reads a server's first messages up to its ServerKeyExchange, RFC 5246 section 7.4.3. */
final class ServerKeyExchange {
    private static final int TYPE = 12;
    private static final int SERVER_HELLO_DONE = 14;
    /** Chains are shorter. */
    private static final int MOST_BYTES = 256 * 1024;

    private ServerKeyExchange() {}

    /** {@return the length of the prime; empty if the server refuses} */
    static Optional<Integer> dhBits(Wire wire) throws IOException {
        ByteArrayOutputStream messages = new ByteArrayOutputStream();
        try {
            while (messages.size() < MOST_BYTES) {
                ByteBuffer header = ByteBuffer.wrap(wire.read(5));
                if (header.get() != 22) {
                    return Optional.empty(); // an alert
                }
                messages.writeBytes(wire.read(header.getShort(3) & 0xffff));
                Optional<ByteBuffer> found = find(ByteBuffer.wrap(messages.toByteArray()));
                if (found.isPresent()) {
                    return Optional.of(found.get())
                            .filter(ByteBuffer::hasRemaining)
                            .map(ServerKeyExchange::prime);
                }
            }
        } catch (EOFException | SocketException e) {
            // refused, and without an alert
        }
        return Optional.empty();
    }

    /** {@return the message; of no bytes if there is none; empty if it may still come} */
    private static Optional<ByteBuffer> find(ByteBuffer messages) {
        while (messages.remaining() >= 4) {
            int type = messages.get();
            int length = ((messages.get() & 0xff) << 16) | (messages.getShort() & 0xffff);
            if (type == SERVER_HELLO_DONE) {
                return Optional.of(ByteBuffer.allocate(0));
            }
            if (messages.remaining() < length) {
                return Optional.empty();
            }
            if (type == TYPE) {
                return Optional.of(messages.slice(messages.position(), length));
            }
            messages.position(messages.position() + length);
        }
        return Optional.empty();
    }

    private static int prime(ByteBuffer exchange) {
        try {
            byte[] prime = new byte[exchange.getShort() & 0xffff];
            exchange.get(prime);
            return new BigInteger(1, prime).bitLength();
        } catch (BufferUnderflowException e) {
            return 0;
        }
    }
}
