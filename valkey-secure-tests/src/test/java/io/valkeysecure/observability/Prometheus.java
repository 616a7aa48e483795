package io.valkeysecure.observability;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** A real Prometheus on loopback that scrapes one target every half second and has the rules loaded. */
final class Prometheus implements AutoCloseable {
    private final HttpClient http = HttpClient.newHttpClient();
    private final Process process;
    private final String address;

    /** A series of a result and its value. */
    record Series(Map<String, String> labels, double value) {
        String label(String name) {
            return labels.getOrDefault(name, "");
        }
    }

    Prometheus(Path directory, Path rules, String target) throws IOException {
        try (ServerSocket free = new ServerSocket(0)) {
            address = "127.0.0.1:" + free.getLocalPort();
        }
        Path configuration = Files.writeString(directory.resolve("prometheus.yml"), """
                global: {scrape_interval: 500ms, scrape_timeout: 500ms, evaluation_interval: 500ms}
                rule_files: ['%s']
                scrape_configs: [{job_name: app, static_configs: [{targets: ['%s']}]}]
                """.formatted(
                        rules.toAbsolutePath().normalize(), target));
        process = new ProcessBuilder(
                        "prometheus",
                        "--config.file=" + configuration,
                        "--storage.tsdb.path=" + directory.resolve("data"),
                        "--web.listen-address=" + address,
                        "--log.level=warn")
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("prometheus.log").toFile())
                .start();
    }

    boolean isUp() {
        try {
            return query("up == 1").size() == 1;
        } catch (UncheckedIOException e) {
            return false;
        }
    }

    /** An instant query; fails if Prometheus does not understand it. */
    List<Series> query(String expression) {
        JsonObject data = get("query?query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8));
        List<Series> result = new ArrayList<>();
        for (JsonElement element : data.getAsJsonArray("result")) {
            Map<String, String> labels = new TreeMap<>();
            element.getAsJsonObject()
                    .getAsJsonObject("metric")
                    .entrySet()
                    .forEach(
                            label -> labels.put(label.getKey(), label.getValue().getAsString()));
            String value =
                    element.getAsJsonObject().getAsJsonArray("value").get(1).getAsString();
            result.add(new Series(labels, Double.parseDouble(value.replace("Inf", "Infinity"))));
        }
        return result;
    }

    /** The rules as Prometheus has loaded them. */
    List<JsonObject> rules() {
        JsonArray groups = get("rules").getAsJsonArray("groups");
        List<JsonObject> rules = new ArrayList<>();
        groups.forEach(group ->
                group.getAsJsonObject().getAsJsonArray("rules").forEach(rule -> rules.add(rule.getAsJsonObject())));
        return rules;
    }

    private JsonObject get(String path) {
        try {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + address + "/api/v1/" + path))
                    .build();
            String body =
                    http.send(request, HttpResponse.BodyHandlers.ofString()).body();
            JsonObject answer = JsonParser.parseString(body).getAsJsonObject();
            if (!answer.get("status").getAsString().equals("success")) {
                throw new IllegalArgumentException(path + ": " + body);
            }
            return answer.getAsJsonObject("data");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
