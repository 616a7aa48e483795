package io.valkeysecure.cli.doctor;

import io.valkeysecure.cli.resp.Reply;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What a user may run of the commands that administer, destroy, or copy everything, as the server says by ACL DRYRUN.
 *
 * @param open what it may run
 * @param all whether that is every command that was asked about, those on keys as well
 * @param data whether it may run commands on keys
 */
record Powers(Set<String> open, boolean all, boolean data) {
    /** Each in a form that the server accepts: ACL DRYRUN counts the arguments first. */
    private static final List<List<String>> COMMANDS = Stream.of(
                    "ACL DELUSER x",
                    "ACL GETUSER x",
                    "ACL LOAD",
                    "ACL SETUSER x",
                    "CLIENT KILL x",
                    "CLIENT PAUSE 0",
                    "CLUSTER ADDSLOTS 0",
                    "CLUSTER DELSLOTS 0",
                    "CLUSTER FAILOVER",
                    "CLUSTER FLUSHSLOTS",
                    "CLUSTER FORGET x",
                    "CLUSTER MEET x 1",
                    "CLUSTER REPLICATE x",
                    "CLUSTER RESET",
                    "CLUSTER SETSLOT 0 STABLE",
                    "CONFIG REWRITE",
                    "CONFIG SET dir x",
                    "DEBUG SLEEP 0",
                    "FAILOVER",
                    "FLUSHALL",
                    "FLUSHDB",
                    "KEYS *",
                    "MIGRATE x 1 k 0 1",
                    "MODULE LOAD x",
                    "MODULE LOADEX x",
                    "MODULE UNLOAD x",
                    "MONITOR",
                    "PSYNC x 1",
                    "REPLICAOF x 1",
                    "RESTORE k 0 x",
                    "RESTORE-ASKING k 0 x",
                    "SHUTDOWN",
                    "SLAVEOF x 1",
                    "SWAPDB 0 1",
                    "SYNC")
            .map(line -> List.of(line.split(" ", -1)))
            .toList();

    private static final List<List<String>> ON_KEYS = List.of(List.of("GET", "k"), List.of("SET", "k", "x"));
    private static final Set<String> WITH_SUBCOMMANDS = Set.of("ACL", "CLIENT", "CLUSTER", "CONFIG", "MODULE");

    /** What replicas and sentinels need, so says Valkey's documentation. */
    private static final List<Set<String>> ROLES =
            List.of(Set.of("psync", "sync"), Set.of("client|kill", "config|rewrite", "replicaof", "slaveof"));

    /** The server does not say what a user may do. */
    static final class UntoldException extends Exception {
        private static final long serialVersionUID = 1L;

        UntoldException(String message) {
            super(message);
        }
    }

    /** {@return the commands to ask the server with, for the user} */
    static List<List<String>> questions(String user) {
        return Stream.concat(COMMANDS.stream(), ON_KEYS.stream())
                .map(command -> Stream.concat(Stream.of("ACL", "DRYRUN", user), command.stream())
                        .toList())
                .toList();
    }

    /**
     * Reads the answers to the questions.
     *
     * @param renamed commands that the server has under another name
     * @throws UntoldException if there is an answer that says neither yes nor no
     */
    static Powers of(List<Reply> answers, Set<String> renamed) throws UntoldException {
        Set<String> open = new TreeSet<>();
        int known = 0;
        for (int i = 0; i < COMMANDS.size(); i++) {
            String name = name(COMMANDS.get(i));
            if (isUnknown(answers.get(i))) {
                if (renamed.contains(name.replaceAll("\\|.*", ""))) {
                    throw new UntoldException(name + " is renamed, and the server does not tell its new name");
                }
                continue;
            }
            known++;
            if (isAllowed(answers.get(i))) {
                open.add(name);
            }
        }
        if (known == 0) {
            throw new UntoldException("ACL DRYRUN knows none of the commands");
        }
        boolean data = false;
        boolean all = open.size() == known;
        for (Reply answer : answers.subList(COMMANDS.size(), answers.size())) {
            if (!isUnknown(answer)) { // a sentinel has no keys
                boolean allowed = isAllowed(answer);
                data |= allowed;
                all &= allowed;
            }
        }
        return new Powers(open, all, data);
    }

    /** The names of the commands that the questions are about. */
    static List<String> names() {
        return COMMANDS.stream().map(command -> command.get(0)).distinct().toList();
    }

    /** Whether it is no more than what a replica or a sentinel logs in with. */
    boolean isOfReplicaOrSentinel() {
        return !data
                && (open.contains("psync") || open.contains("slaveof"))
                && ROLES.stream().anyMatch(role -> role.containsAll(open));
    }

    private static String name(List<String> command) {
        String name =
                WITH_SUBCOMMANDS.contains(command.get(0)) ? command.get(0) + "|" + command.get(1) : command.get(0);
        return name.toLowerCase(Locale.ROOT);
    }

    private static boolean isUnknown(Reply answer) {
        return answer instanceof Reply.Failed failed && failed.text().contains("not found");
    }

    /** A user who may not use this key or channel may use the command with others. */
    private static boolean isAllowed(Reply answer) throws UntoldException {
        String text = Replies.text(answer);
        if (answer instanceof Reply.Status) {
            return true;
        } else if (!(answer instanceof Reply.Failed) && text.contains("no permissions to")) {
            return !text.contains("no permissions to run");
        }
        throw new UntoldException("ACL DRYRUN: " + text);
    }
}
