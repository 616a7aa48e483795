package io.valkeysecure.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.LIST;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsConfigurationException;
import java.nio.file.Path;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.actuate.info.Info;
import org.springframework.boot.actuate.info.InfoContributor;
import org.springframework.boot.health.actuate.endpoint.HttpCodeStatusMapper;
import org.springframework.boot.health.actuate.endpoint.SimpleHttpCodeStatusMapper;
import org.springframework.boot.health.actuate.endpoint.StatusAggregator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** What the actuator shows. */
class ActuatorTest {
    @TempDir
    private Path directory = Path.of("");

    private ApplicationContextRunner application = Boot.secure();
    private Path trust = Path.of("");

    @BeforeEach
    void nameTrust() {
        trust = Boot.write(directory.resolve("trust.pem"), Boot.ROOT.certificatePem());
        application = Boot.secure().withPropertyValues("valkey.secure.trust=" + trust);
    }

    @Test
    void health_goesDegradedWhenNewTrustCannotBeRead_andBack() {
        application.run(context -> {
            HealthIndicator indicator = context.getBean("valkeySecureHealthIndicator", HealthIndicator.class);
            SecureTls tls = context.getBean(SecureTls.class);
            assertThat(indicator.health().getStatus()).isEqualTo(Status.UP);
            assertThat(indicator.health().getDetails())
                    .containsEntry("generation", 1L)
                    .containsKey("anchorNotAfter");

            Boot.write(trust, "no certificate");
            assertThat(org.assertj.core.api.Assertions.catchThrowable(tls::reload))
                    .isInstanceOf(TlsConfigurationException.class);
            Health degraded = indicator.health();
            assertThat(degraded.getStatus()).isEqualTo(TlsHealthIndicator.DEGRADED);
            assertThat(degraded.getDetails()).containsEntry("reason", "material_unreadable");
            assertThat(degraded.getDetails().get("why"))
                    .asInstanceOf(LIST)
                    .anySatisfy(why -> assertThat(why).asString().contains("trust.pem"));

            Boot.write(trust, Boot.OTHER_ROOT.certificatePem());
            tls.reload();
            assertThat(indicator.health().getStatus()).isEqualTo(Status.UP);
            assertThat(indicator.health().getDetails()).containsEntry("generation", 2L);

            tls.close();
            assertThat(indicator.health().getStatus()).isEqualTo(Status.DOWN);
        });
    }

    /** DEGRADED is not a status of Spring Boot: the application stays up, and a probe gets 200. */
    @Test
    @SuppressWarnings({"deprecation", "removal"}) // its successor is not in Spring Boot 4.0
    void degraded_inSpringBootsAggregate_isUpAndOk() {
        assertThat(StatusAggregator.getDefault().getAggregateStatus(TlsHealthIndicator.DEGRADED, Status.UP))
                .isEqualTo(Status.UP);
        HttpCodeStatusMapper codes = new SimpleHttpCodeStatusMapper();
        assertThat(codes.getStatusCode(TlsHealthIndicator.DEGRADED)).isEqualTo(200);
    }

    @Test
    void info_showsTheConfigurationInForce() {
        application.run(context -> {
            Info.Builder builder = new Info.Builder();
            context.getBean("valkeySecureInfoContributor", InfoContributor.class)
                    .contribute(builder);
            assertThat(builder.build().getDetails().get("valkeySecure"))
                    .asInstanceOf(InstanceOfAssertFactories.list(String.class))
                    .anySatisfy(line -> assertThat(line).contains("CN=Test Root"));
        });
    }

    @Test
    void healthAndInfo_switchedOff_areNotThere() {
        application
                .withPropertyValues(
                        "management.health.valkey-secure.enabled=false", "management.info.valkey-secure.enabled=false")
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .doesNotHaveBean("valkeySecureHealthIndicator")
                        .doesNotHaveBean("valkeySecureInfoContributor"));
    }

    @Test
    void metrics_withARegistry_areBoundToIt() {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        application.withBean(SimpleMeterRegistry.class, () -> registry).run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(registry.getMeters())
                    .anySatisfy(meter -> assertThat(meter.getId().getName()).startsWith("valkey.tls"));
        });
    }

    @Test
    void metrics_withoutARegistry_areNotThere() {
        application.run(context -> assertThat(context).hasNotFailed().doesNotHaveBean("valkeySecureTlsMetrics"));
    }
}
