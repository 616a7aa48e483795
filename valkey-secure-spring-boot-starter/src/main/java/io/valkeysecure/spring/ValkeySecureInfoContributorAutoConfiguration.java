package io.valkeysecure.spring;

import io.valkeysecure.SecureTls;
import org.springframework.boot.actuate.autoconfigure.info.ConditionalOnEnabledInfoContributor;
import org.springframework.boot.actuate.info.InfoContributor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;

/** Shows the TLS configuration in force in the info endpoint, as {@code valkeySecure}. */
@AutoConfiguration(after = ValkeySecureAutoConfiguration.class)
@ConditionalOnClass({InfoContributor.class, ConditionalOnEnabledInfoContributor.class})
@ConditionalOnSingleCandidate(SecureTls.class)
@ConditionalOnEnabledInfoContributor("valkey-secure")
public final class ValkeySecureInfoContributorAutoConfiguration {

    /** Made by Spring. */
    public ValkeySecureInfoContributorAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean(name = "valkeySecureInfoContributor")
    InfoContributor valkeySecureInfoContributor(SecureTls tls) {
        return builder ->
                builder.withDetail("valkeySecure", tls.describe().lines().toList());
    }
}
