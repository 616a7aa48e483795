package io.valkeysecure.cli.doctor.report;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonPrimitive;
import com.google.gson.JsonSerializer;
import io.valkeysecure.Endpoint;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** Writes maps, lists, texts, numbers and booleans as JSON, RFC 8259; what the doctor has besides, as its text. */
final class Json {
    private static final JsonSerializer<Object> AS_TEXT = (value, type, context) -> new JsonPrimitive(value.toString());

    private static final Gson GSON = new GsonBuilder()
            .setPrettyPrinting()
            .disableHtmlEscaping()
            .registerTypeHierarchyAdapter(Enum.class, AS_TEXT)
            .registerTypeAdapter(Endpoint.class, AS_TEXT)
            .registerTypeAdapter(Instant.class, AS_TEXT)
            .create();

    /** What RFC 8259 lets stand in a string, but a terminal may obey, or the console escapes in its own way. */
    private static final Pattern TO_ESCAPE = Pattern.compile("[\\x7f-\\x9f\\x{d800}-\\x{dfff}\\x{10000}-\\x{10ffff}]");

    private Json() {}

    static String write(Map<String, ?> value) {
        return TO_ESCAPE.matcher(GSON.toJson(value)).replaceAll(found -> {
                    StringBuilder escaped = new StringBuilder();
                    found.group().chars().forEach(c -> escaped.append(String.format(Locale.ROOT, "\\\\u%04x", c)));
                    return escaped.toString();
                })
                + '\n';
    }
}
