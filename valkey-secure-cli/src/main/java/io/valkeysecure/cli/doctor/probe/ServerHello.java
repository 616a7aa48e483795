package io.valkeysecure.cli.doctor.probe;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a server answered to a ClientHello.
 *
 * @param version what it chose
 * @param suite what it chose
 * @param compression what it chose, 0 for none
 * @param group what it chose under TLS 1.3, or asked for; 0 if nothing was said
 * @param extensions the types of its extensions
 */
public record ServerHello(int version, int suite, int compression, int group, List<Integer> extensions) {
    static final int SESSION_TICKET = 35;
    static final int RENEGOTIATION_INFO = 0xff01;
    private static final int LONGEST_RECORD = 1 << 14;

    /** The answer was not TLS. */
    public static final class NoTlsException extends IOException {
        private static final long serialVersionUID = 1L;

        public NoTlsException() {
            super("the answer to a ClientHello was not TLS");
        }
    }

    /**
     * Waits for the answer.
     *
     * @return empty if the server refuses
     * @throws NoTlsException if it is none of TLS
     * @throws SocketTimeoutException if nothing comes
     */
    static Optional<ServerHello> read(Wire wire) throws IOException {
        try {
            ByteBuffer header = ByteBuffer.wrap(wire.read(5));
            int type = header.get() & 0xff;
            int major = header.get() & 0xff;
            header.get();
            int length = header.getShort() & 0xffff;
            if ((type != 21 && type != 22) || major != 3 || length > LONGEST_RECORD) {
                throw new NoTlsException();
            }
            return type == 21 ? Optional.empty() : Optional.of(parse(ByteBuffer.wrap(wire.read(length))));
        } catch (EOFException | SocketException e) {
            return Optional.empty(); // the end, or a reset
        } catch (BufferUnderflowException | IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new NoTlsException();
        }
    }

    private static ServerHello parse(ByteBuffer hello) throws NoTlsException {
        if (hello.get() != 2) {
            throw new NoTlsException();
        }
        hello.position(hello.position() + 3);
        int version = hello.getShort() & 0xffff;
        hello.position(hello.position() + 32);
        hello.position(hello.position() + 1 + (hello.get(hello.position()) & 0xff));
        int suite = hello.getShort() & 0xffff;
        int compression = hello.get() & 0xff;
        List<Integer> extensions = new ArrayList<>();
        int group = 0;
        if (hello.remaining() >= 2) {
            int end = hello.getShort() & 0xffff;
            end += hello.position();
            while (hello.position() < end) {
                int type = hello.getShort() & 0xffff;
                int next = hello.getShort() & 0xffff;
                next += hello.position();
                extensions.add(type);
                if (type == 43) {
                    version = hello.getShort() & 0xffff;
                } else if (type == 51) {
                    group = hello.getShort() & 0xffff;
                }
                hello.position(next);
            }
        }
        return new ServerHello(version, suite, compression, group, List.copyOf(extensions));
    }
}
