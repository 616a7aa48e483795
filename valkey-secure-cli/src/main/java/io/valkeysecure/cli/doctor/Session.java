package io.valkeysecure.cli.doctor;

import io.valkeysecure.Endpoint;
import io.valkeysecure.cli.resp.Reply;
import io.valkeysecure.cli.resp.RespConnection;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Asks a server that is verified, within one time limit for all answers. Every command reads only. */
final class Session {
    /** All answers together may take so many times what one connection may take. */
    private static final int MOST_LIMITS = 10;

    private final Endpoint endpoint;
    private final RespConnection connection;
    private final Duration limit;
    private final Set<String> notes = new LinkedHashSet<>();
    private final long begun = System.nanoTime();
    private String refusal = "";

    Session(Endpoint endpoint, RespConnection connection, Duration limit) {
        this.endpoint = endpoint;
        this.connection = connection;
        this.limit = limit.multipliedBy(MOST_LIMITS);
    }

    /** Which commands were refused, and how. */
    Set<String> notes() {
        return notes;
    }

    /** Why the server did not answer the last command that it refused. */
    String refusal() {
        return refusal;
    }

    Optional<String> ask(String... command) throws IOException {
        return reply(command).map(Replies::text);
    }

    /** Empty, and a note, where the user may not, or the server does not know it. */
    Optional<Reply> reply(String... command) throws IOException {
        requireTime();
        Reply answer = connection.execute(List.of(command));
        if (answer instanceof Reply.Failed failed) {
            refused(String.join(" ", command), failed);
            return Optional.empty();
        }
        return Optional.of(answer);
    }

    /** Sends all commands at once. Errors are answers, and leave no note. */
    List<Reply> replies(List<List<String>> commands) throws IOException {
        requireTime();
        return connection.executeAll(commands);
    }

    void refused(String command, Reply.Failed failed) {
        refusal = command + ": " + failed.text();
        notes.add(refusal);
    }

    private void requireTime() throws SocketTimeoutException {
        if (System.nanoTime() - begun > limit.toNanos()) {
            throw new SocketTimeoutException(endpoint + " took longer than " + limit + " for all answers together");
        }
    }
}
