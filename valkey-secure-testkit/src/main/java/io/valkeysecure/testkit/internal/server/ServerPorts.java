package io.valkeysecure.testkit.internal.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.OptionalInt;
import java.util.SplittableRandom;

/** The ports of a server as its clients see them; a node of a cluster also has a bus. */
public record ServerPorts(int tls, OptionalInt plaintext, OptionalInt bus) {
    /** Below what systems give to outgoing connections: no such one takes the port of a server that is stopped. */
    private static final int LOWEST = 15_000;

    private static final int HIGHEST = 32_000;
    private static final int TRIES = 1_000;

    public static ServerPorts choose(boolean plaintext, boolean bus) {
        SplittableRandom random = new SplittableRandom();
        int tls = free(random);
        OptionalInt second = plaintext ? OptionalInt.of(free(random)) : OptionalInt.empty();
        return new ServerPorts(tls, second, bus ? OptionalInt.of(free(random)) : OptionalInt.empty());
    }

    private static int free(SplittableRandom random) {
        IOException last = null;
        for (int i = 0; i < TRIES; i++) {
            int port = random.nextInt(LOWEST, HIGHEST);
            try (ServerSocket probe = new ServerSocket()) {
                probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                return port;
            } catch (IOException e) {
                last = e;
            }
        }
        throw new IllegalStateException("found no free port on the loopback address in " + TRIES + " tries", last);
    }

    /** Returns kind and number of each port, one a line. */
    public String lines() {
        StringBuilder lines = new StringBuilder("tls " + tls + "\n");
        plaintext.ifPresent(port -> lines.append("plaintext ").append(port).append('\n'));
        bus.ifPresent(port -> lines.append("bus ").append(port).append('\n'));
        return lines.toString();
    }
}
