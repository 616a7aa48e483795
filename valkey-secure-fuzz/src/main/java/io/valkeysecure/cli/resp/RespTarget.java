package io.valkeysecure.cli.resp;

import io.valkeysecure.cli.base.InputException;
import io.valkeysecure.cli.connect.Words;
import io.valkeysecure.fuzz.Draw;
import io.valkeysecure.fuzz.FuzzTarget;
import io.valkeysecure.fuzz.Properties;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Answers in RESP, read and shown, and lines of commands, split. */
public final class RespTarget implements FuzzTarget {
    private static final int AS_LINE = 1;
    private static final int MOST_ANSWERS = 100;

    /** Makes the target. */
    public RespTarget() {}

    @Override
    public String name() {
        return "resp";
    }

    @Override
    public List<byte[]> seeds() {
        List<byte[]> seeds = new ArrayList<>();
        for (String text : List.of(
                "+OK\r\n",
                "-NOAUTH Authentication required.\r\n",
                ":1\r\n,1.5\r\n(12345678901234567890\r\n#t\r\n_\r\n",
                "$5\r\nhello\r\n$-1\r\n",
                "*2\r\n$1\r\na\r\n*0\r\n",
                "%1\r\n+a\r\n:1\r\n~1\r\n+a\r\n>2\r\n+message\r\n+a\r\n",
                "=7\r\ntxt:abc\r\n!5\r\nERR x\r\n|1\r\n+a\r\n+b\r\n+c\r\n",
                "*-1\r\n",
                "$600000000\r\n",
                "*1\r\n".repeat(40))) {
            seeds.add(("\0" + text).getBytes(StandardCharsets.UTF_8));
        }
        for (String line : List.of("set a b", "set \"a\\x00\\n\" 'b\\''", "\"a\"b", "\"", "'")) {
            seeds.add(("\1" + line).getBytes(StandardCharsets.UTF_8));
        }
        return seeds;
    }

    @Override
    public void run(byte[] input) {
        Draw draw = new Draw(input);
        if (draw.octet() == AS_LINE) {
            try {
                var unused = Words.of(draw.text());
            } catch (InputException e) {
                Properties.requireFit(e);
            }
            return;
        }
        RespReader reader = new RespReader(new ByteArrayInputStream(draw.rest()), AnswerLimits.ofSettings());
        try {
            for (int i = 0; i < MOST_ANSWERS; i++) {
                Reply reply = reader.read();
                Shown.forPeople(reply)
                        .lines()
                        .forEach(line -> Properties.requireShowable(shortened(line), "Shown.forPeople"));
                var unused = Shown.raw(reply);
            }
        } catch (IOException e) {
            Properties.requireFit(e);
        }
    }

    /** What a user asked for may be long. */
    private static String shortened(String line) {
        return line.length() > 1000 ? line.substring(0, 1000) : line;
    }
}
