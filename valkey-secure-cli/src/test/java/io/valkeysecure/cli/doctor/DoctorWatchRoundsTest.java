package io.valkeysecure.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.valkeysecure.Endpoint;
import io.valkeysecure.cli.base.Console;
import io.valkeysecure.cli.base.InputException;
import io.valkeysecure.cli.doctor.report.Report;
import io.valkeysecure.cli.doctor.report.Severity;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** No round ends the watch, whatever it comes to; only the first refuses what was given. */
class DoctorWatchRoundsTest {
    private final CommandLine command = new CommandLine(CommandSpec.create());
    private final StringWriter out = new StringWriter();

    private static Report report() {
        return new Report(Instant.EPOCH, Duration.ofSeconds(1), List.of(), List.of(), Optional.empty(), List.of());
    }

    private void watch(DoctorWatch.Examination... rounds) throws IOException {
        command.setOut(new PrintWriter(out));
        Deque<DoctorWatch.Examination> left = new ArrayDeque<>(List.of(rounds));
        DoctorWatch.Examination next = () -> {
            DoctorWatch.Examination round = left.remove();
            Report report = round.run();
            if (left.isEmpty()) {
                Thread.currentThread().interrupt(); // as Ctrl-C
            }
            return report;
        };
        new DoctorWatch(
                        Console.of(command),
                        new Endpoint("localhost", 1),
                        next,
                        new DoctorMetrics(Severity.MEDIUM, Clock.systemUTC()),
                        Duration.ofMillis(1))
                .run();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(left).isEmpty();
    }

    @Test
    void round_thatFails_isToldAndTheNextIsMade() throws IOException {
        for (Throwable thrown : List.of(
                new IOException("a failure"),
                new UnknownHostException("a failure"),
                new InputException("a failure", "a hint"),
                new ParameterException(command, "a failure"),
                new IllegalStateException("a failure"),
                new IllegalArgumentException("a failure"),
                new StackOverflowError("a failure"))) {
            out.getBuffer().setLength(0);
            watch(DoctorWatchRoundsTest::report, throwing(thrown), DoctorWatchRoundsTest::report, () -> report());

            assertThat(out.toString())
                    .as(thrown.toString())
                    .containsOnlyOnce("not examined: ")
                    .containsOnlyOnce("examined again")
                    .contains("a failure", "ended after 3 rounds");
        }
    }

    @Test
    void firstRound_ofWhatCannotBe_endsIt() {
        for (Exception thrown : List.of(
                new UnknownHostException("none"),
                new InputException("none", "a hint"),
                new ParameterException(command, "none"))) {
            assertThat(Assertions.catchThrowable(() -> watch(throwing(thrown)))).isSameAs(thrown);
        }
    }

    private static DoctorWatch.Examination throwing(Throwable thrown) {
        return () -> {
            if (thrown instanceof IOException problem) {
                throw problem;
            }
            if (thrown instanceof Error problem) {
                throw problem;
            }
            throw (RuntimeException) thrown;
        };
    }
}
