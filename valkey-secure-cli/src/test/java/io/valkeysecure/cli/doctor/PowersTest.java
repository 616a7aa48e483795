package io.valkeysecure.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valkeysecure.cli.resp.Reply;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Answers of ACL DRYRUN that no server of the matrix gives. */
class PowersTest {
    private static final Reply NO_COMMAND = new Reply.Failed("ERR Command 'x' not found");
    private static final Reply DENIED = new Reply.Verbatim("User x has no permissions to run the 'y' command");

    @Test
    void command_keyDenied_isOpen() throws Exception {
        Powers powers = Powers.of(
                answers("MIGRATE", new Reply.Verbatim("User x has no permissions to access the 'k' key")), Set.of());

        assertThat(powers.open()).containsExactly("migrate");
        assertThat(Powers.of(answers("MIGRATE", DENIED), Set.of()).open()).isEmpty();
    }

    @Test
    void command_notFound_isNotOpen_unlessRenamed() throws Exception {
        assertThat(Powers.of(answers("SWAPDB", NO_COMMAND), Set.of("flushall")).open())
                .isEmpty();
        assertThatThrownBy(() -> Powers.of(answers("SWAPDB", NO_COMMAND), Set.of("swapdb")))
                .isInstanceOf(Powers.UntoldException.class)
                .hasMessageContaining("swapdb is renamed");
    }

    @Test
    void answer_thatSaysNothing_isUntold() {
        for (Reply answer : List.of(
                new Reply.Failed("NOPERM User admin has no permissions to run the 'acl|dryrun' command"),
                new Reply.Verbatim("perhaps"),
                new Reply.Nil())) {
            assertThatThrownBy(() -> Powers.of(answers("KEYS", answer), Set.of()))
                    .isInstanceOf(Powers.UntoldException.class);
        }
    }

    /** Everything is denied, but this command, which is answered so. */
    private static List<Reply> answers(String command, Reply answer) {
        return Powers.questions("x").stream()
                .map(question -> question.get(3).equals(command) ? answer : DENIED)
                .toList();
    }

    @Test
    void user_ofAReplica_isExpected() {
        assertThat(new Powers(Set.of("psync"), false, false).isOfReplicaOrSentinel())
                .isTrue();
        assertThat(new Powers(Set.of("psync"), false, true).isOfReplicaOrSentinel())
                .isFalse();
        assertThat(new Powers(Set.of("psync", "keys"), false, false).isOfReplicaOrSentinel())
                .isFalse();
        assertThat(Stream.of("slaveof", "shutdown")
                        .map(name -> new Powers(Set.of(name), false, false).isOfReplicaOrSentinel()))
                .containsExactly(true, false);
    }
}
