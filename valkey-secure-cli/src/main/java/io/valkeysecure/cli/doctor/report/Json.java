package io.valkeysecure.cli.doctor.report;

import java.util.Collection;
import java.util.Iterator;
import java.util.Locale;
import java.util.Map;

/** Writes maps, lists, texts, numbers and booleans as JSON, RFC 8259. */
public final class Json {
    private static final String INDENT = "  ";

    private final StringBuilder text = new StringBuilder();

    private Json() {}

    static String write(Object value) {
        Json json = new Json();
        json.value(value, "\n");
        return json.text.append('\n').toString();
    }

    private void value(Object value, String line) {
        if (value instanceof Map<?, ?> map) {
            block('{', '}', map.entrySet(), line, entry -> {
                string(String.valueOf(((Map.Entry<?, ?>) entry).getKey()));
                text.append(": ");
                value(((Map.Entry<?, ?>) entry).getValue(), line + INDENT);
            });
        } else if (value instanceof Collection<?> list) {
            block('[', ']', list, line, element -> value(element, line + INDENT));
        } else if (value instanceof Number || value instanceof Boolean) {
            text.append(value);
        } else {
            string(value.toString());
        }
    }

    private interface Element {
        void write(Object element);
    }

    private void block(char open, char close, Collection<?> elements, String line, Element each) {
        text.append(open);
        for (Iterator<?> all = elements.iterator(); all.hasNext(); ) {
            text.append(line).append(INDENT);
            each.write(all.next());
            text.append(all.hasNext() ? "," : line);
        }
        text.append(close);
    }

    private void string(String value) {
        text.append('"');
        value.chars().forEach(c -> {
            if (c == '"' || c == '\\') {
                text.append('\\').append((char) c);
            } else if (c < 0x20
                    || (c >= 0x7f && c < 0xa0)
                    || c == 0x2028
                    || c == 0x2029
                    || Character.isSurrogate((char) c)) {
                text.append(String.format(Locale.ROOT, "\\u%04x", c));
            } else {
                text.append((char) c);
            }
        });
        text.append('"');
    }
}
