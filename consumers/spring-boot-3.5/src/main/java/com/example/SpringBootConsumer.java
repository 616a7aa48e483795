package com.example;

import io.valkeysecure.Refusal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.data.redis.core.StringRedisTemplate;

/**
 * Applications whose connections are guarded by the lines of the page on Spring Boot 3.5, one for each client. Each is
 * started twice: the second time it has to refuse the server. Arguments: a directory with certificates, a port.
 */
final class SpringBootConsumer {
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(com.example.lettuce.ValkeySecureConfiguration.class)
    static class WithLettuce {}

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(com.example.jedis.ValkeySecureConfiguration.class)
    static class WithJedis {}

    private SpringBootConsumer() {}

    public static void main(String[] args) throws Exception {
        System.setProperty("org.springframework.boot.logging.LoggingSystem", "none");
        Path files = Path.of(args[0]);
        try (Observed observed = new Observed()) {
            for (Class<?> application : new Class<?>[] {WithLettuce.class, WithJedis.class}) {
                String client = application.getSimpleName().substring(4).toLowerCase();
                System.out.println(client + ": " + greet(application, client, files, "ca/ca.crt", args[1]));
                String refusal = "none";
                try {
                    greet(application, client, files, "other/ca.crt", args[1]);
                } catch (RuntimeException e) {
                    refusal = Refusal.of(e).map(r -> r.reason().tag() + ": " + r.message()).orElseThrow(() -> e);
                }
                System.out.println(refusal);
                if (!refusal.startsWith("untrusted_issuer: ")) {
                    throw new IllegalStateException("not refused: " + refusal);
                }
            }
            System.out.println(observed.getClass().getModule().isNamed() ? "module path" : "class path");
        }
        System.out.println("consumer: ok");
    }

    private static String greet(Class<?> application, String client, Path files, String ca, String port)
            throws Exception {
        System.setProperty("tls.ca", files.resolve(ca).toString());
        System.setProperty("tls.crt", files.resolve("app.crt").toString());
        System.setProperty("tls.key", files.resolve("app.key").toString());
        SpringApplication starting = new SpringApplication(application);
        starting.setWebApplicationType(WebApplicationType.NONE);
        starting.setBannerMode(Banner.Mode.OFF);
        starting.setRegisterShutdownHook(false);
        starting.setDefaultProperties(Map.of(
                "spring.data.redis.client-type", client,
                "spring.data.redis.host", "localhost",
                "spring.data.redis.port", port,
                "spring.data.redis.username", "app",
                "spring.data.redis.password", Files.readAllLines(files.resolve("app.password")).get(0)));
        try (ConfigurableApplicationContext context = starting.run()) {
            StringRedisTemplate template = context.getBean(StringRedisTemplate.class);
            template.opsForValue().set("greeting", "hello");
            return template.opsForValue().get("greeting");
        }
    }
}
