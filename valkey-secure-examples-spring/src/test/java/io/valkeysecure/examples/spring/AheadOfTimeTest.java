package io.valkeysecure.examples.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.valkeysecure.testkit.hostile.HostilePeer;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The shop with what Spring generated of it ahead of time: the guards are there, too. */
@Tag("long")
class AheadOfTimeTest {
    @TempDir
    private Path directory = Path.of("");

    private ShopProcess start(List<String> properties) throws Exception {
        return ShopProcess.start(directory, jar -> true, List.of("-Dspring.aot.enabled=true"), properties);
    }

    @Test
    void shop_processedAheadOfTime_keepsEverythingInValkey() throws Exception {
        Certificates certificates = new Certificates(directory);
        try (ValkeyServer server = certificates.startServer();
                ShopProcess shop = start(certificates.properties(server.port()))) {
            assertThat(ShopTest.curl(shop.url() + "/prices/tea")).startsWith("tea costs 3.00");
            assertThat(ShopTest.curl(shop.url() + "/orders")).isEqualTo("1");
            assertThat(server.execute("KEYS", "*")).contains("prices::tea", "orders");
            assertThat(ShopTest.curl(shop.url() + "/actuator/health/valkeySecure"))
                    .contains("\"status\":\"UP\"");
            assertThat(shop.log()).contains("Starting AOT-processed ShopApplication");
        }
    }

    @Test
    void shop_processedAheadOfTime_serverOfAnotherName_isToldNothing() throws Exception {
        Certificates certificates = new Certificates(directory);
        try (HostilePeer peer = HostilePeer.tls(certificates.ofAnotherName());
                ShopProcess shop = start(certificates.properties(peer.port()))) {
            assertThat(ShopTest.curl(shop.url() + "/prices/tea")).contains("\"status\":500");
            assertThat(shop.log()).contains("handshake refused: reason=name_mismatch");
            assertThat(peer.applicationBytes()).isEmpty();
        }
    }

    @Test
    void shop_processedAheadOfTime_plaintextUrl_doesNotStart() throws Exception {
        Certificates certificates = new Certificates(directory);
        try (ValkeyServer server = certificates.startServer()) {
            List<String> properties = new ArrayList<>(certificates.properties(server.port()));
            properties.add("spring.data.redis.url=redis://localhost:" + server.port());
            try (ShopProcess shop = start(properties)) {
                assertThat(shop.exitCode()).isEqualTo(1);
                assertThat(shop.log()).contains("APPLICATION FAILED TO START").contains("rediss://");
            }
        }
    }
}
