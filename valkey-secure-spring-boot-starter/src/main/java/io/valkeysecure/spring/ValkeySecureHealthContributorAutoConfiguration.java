package io.valkeysecure.spring;

import io.valkeysecure.SecureTls;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;

/** Shows the state of trust and client certificate in the health endpoint, as {@code valkeySecure}. */
@AutoConfiguration(after = ValkeySecureAutoConfiguration.class)
@ConditionalOnClass({HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
@ConditionalOnSingleCandidate(SecureTls.class)
@ConditionalOnEnabledHealthIndicator("valkey-secure")
public final class ValkeySecureHealthContributorAutoConfiguration {

    /** Made by Spring. */
    public ValkeySecureHealthContributorAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean(name = "valkeySecureHealthIndicator")
    HealthIndicator valkeySecureHealthIndicator(SecureTls tls) {
        return new TlsHealthIndicator(tls);
    }
}
