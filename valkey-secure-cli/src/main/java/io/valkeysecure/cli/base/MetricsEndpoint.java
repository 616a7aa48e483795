package io.valkeysecure.cli.base;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/** Shows a registry to a Prometheus of this machine: at /metrics, on loopback and nowhere else. */
public final class MetricsEndpoint implements AutoCloseable {
    private final HttpServer http;
    private final PrometheusMeterRegistry registry;

    private MetricsEndpoint(HttpServer http, PrometheusMeterRegistry registry) {
        this.http = http;
        this.registry = registry;
    }

    /**
     * Begins to serve.
     *
     * @param registry what is shown
     * @param port 0 for a free one
     * @param option that names the port, for messages
     */
    public static MetricsEndpoint open(PrometheusMeterRegistry registry, int port, String option) throws IOException {
        HttpServer http;
        try {
            http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        } catch (BindException e) {
            throw new InputException(
                    "port " + port + " on loopback cannot be had: " + e.getMessage(), "give another by " + option);
        }
        MetricsEndpoint endpoint = new MetricsEndpoint(http, registry);
        http.createContext("/metrics", endpoint::answer);
        http.start();
        return endpoint;
    }

    public String url() {
        return "http://localhost:" + http.getAddress().getPort() + "/metrics";
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] page = registry.scrape().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
            exchange.sendResponseHeaders(200, page.length);
            exchange.getResponseBody().write(page);
        }
    }

    @Override
    public void close() {
        http.stop(0);
    }
}
