package io.valkeysecure.tests.soak;

import static org.awaitility.Awaitility.await;

import io.valkeysecure.testkit.certificate.PemFiles;
import io.valkeysecure.testkit.certificate.TestCertificate;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** An ACME server on loopback, pebble, with a name service that knows every name, and certbot beside it. */
final class AcmeCa implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final TestCertificate own =
            TestCertificate.root().build().issue().dnsName("localhost").build();
    private final Path directory;
    private final int port = freePort();
    private final int management = freePort();
    private final int challenges = freePort();
    private final List<Process> processes = new ArrayList<>();

    private AcmeCa(Path directory) {
        this.directory = directory;
    }

    static AcmeCa start(Path directory) throws IOException {
        AcmeCa ca = new AcmeCa(directory);
        try {
            ca.start();
            return ca;
        } catch (RuntimeException | IOException e) {
            ca.close();
            throw e;
        }
    }

    private void start() throws IOException {
        int names = freePort();
        background(
                "pebble-challtestsrv",
                "-dns01=127.0.0.1:" + names,
                "-management=127.0.0.1:" + freePort(),
                "-defaultIPv4=127.0.0.1",
                "-defaultIPv6=",
                "-http01=",
                "-https01=",
                "-tlsalpn01=");
        PemFiles tls = own.writePem(directory, "pebble");
        Path configuration = Files.writeString(directory.resolve("pebble.json"), """
                {"pebble": {"listenAddress": "127.0.0.1:%d", "managementListenAddress": "127.0.0.1:%d",
                  "certificate": "%s", "privateKey": "%s", "httpPort": %d, "tlsPort": %d}}
                """.formatted(
                        port, management, tls.certificate(), tls.key(), challenges, freePort()));
        Files.writeString(directory.resolve("pebble-ca.crt"), own.issuer().certificatePem());
        background("pebble", "-config", configuration.toString(), "-dnsserver", "127.0.0.1:" + names);
        await().atMost(PATIENCE).ignoreExceptions().until(() -> !rootPem().isEmpty());
    }

    private static int freePort() {
        try (ServerSocket free = new ServerSocket(0)) {
            return free.getLocalPort();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void background(String... command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve(command[0] + ".log").toFile());
        builder.environment().put("PEBBLE_VA_NOSLEEP", "1");
        processes.add(builder.start());
    }

    /** {@return the root that pebble issues under} */
    String rootPem() throws IOException, InterruptedException {
        HttpClient client =
                HttpClient.newBuilder().sslContext(own.tlsContext(own.issuer())).build();
        return client.send(
                        HttpRequest.newBuilder(URI.create("https://localhost:" + management + "/roots/0"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }

    /** Where certbot puts the symlinks to the newest files of a certificate. */
    Path live(String certificate) {
        return directory.resolve("letsencrypt/live").resolve(certificate);
    }

    void obtain(String certificate, String name) throws Exception {
        certbot(
                "certonly",
                "--standalone",
                "--http-01-address=127.0.0.1",
                "--http-01-port=" + challenges,
                "--agree-tos",
                "--register-unsafely-without-email",
                "--cert-name=" + certificate,
                "-d",
                name);
    }

    /** Renews a certificate, which is not due, and runs a command afterwards. */
    void renew(String certificate, String hook) throws Exception {
        certbot(
                "renew",
                "--no-random-sleep-on-renew",
                "--force-renewal",
                "--cert-name=" + certificate,
                "--deploy-hook=" + hook);
    }

    private void certbot(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("certbot"));
        command.addAll(List.of(arguments));
        command.addAll(List.of(
                "--non-interactive",
                "--server=https://localhost:" + port + "/dir",
                "--config-dir=" + directory.resolve("letsencrypt"),
                "--work-dir=" + directory.resolve("work"),
                "--logs-dir=" + directory.resolve("logs")));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment()
                .put("REQUESTS_CA_BUNDLE", directory.resolve("pebble-ca.crt").toString());
        Process process = builder.start();
        processes.add(process);
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        // a hook that fails does not fail certbot
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                || process.exitValue() != 0
                || said.contains("reported error")) {
            throw new IllegalStateException(String.join(" ", command) + ": " + said);
        }
    }

    @Override
    public void close() {
        processes.forEach(Process::destroy);
    }
}
