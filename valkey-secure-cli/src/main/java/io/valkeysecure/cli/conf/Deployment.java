package io.valkeysecure.cli.conf;

import io.valkeysecure.cli.base.InputException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What the configuration is written for. Every text of it is free of spaces, quotes and control characters, so that
 * none can end a line or a string in what is written.
 *
 * @param version of Valkey
 * @param certificate file with the server's chain
 * @param key file with its key
 * @param ca file with the CAs of clients and of other servers
 * @param port the TLS port
 * @param bind addresses to listen on
 * @param users file with the users, or the directory for it
 * @param secrets file with the passwords that the server itself needs
 * @param announced the name under which others reach it, as in its certificate
 * @param replicationUser the user that a replica logs in as
 * @param names what the certificate has to carry
 * @param strict whether TLS 1.3 only
 */
public record Deployment(
        Version version,
        String certificate,
        String key,
        String ca,
        int port,
        List<String> bind,
        String users,
        String secrets,
        Optional<String> announced,
        Optional<String> replicationUser,
        List<String> names,
        boolean strict) {

    /**
     * Checks every text.
     *
     * @throws InputException if one could end a line or a string in what is written
     */
    public Deployment {
        bind = List.copyOf(bind);
        names = List.copyOf(names);
        Stream.of(
                        Stream.of(certificate, key, ca, users, secrets),
                        bind.stream(),
                        announced.stream(),
                        replicationUser.stream(),
                        names.stream())
                .flatMap(texts -> texts)
                .forEach(Deployment::requirePlain);
        requirePort(port);
    }

    static void requirePlain(String text) {
        if (!text.matches("[!#-&(-\\[\\]-~]+")) {
            throw new InputException(
                    "not usable in a configuration: \"" + text.replaceAll("[^ -~]", "?") + "\"",
                    "expected printable ASCII without spaces, quotes and backslashes");
        }
    }

    static void requirePort(int port) {
        if (port < 1 || port > 65535) {
            throw new InputException("expected a port of 1 to 65535, was " + port, "the usual one is 6380");
        }
    }
}
