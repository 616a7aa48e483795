package io.valkeysecure.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.valkeysecure.SecureTls;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.service.connection.ConnectionDetails;
import org.springframework.boot.autoconfigure.service.connection.ConnectionDetailsFactories;
import org.springframework.boot.data.redis.autoconfigure.DataRedisConnectionDetails;
import org.springframework.boot.docker.compose.core.ConnectionPorts;
import org.springframework.boot.docker.compose.core.ImageReference;
import org.springframework.boot.docker.compose.core.RunningService;
import org.springframework.boot.docker.compose.service.connection.DockerComposeConnectionSource;
import org.springframework.boot.testcontainers.service.connection.PemKeyStore;
import org.springframework.boot.testcontainers.service.connection.PemTrustStore;
import org.springframework.boot.testcontainers.service.connection.ServiceConnection;
import org.springframework.boot.testcontainers.service.connection.ServiceConnectionAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.mock.env.MockEnvironment;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * Connection details of containers of Valkey images. There is no Docker engine here: the container is a stand-in that
 * leads to a real Valkey on this machine, which speaks only TLS and demands a client certificate.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ServiceConnectionTest {
    private static final String DIRECTORY = "target/service-connection";
    private static final String CA = "file:" + DIRECTORY + "/ca.crt";
    private static final String CERTIFICATE = "file:" + DIRECTORY + "/client.crt";
    private static final String KEY = "file:" + DIRECTORY + "/client.key";

    private static int port;
    private ValkeyServer server;

    @BeforeAll
    void start() throws IOException {
        Path directory = Files.createDirectories(Path.of(DIRECTORY));
        Boot.write(directory.resolve("ca.crt"), Boot.ROOT.certificatePem());
        assertThat(Boot.CLIENT.writePem(directory, "client").certificate()).hasFileName("client.crt");
        server = ValkeyServer.builder(Boot.SERVER, Boot.ROOT).start();
        port = server.port();
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @Test
    void container_ofAValkeyImage_isConnectedToOverVerifiedTls() {
        Boot.secure()
                .withConfiguration(AutoConfigurations.of(ServiceConnectionAutoConfiguration.class))
                .withUserConfiguration(WithContainer.class)
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    StringRedisTemplate template = context.getBean(StringRedisTemplate.class);
                    template.opsForValue().set("from", "a container");
                    assertThat(server.execute("GET", "from")).contains("a container");
                    assertThat(context.getBean(SecureTls.class).describe()).contains("CN=Test Root", "CN=app");
                    assertThat(context.getBean(SecureTls.class).status().openConnections())
                            .isPositive();
                });
    }

    /** The twin without an annotation for trust. */
    @Test
    void container_withoutTrust_failsTheStart() {
        Boot.secure()
                .withConfiguration(AutoConfigurations.of(ServiceConnectionAutoConfiguration.class))
                .withUserConfiguration(WithoutTrust.class)
                .run(context ->
                        assertThat(context).hasFailed().getFailure().hasStackTraceContaining("no trust is named"));
    }

    @Test
    void composeService_ofAValkeyImage_hasItsTlsPortAndTheBundleOfItsLabels() throws Exception {
        String label = "org.springframework.boot.sslbundle.pem.";
        DataRedisConnectionDetails details = compose(
                "valkey/valkey:8",
                Map.of(
                        label + "truststore.certificate", CA,
                        label + "keystore.certificate", CERTIFICATE,
                        label + "keystore.private-key", KEY));

        assertThat(details.getStandalone().getPort()).isEqualTo(16_380);
        assertThat(details.getSslBundle().getStores().getTrustStore().size()).isOne();
        assertThat(details.getSslBundle().getStores().getKeyStore().size()).isOne();
        assertThat(compose("valkey/valkey:8", Map.of()).getSslBundle()).isNull();
    }

    @Test
    void composeService_ofAnotherImage_isNotOurs() throws Exception {
        assertThat(compose("postgres:18", Map.of())).isNull();
    }

    private static DataRedisConnectionDetails compose(String image, Map<String, String> labels) throws Exception {
        Constructor<DockerComposeConnectionSource> constructor =
                DockerComposeConnectionSource.class.getDeclaredConstructor(RunningService.class, Environment.class);
        constructor.setAccessible(true);
        Map<Class<?>, ConnectionDetails> found = new ConnectionDetailsFactories(null)
                .getConnectionDetails(
                        constructor.newInstance(new Service(image, labels), new MockEnvironment()), false);
        return (DataRedisConnectionDetails) found.get(DataRedisConnectionDetails.class);
    }

    /** As Docker Compose tells of it. */
    private record Service(ImageReference image, Map<String, String> labels) implements RunningService {
        Service(String image, Map<String, String> labels) {
            this(ImageReference.of(image), labels);
        }

        @Override
        public String name() {
            return "valkey";
        }

        @Override
        public String host() {
            return "localhost";
        }

        @Override
        public ConnectionPorts ports() {
            return new ConnectionPorts() {
                @Override
                public int get(int containerPort) {
                    return containerPort + 10_000;
                }

                @Override
                public List<Integer> getAll() {
                    return List.of();
                }

                @Override
                public List<Integer> getAll(String protocol) {
                    return List.of();
                }
            };
        }

        @Override
        public Map<String, String> env() {
            return Map.of();
        }
    }

    /** A container that is there already. */
    static final class StandIn extends GenericContainer<StandIn> {
        StandIn() {
            super(DockerImageName.parse("valkey/valkey:8"));
        }

        @Override
        public void start() {
            // the server was started by the test
        }

        @Override
        public void stop() {
            // the server is stopped by the test
        }

        @Override
        public boolean isRunning() {
            return true;
        }

        @Override
        public String getHost() {
            return "localhost";
        }

        @Override
        public Integer getFirstMappedPort() {
            return port;
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class WithContainer {
        @Bean
        @ServiceConnection(name = "valkey")
        @PemTrustStore(certificate = CA)
        @PemKeyStore(certificate = CERTIFICATE, privateKey = KEY)
        StandIn valkey() {
            return new StandIn();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class WithoutTrust {
        @Bean
        @ServiceConnection(name = "valkey")
        StandIn valkey() {
            return new StandIn();
        }
    }
}
