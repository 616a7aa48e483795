package io.valkeysecure.cli.doctor.probe;

import io.valkeysecure.Endpoint;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Asks a server which versions, suites and groups of TLS it accepts: one ClientHello a connection, broken off at the
 * answer.
 */
public final class TlsProbe {
    /** More than there are to find; against a server that makes answers up. */
    private static final int MOST_SUITES = 64;

    private final Endpoint endpoint;
    private final Duration limit;

    public TlsProbe(Endpoint endpoint, Duration limit) {
        this.endpoint = endpoint;
        this.limit = limit;
    }

    /**
     * What a server accepts.
     *
     * @param versions as OpenSSL names them, oldest first
     * @param broken names of suites
     * @param weak names of suites
     * @param secureRenegotiation empty where no version has renegotiation
     * @param ticket whether TLS 1.2 gives session tickets
     * @param postQuantum whether X25519MLKEM768 is accepted
     * @param compression empty where no version has compression
     * @param dhBits of the Diffie-Hellman group; empty if no suite with one is accepted
     */
    public record Accepted(
            List<String> versions,
            List<String> broken,
            List<String> weak,
            Optional<Boolean> secureRenegotiation,
            boolean ticket,
            boolean postQuantum,
            Optional<Boolean> compression,
            Optional<Integer> dhBits) {

        public boolean accepts(int version) {
            return versions.contains(ClientHello.versionName(version));
        }
    }

    public Accepted ask() throws IOException {
        List<String> versions = new ArrayList<>();
        Optional<ServerHello> newestOld = Optional.empty();
        for (int version = ClientHello.SSL_30; version <= ClientHello.TLS_13; version++) {
            List<Integer> suites = version == ClientHello.TLS_13 ? Suites.TLS_13 : Suites.beforeTls13();
            Optional<ServerHello> answer = answer(version, suites, ClientHello.USUAL_GROUPS);
            if (answer.isPresent() && answer.get().version() == version) {
                versions.add(ClientHello.versionName(version));
                if (version < ClientHello.TLS_13) {
                    newestOld = answer;
                }
            }
        }
        List<String> broken = new ArrayList<>();
        List<String> weak = new ArrayList<>();
        if (newestOld.isPresent()) {
            int version = newestOld.get().version();
            broken.addAll(accepted(version, Suites.broken()));
            weak.addAll(accepted(version, Suites.weak()));
            weak.addAll(accepted(version, Suites.unknown())); // nobody can say that they are good
        }
        boolean tls13 = versions.contains(ClientHello.versionName(ClientHello.TLS_13));
        if (tls13) {
            weak.addAll(accepted(ClientHello.TLS_13, List.of(0x1305)));
        }
        return new Accepted(
                List.copyOf(versions),
                List.copyOf(broken),
                List.copyOf(weak),
                newestOld.map(hello -> hello.extensions().contains(ServerHello.RENEGOTIATION_INFO)),
                newestOld
                        .map(hello -> hello.extensions().contains(ServerHello.SESSION_TICKET))
                        .orElse(false),
                tls13 && isPostQuantum(),
                newestOld.map(hello -> hello.compression() != 0),
                newestOld.isPresent() ? dhBits(newestOld.get().version()) : Optional.empty());
    }

    /** By elimination: what was chosen is not offered again, until nothing is. */
    private List<String> accepted(int version, List<Integer> suites) throws IOException {
        List<Integer> left = new ArrayList<>(suites);
        List<String> found = new ArrayList<>();
        while (!left.isEmpty() && found.size() < MOST_SUITES) {
            Optional<ServerHello> answer = answer(version, left, ClientHello.USUAL_GROUPS);
            if (answer.isEmpty() || !left.remove((Integer) answer.get().suite())) {
                break;
            }
            found.add(Suites.name(answer.get().suite()));
        }
        return found;
    }

    private Optional<Integer> dhBits(int version) throws IOException {
        try (Wire wire = Wire.open(endpoint, limit)) {
            wire.send(new ClientHello(version, Suites.ephemeralDh(), ClientHello.USUAL_GROUPS, serverName()).encoded());
            return ServerKeyExchange.dhBits(wire);
        }
    }

    private boolean isPostQuantum() throws IOException {
        return answer(ClientHello.TLS_13, Suites.TLS_13, List.of(ClientHello.X25519_MLKEM768))
                .filter(hello -> hello.group() == ClientHello.X25519_MLKEM768)
                .isPresent();
    }

    private Optional<ServerHello> answer(int version, List<Integer> suites, List<Integer> groups) throws IOException {
        try (Wire wire = Wire.open(endpoint, limit)) {
            wire.send(new ClientHello(version, suites, groups, serverName()).encoded());
            return ServerHello.read(wire);
        }
    }

    /** An address is no name for SNI. */
    private Optional<String> serverName() {
        String host = endpoint.host();
        return host.indexOf(':') >= 0 || host.matches("[0-9.]+") ? Optional.empty() : Optional.of(host);
    }

    /** Whether anything at this port answers a ClientHello by TLS, be it an alert. */
    public static boolean speaksTls(Endpoint endpoint, Duration limit) throws IOException {
        try (Wire wire = Wire.open(endpoint, limit)) {
            wire.send(new ClientHello(
                            ClientHello.TLS_12, Suites.beforeTls13(), ClientHello.USUAL_GROUPS, Optional.empty())
                    .encoded());
            byte[] start = wire.read(3);
            return (start[0] == 21 || start[0] == 22) && start[1] == 3;
        } catch (java.net.ConnectException e) {
            throw e;
        } catch (IOException e) {
            return false;
        }
    }
}
