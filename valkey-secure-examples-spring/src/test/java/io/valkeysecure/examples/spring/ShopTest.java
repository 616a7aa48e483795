package io.valkeysecure.examples.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.valkeysecure.SecureTls;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.cache.Cache;
import org.springframework.cache.CacheManager;
import org.springframework.cache.annotation.EnableCaching;
import org.springframework.context.annotation.Configuration;
import org.springframework.session.Session;
import org.springframework.session.SessionRepository;

/** The shop over HTTP, as {@code curl} sees it: Spring Session, Spring Cache, a reactive endpoint and the health. */
class ShopTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    private Path directory = Path.of("");

    @Test
    void shop_driven_keepsEverythingInValkey() {
        try (Started shop = Started.of(directory, ShopApplication.class, WebApplicationType.SERVLET)) {
            String cookies = directory.resolve("cookies").toString();
            String[] session = {"-b", cookies, "-c", cookies};
            assertThat(curl(shop.url() + "/visits", session)).isEqualTo("1");
            assertThat(curl(shop.url() + "/visits", session)).isEqualTo("2");
            assertThat(curl(shop.url() + "/visits")).isEqualTo("1");
            String tea = curl(shop.url() + "/prices/tea");
            assertThat(tea).isEqualTo("tea costs 3.00, looked up as number 1");
            assertThat(curl(shop.url() + "/prices/tea")).isEqualTo(tea);
            assertThat(curl(shop.url() + "/orders")).isEqualTo("1");
            assertThat(shop.server().execute("KEYS", "*")).contains("prices::tea", "spring:session:", "orders");
            shop.assertVerified();
            assertHealthFollowsTheFiles(shop);
            assertThat(curl(shop.url() + "/visits", session)).isEqualTo("3");
        }
    }

    /** By Jedis there is no reactive template, so no shop: its parts are asked. */
    @Test
    void sessionAndCache_byJedis_areKeptInValkey() {
        try (Started parts =
                Started.of(directory, Parts.class, WebApplicationType.SERVLET, "spring.data.redis.client-type=jedis")) {
            @SuppressWarnings("unchecked") // the repository is asked for its own sessions only
            SessionRepository<Session> sessions = parts.bean(SessionRepository.class);
            Session session = sessions.createSession();
            session.setAttribute("visits", 7);
            sessions.save(session);
            assertThat(sessions.findById(session.getId()).<Integer>getAttribute("visits"))
                    .isEqualTo(7);
            Cache prices = parts.bean(CacheManager.class).getCache("prices");
            prices.put("tea", "3.00");
            assertThat(prices.get("tea", String.class)).isEqualTo("3.00");
            assertThat(parts.server().execute("KEYS", "*")).contains("prices::tea", session.getId());
            parts.assertVerified();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @EnableCaching
    static class Parts {}

    private static void assertHealthFollowsTheFiles(Started shop) {
        String health = shop.url() + "/actuator/health/valkeySecure";
        assertThat(curl(health)).contains("\"status\":\"UP\"");

        shop.certificates().damage();
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(curl(health)).contains("\"status\":\"DEGRADED\""));
        assertThat(curl(health)).contains("material_unreadable");
        assertThat(curl(shop.url() + "/prices/coffee")).startsWith("coffee costs 6.00");

        long damaged = shop.bean(SecureTls.class).status().generation();
        shop.certificates().renew();
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(curl(health))
                        .contains("\"status\":\"UP\"")
                        .doesNotContain("\"generation\":" + damaged + ","));
        assertThat(curl(shop.url() + "/actuator/info")).contains("CN=Shop CA");
        assertThat(curl(shop.url() + "/actuator/metrics/valkey.tls.handshake")).contains("valkey.tls.handshake");
    }

    static String curl(String url, String... options) {
        List<String> command = new ArrayList<>(List.of("curl", "--silent", "--show-error", "--max-time", "30"));
        command.addAll(List.of(options));
        command.add(url);
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException("curl does not run; install the package curl", e);
        }
    }
}
