package io.valkeysecure.spring;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/** Says what to write when a configuration is refused. */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class ConfigurationRefusedFailureAnalyzer extends AbstractFailureAnalyzer<ConfigurationRefusedException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, ConfigurationRefusedException cause) {
        return new FailureAnalysis(cause.getMessage(), cause.action(), rootFailure);
    }
}
