package io.valkeysecure.internal.connection;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The TCP connections of this process, as Linux lists them: {@code fd} has the sockets of the process, {@code net/tcp}
 * and {@code net/tcp6} the connections of its network namespace with the inode of each socket.
 *
 * @param process the directory of the process, {@code /proc/self}
 */
record ProcessSockets(Path process) {
    private static final String SOCKET = "socket:[";
    private static final String ESTABLISHED = "01";
    private static final int LOCAL = 1;
    private static final int REMOTE = 2;
    private static final int STATE = 3;
    private static final int INODE = 9;
    private static final int HEX = 16;
    private static final int HEX_OF_WORD = 8;

    /**
     * {@return the established connections of this process, by the inode of the socket}
     *
     * @throws IOException if the system does not have these files, or does not let them be read
     */
    Map<String, TcpConnection> established() throws IOException {
        Set<String> own = inodes();
        Map<String, TcpConnection> connections = new HashMap<>();
        read(process.resolve("net/tcp"), own, connections);
        try {
            read(process.resolve("net/tcp6"), own, connections);
        } catch (NoSuchFileException e) {
            // a kernel without IPv6
        }
        return connections;
    }

    private Set<String> inodes() throws IOException {
        Set<String> inodes = new HashSet<>();
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(process.resolve("fd"))) {
            for (Path descriptor : descriptors) {
                try {
                    String target = Files.readSymbolicLink(descriptor).toString();
                    if (target.startsWith(SOCKET)) {
                        inodes.add(target.substring(SOCKET.length(), target.length() - 1));
                    }
                } catch (NoSuchFileException e) {
                    // closed meanwhile
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return inodes;
    }

    private static void read(Path table, Set<String> own, Map<String, TcpConnection> connections) throws IOException {
        try (Stream<String> rows = Files.lines(table, StandardCharsets.US_ASCII)) {
            for (Iterator<String> each = rows.skip(1).iterator(); each.hasNext(); ) {
                String[] columns = each.next().strip().split("\\s+", -1);
                if (columns[STATE].equals(ESTABLISHED) && own.contains(columns[INODE])) {
                    connections.put(
                            columns[INODE], new TcpConnection(address(columns[LOCAL]), address(columns[REMOTE])));
                }
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } catch (IndexOutOfBoundsException | NumberFormatException e) {
            throw new IOException("expected the columns of Linux 2.6 and later in " + table, e);
        }
    }

    /** Reads {@code 0100007F:18EB}: each word of the address in the byte order of the machine, then the port. */
    private static InetSocketAddress address(String text) throws IOException {
        int colon = text.indexOf(':');
        ByteBuffer address = ByteBuffer.allocate(colon / 2).order(ByteOrder.nativeOrder());
        for (int i = 0; i < colon; i += HEX_OF_WORD) {
            address.putInt(Integer.parseUnsignedInt(text, i, i + HEX_OF_WORD, HEX));
        }
        return new InetSocketAddress(
                InetAddress.getByAddress(address.array()), Integer.parseInt(text, colon + 1, text.length(), HEX));
    }
}
