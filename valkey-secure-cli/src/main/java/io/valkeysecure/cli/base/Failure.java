package io.valkeysecure.cli.base;

import io.valkeysecure.PeerRejectedException;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.TlsConfigurationException;
import io.valkeysecure.TlsHandshakeException;
import io.valkeysecure.internal.text.Causes;
import io.valkeysecure.internal.text.Printable;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What went wrong, for people.
 *
 * @param message one line
 * @param hint what to do or to look at
 * @param exitCode what the command ends with
 */
public record Failure(String message, Optional<String> hint, int exitCode) {

    /** {@return the message for the user} */
    public static Failure of(Throwable thrown) {
        return of(thrown, nothing -> false);
    }

    /**
     * Describes what a client library threw.
     *
     * @param thrown by the library
     * @param isServersAnswer whether an exception of the library is an error that the server answered with
     * @return the message, the hint and the exit code
     */
    public static Failure of(Throwable thrown, Predicate<Throwable> isServersAnswer) {
        if (thrown instanceof InputException input) {
            return new Failure(firstLine(input), Optional.of(input.hint()), ExitCode.USAGE);
        }
        if (thrown instanceof FileSystemException problem) {
            return ofFile(problem);
        }
        Throwable telling = refusal(thrown)
                .or(() -> find(thrown, isServersAnswer))
                .or(() -> find(thrown, Failure::isNoConnection))
                .orElse(thrown);
        String message = OptionNames.in(firstLine(telling));
        if (telling instanceof UnknownHostException) {
            return new Failure(
                    "unknown host " + message, Optional.of("is it spelled right? getent hosts NAME"), ExitCode.USAGE);
        }
        if (telling instanceof TlsConfigurationException || telling instanceof IllegalStateException) {
            return new Failure(message, Optional.empty(), ExitCode.USAGE);
        }
        return new Failure(message, hint(telling), isNoConnection(telling) ? ExitCode.UNREACHABLE : ExitCode.REFUSED);
    }

    /** The message of such an exception may be nothing but the path. */
    private static Failure ofFile(FileSystemException problem) {
        String what = problem instanceof NoSuchFileException
                ? "does not exist"
                : problem instanceof FileAlreadyExistsException
                        ? "exists, and is not overwritten"
                        : problem instanceof AccessDeniedException
                                ? "may not be read or written by this user"
                                : problem.getReason() == null
                                        ? "could not be read or written"
                                        : "could not be read or written: " + problem.getReason();
        return new Failure(
                Printable.message(problem.getFile() + " " + what),
                Optional.of("ls -ld " + Printable.message(problem.getFile())),
                ExitCode.USAGE);
    }

    /** The exception of ours in what a client or a pool threw. */
    public static Optional<Throwable> refusal(Throwable thrown) {
        return find(thrown, TlsHandshakeException.class::isInstance)
                .or(() -> find(thrown, TlsConfigurationException.class::isInstance))
                .or(() -> find(thrown, PeerRejectedException.class::isInstance));
    }

    public static String firstLine(Throwable thrown) {
        String message = thrown.getMessage();
        return message == null || message.isBlank()
                ? thrown.getClass().getSimpleName()
                : Printable.message(message.lines().findFirst().orElseThrow());
    }

    private static Optional<String> hint(Throwable telling) {
        if (telling instanceof TlsHandshakeException refused) {
            return hint(refused);
        }
        if (telling instanceof ConnectException || telling instanceof SocketTimeoutException) {
            return Optional.of("is the server up, and is this its tls-port? valkey-cli --tls ... config get tls-port");
        }
        return hintOfAnswer(String.valueOf(telling.getMessage()));
    }

    /** What to do about an error that the server answered with. */
    public static Optional<String> hintOfAnswer(String message) {
        if (message.startsWith("NOAUTH")) {
            return Optional.of("give --user and --password-file, or the password in VALKEY_PASSWORD");
        }
        if (message.startsWith("WRONGPASS")) {
            return Optional.of("look at the user on the server: valkey-cli --tls ... acl getuser NAME");
        }
        if (message.startsWith("NOPERM")) {
            return Optional.of("what this user may do: valkey-cli --tls ... acl getuser NAME");
        }
        return Optional.empty();
    }

    private static Optional<String> hint(TlsHandshakeException refused) {
        String connect = "openssl s_client -connect " + refused.endpoint() + " </dev/null";
        return switch (refused.reason()) {
            case UNTRUSTED_ISSUER -> Optional.of("what the server presents: " + connect + " -showcerts");
            case NAME_MISMATCH ->
                Optional.of(
                        "dial a name that the certificate has, or say --expect-name NAME if you know that it is right");
            case EXPIRED, NOT_YET_VALID ->
                Optional.of("dates of the leaf: " + connect + " 2>&1 | openssl x509 -noout -dates; and: date -u");
            case CLIENT_IDENTITY_REQUIRED -> Optional.of("give --cert FILE and --key FILE");
            case CLIENT_IDENTITY_REJECTED ->
                Optional.of(
                        "the server's log says why; its CAs for clients: valkey-cli ... config get tls-ca-cert-file");
            case PEER_CLOSED -> Optional.of("its limit of clients: valkey-cli ... config get maxclients; and its log");
            case PLAINTEXT_PEER, HANDSHAKE_TIMEOUT ->
                Optional.of("is this its tls-port? valkey-cli ... config get tls-port");
            case PROTOCOL_VERSION, CIPHER_SUITE -> Optional.of("what the server can do: " + connect + " -tls1_3");
            default -> Optional.empty();
        };
    }

    private static boolean isNoConnection(Throwable thrown) {
        return thrown instanceof ConnectException
                || thrown instanceof UnknownHostException
                || thrown instanceof SocketTimeoutException;
    }

    private static Optional<Throwable> find(Throwable thrown, Predicate<Throwable> wanted) {
        return Causes.withSuppressed(thrown).stream().filter(wanted).findFirst();
    }

    /** The reason's tag, or what else it is. */
    public static String tag(Throwable thrown) {
        return RefusalReason.of(thrown)
                .map(RefusalReason::tag)
                .orElse("no refusal: " + thrown.getClass().getSimpleName());
    }
}
