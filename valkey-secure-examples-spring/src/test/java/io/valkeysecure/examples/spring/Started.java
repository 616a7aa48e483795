package io.valkeysecure.examples.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.valkeysecure.SecureTls;
import io.valkeysecure.observe.TlsStatus;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** An application that was started as its users start it, beside its TLS-only server. */
record Started(Certificates certificates, ValkeyServer server, ConfigurableApplicationContext context)
        implements AutoCloseable {

    static Started of(Path directory, Class<?> application, WebApplicationType type, String... properties) {
        Certificates certificates = new Certificates(directory);
        ValkeyServer server = certificates.startServer();
        try {
            List<String> arguments = new ArrayList<>(List.of("--server.port=0"));
            if (type != WebApplicationType.REACTIVE) {
                // on the class path of the tests beside Spring MVC, which it does not bear
                arguments.add("--spring.cloud.gateway.server.webflux.enabled=false");
                arguments.add("--spring.autoconfigure.exclude="
                        + "org.springframework.cloud.gateway.config.GatewayRedisAutoConfiguration");
            }
            certificates.properties(server.port()).forEach(property -> arguments.add("--" + property));
            List.of(properties).forEach(property -> arguments.add("--" + property));
            return new Started(
                    certificates,
                    server,
                    new SpringApplicationBuilder(application)
                            .web(type)
                            .registerShutdownHook(false)
                            .run(arguments.toArray(String[]::new)));
        } catch (Throwable e) {
            server.close();
            throw e;
        }
    }

    <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    String url() {
        return ShopDemo.url(context);
    }

    /** What flowed, flowed through connections that this library verified; the server speaks nothing else. */
    void assertVerified() {
        TlsStatus status = bean(SecureTls.class).status();
        assertThat(status.openConnections()).isPositive();
    }

    @Override
    public void close() {
        context.close();
        server.close();
    }
}
