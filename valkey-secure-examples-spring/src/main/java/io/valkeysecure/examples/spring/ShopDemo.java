package io.valkeysecure.examples.spring;

import io.valkeysecure.testkit.server.ValkeyServer;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.util.FileSystemUtils;

/**
 * {@code ./quickstart --spring}: runs the application against a Valkey that speaks only TLS, and renews its client
 * certificate every few seconds. Each fourth time it writes half a file, which the health page shows until the next
 * renewal.
 */
final class ShopDemo {
    private static final Duration BETWEEN = Duration.ofSeconds(5);
    private static final int EACH = 4;

    private ShopDemo() {}

    /**
     * Runs until Ctrl-C, or for so many seconds.
     *
     * @param arguments {@code --spring=PORT}, by default a free one, and {@code --seconds N}
     * @throws IOException if a file cannot be written
     * @throws InterruptedException if it is interrupted
     */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        String port = "0";
        long seconds = Long.MAX_VALUE;
        for (int i = 0; i < arguments.length; i++) {
            if (arguments[i].startsWith("--spring=")) {
                port = arguments[i].substring("--spring=".length());
            } else if (arguments[i].equals("--seconds") && i + 1 < arguments.length) {
                seconds = Long.parseLong(arguments[++i]);
            } else if (!arguments[i].equals("--spring")) {
                System.err.println("usage: ./quickstart --spring[=PORT] [--seconds N]");
                System.exit(2);
            }
        }
        Path directory = Files.createTempDirectory("valkey-secure-shop");
        CountDownLatch end = new CountDownLatch(1);
        Thread main = Thread.currentThread();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            end.countDown();
            awaitEnd(main);
        }));
        Certificates certificates = new Certificates(directory);
        try (ValkeyServer server = certificates.startServer();
                ConfigurableApplicationContext context = start(certificates, server.port(), "--server.port=" + port)) {
            run(certificates, url(context), System.out, end, seconds);
        } finally {
            FileSystemUtils.deleteRecursively(directory);
        }
    }

    /** Starts the application. */
    static ConfigurableApplicationContext start(Certificates certificates, int port, String... more) {
        List<String> arguments = new ArrayList<>();
        certificates.properties(port).forEach(property -> arguments.add("--" + property));
        arguments.addAll(List.of(more));
        SpringApplication application = new SpringApplication(ShopApplication.class);
        // closed here, before its server is
        application.setRegisterShutdownHook(false);
        return application.run(arguments.toArray(String[]::new));
    }

    private static void awaitEnd(Thread thread) {
        try {
            thread.join(TimeUnit.SECONDS.toMillis(30));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    static String url(ConfigurableApplicationContext context) {
        WebServerApplicationContext web = (WebServerApplicationContext) context;
        return "http://localhost:" + Objects.requireNonNull(web.getWebServer()).getPort();
    }

    private static void run(Certificates certificates, String url, PrintStream out, CountDownLatch end, long seconds)
            throws InterruptedException {
        out.println("the shop is at " + url + ", its health at " + url + "/actuator/health; Ctrl-C ends it");
        long turns = seconds / BETWEEN.toSeconds();
        for (long turn = 1; turn <= turns; turn++) {
            if (end.await(BETWEEN.toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
            if (turn % EACH == 0) {
                certificates.damage();
                out.println("half a certificate was written: the last good one stays in force, the health is DEGRADED");
            } else {
                certificates.renew();
                out.println("a new client certificate was written");
            }
        }
    }
}
