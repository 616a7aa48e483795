package io.valkeysecure.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.springframework.boot.json.JsonParserFactory;

/** The metadata that an IDE completes {@code valkey.secure.*} from. */
class MetadataTest {
    private static final String FILE = "/META-INF/spring-configuration-metadata.json";

    @Test
    void metadata_describesEveryProperty() throws IOException {
        List<String> expected = new ArrayList<>(
                List.of("management.health.valkey-secure.enabled", "management.info.valkey-secure.enabled"));
        collect("valkey.secure", ValkeySecureProperties.class, expected);
        assertThat(properties()).allSatisfy(property -> {
            assertThat(property.get("description")).asString().isNotBlank().endsWith(".");
            assertThat(property.get("type")).isNotNull();
        });
        assertThat(names()).containsExactlyInAnyOrderElementsOf(expected);
    }

    private static void collect(String prefix, Class<?> type, List<String> names) {
        for (RecordComponent component : type.getRecordComponents()) {
            String name = prefix + "."
                    + component.getName().replaceAll("([A-Z])", "-$1").toLowerCase(java.util.Locale.ROOT);
            if (component.getType().isRecord()) {
                collect(name, component.getType(), names);
            } else {
                names.add(name);
            }
        }
    }

    static List<String> names() throws IOException {
        return properties().stream()
                .map(property -> (String) property.get("name"))
                .toList();
    }

    private static List<java.util.Map<?, ?>> properties() throws IOException {
        try (InputStream in = Objects.requireNonNull(MetadataTest.class.getResourceAsStream(FILE))) {
            var all = JsonParserFactory.getJsonParser().parseMap(new String(in.readAllBytes(), StandardCharsets.UTF_8));
            List<java.util.Map<?, ?>> properties = new ArrayList<>();
            ((List<?>) Objects.requireNonNull(all.get("properties")))
                    .forEach(each -> properties.add((java.util.Map<?, ?>) each));
            return properties;
        }
    }
}
