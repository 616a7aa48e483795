package io.valkeysecure.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the command line and the environment of an exporter tell; the real one is started by {@code ./verify doctor}. */
class ExporterTest {
    private static Exporter of(Map<String, String> environment, String... options) {
        return Exporter.of(
                "7",
                Stream.concat(Stream.of("/usr/bin/prometheus-redis-exporter"), Stream.of(options))
                        .toList(),
                true,
                environment);
    }

    @Test
    void safeOne_hasNoProblem() {
        for (String[] options : new String[][] {
            {"-redis.addr=rediss://localhost:6380", "-redis.user=watcher"},
            {"--redis.addr", "rediss://localhost:6380", "--redis.user", "watcher"},
            {"--redis.addr=rediss://watcher@localhost:6380/0", "--skip-tls-verification=false"},
            {"--debug", "--redis.addr=valkeys://localhost:6380?db=1", "--redis.user=watcher"}
        }) {
            assertThat(of(Map.of(), options))
                    .isEqualTo(new Exporter(
                            "7", Optional.of(new Exporter.Server("localhost", 6380)), "watcher", List.of()));
        }
    }

    @Test
    void variables_countWhereThereIsNoOption() {
        Map<String, String> environment =
                Map.of("REDIS_ADDR", "rediss://[::1]:6380", "REDIS_USER", "watcher", "REDIS_PASSWORD", "secret");

        assertThat(of(environment))
                .isEqualTo(new Exporter("7", Optional.of(new Exporter.Server("::1", 6380)), "watcher", List.of()));
        assertThat(of(environment, "--redis.user=boss").user()).isEqualTo("boss");
        assertThat(of(Map.of("REDIS_ADDR", "rediss://h", "REDIS_EXPORTER_SKIP_TLS_VERIFICATION", "true"))
                        .problems())
                .containsExactly("it does not verify the server (skip-tls-verification)");
    }

    @Test
    void withoutTls_isAProblem() {
        for (String address : List.of("redis://localhost:6379", "localhost:6379", "localhost")) {
            assertThat(of(Map.of(), "--redis.addr=" + address))
                    .isEqualTo(new Exporter(
                            "7",
                            Optional.of(new Exporter.Server("localhost", 6379)),
                            "default",
                            List.of("it connects without TLS")));
        }
        assertThat(of(Map.of()).server()).contains(new Exporter.Server("localhost", 6379));
    }

    @Test
    void unverifiedServer_isAProblem() {
        for (String skip : List.of("--skip-tls-verification", "-skip-tls-verification=true")) {
            assertThat(of(Map.of(), "--redis.addr=rediss://h:1", skip).problems())
                    .containsExactly("it does not verify the server (skip-tls-verification)");
        }
    }

    @Test
    void passwordInTheCommandLine_isAProblem_andNotRepeated() {
        for (String[] options : new String[][] {
            {"--redis.addr=rediss://h:1", "--redis.password=hunter2"},
            {"--redis.addr=rediss://h:1", "-redis.password", "hunter2"},
            {"--redis.addr=rediss://watcher:hunter2@h:1"}
        }) {
            assertThat(of(Map.of(), options).problems())
                    .containsExactly("its password is in its command line, which every user of the machine can read");
            assertThat(of(Map.of(), options).toString()).doesNotContain("hunter2");
        }
        assertThat(of(Map.of("REDIS_ADDR", "rediss://watcher:hunter2@h:1")).problems())
                .isEmpty();
    }

    @Test
    void server_thatIsNotTold_isUnknown() {
        assertThat(Exporter.of("7", List.of("redis_exporter"), false, Map.of()).server())
                .isEmpty();
        assertThat(of(Map.of(), "--redis.addr=://").server()).isEmpty();
    }
}
