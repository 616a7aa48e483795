package io.valkeysecure.spring;

import io.micrometer.core.instrument.MeterRegistry;
import io.valkeysecure.micrometer.TlsMetrics;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/** Reports handshakes, reloads and upcoming certificate expiry to the meter registry of the application. */
@AutoConfiguration(
        before = ValkeySecureAutoConfiguration.class,
        afterName = "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration")
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBean(MeterRegistry.class)
public final class ValkeySecureMetricsAutoConfiguration {

    /** Made by Spring. */
    public ValkeySecureMetricsAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean
    TlsMetrics valkeySecureTlsMetrics(MeterRegistry registry) {
        return TlsMetrics.to(registry);
    }
}
