package io.valkeysecure.cli.resp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ShownTest {
    @Test
    void verbatimText_forPeople_keepsItsLinesAndCannotDriveATerminal() {
        Reply reply = new Reply.Verbatim("a\u001b[2J\r\nb\u202ec\n\u00fc");

        assertThat(Shown.forPeople(reply)).isEqualTo("a\\u001b[2J\nb\\u202ec\n\u00fc");
        assertThat(Shown.forPeople(new Reply.Verbatim("a b\nc"))).isEqualTo("a b\nc");
    }

    @Test
    void verbatimText_forPrograms_isAsItIs() {
        assertThat(Shown.raw(new Reply.Verbatim("a\u001b[2J\r\nb"))).asString().isEqualTo("a\u001b[2J\r\nb");
    }
}
