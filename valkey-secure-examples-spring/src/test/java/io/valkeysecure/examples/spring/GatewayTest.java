package io.valkeysecure.examples.spring;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.cloud.gateway.filter.ratelimit.KeyResolver;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import reactor.core.publisher.Mono;

/** Spring Cloud Gateway's rate limiter, which counts in Valkey. */
class GatewayTest {
    private static final int BURST = 3;

    @TempDir
    private Path directory = Path.of("");

    @Test
    void rateLimiter_overVerifiedTls_letsABurstThroughAndNoMore() throws IOException {
        HttpServer behind = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        behind.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        behind.start();
        String route = "spring.cloud.gateway.server.webflux.routes[0].";
        String limiter = route + "filters[0].args.redis-rate-limiter.";
        try (Started gateway = Started.of(
                directory,
                Limited.class,
                WebApplicationType.REACTIVE,
                route + "id=all",
                route + "uri=http://localhost:" + behind.getAddress().getPort(),
                route + "predicates[0]=Path=/**",
                route + "filters[0].name=RequestRateLimiter",
                // an hour's tokens for each request: no second burst while this runs
                limiter + "replenishRate=1",
                limiter + "requestedTokens=3600",
                limiter + "burstCapacity=" + BURST * 3600)) {
            List<String> answers = IntStream.range(0, BURST + 2)
                    .mapToObj(i -> ShopTest.curl(gateway.url() + "/goods", "-o", "/dev/null", "-w", "%{http_code}"))
                    .toList();

            assertThat(answers).containsExactly("200", "200", "200", "429", "429");
            assertThat(gateway.server().execute("KEYS", "*")).contains("request_rate_limiter");
            gateway.assertVerified();
        } finally {
            behind.stop(0);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Limited {
        @Bean
        KeyResolver everybody() {
            return exchange -> Mono.just("everybody");
        }
    }
}
