package io.valkeysecure.cli.doctor;

import io.valkeysecure.cli.resp.Reply;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads answers as text. */
final class Replies {
    private Replies() {}

    static String text(Reply reply) {
        if (reply instanceof Reply.Bulk bulk) {
            return new String(bulk.bytes(), StandardCharsets.UTF_8);
        } else if (reply instanceof Reply.Verbatim verbatim) {
            return verbatim.text();
        } else if (reply instanceof Reply.Status status) {
            return status.text();
        } else if (reply instanceof Reply.Numeric number) {
            return number.text();
        } else if (reply instanceof Reply.Failed failed) {
            return failed.text();
        }
        return "";
    }

    static List<Reply> elements(Reply reply) {
        return reply instanceof Reply.Several several ? several.elements() : List.of();
    }

    /** Of names and values by turns. */
    static Map<String, String> pairs(Reply reply) {
        List<Reply> elements = elements(reply);
        Map<String, String> pairs = new LinkedHashMap<>();
        for (int i = 0; i + 1 < elements.size(); i += 2) {
            pairs.put(text(elements.get(i)), text(elements.get(i + 1)));
        }
        return pairs;
    }

    /** Of {@code name:value} lines, as INFO answers. */
    static Map<String, String> lines(String info) {
        Map<String, String> values = new LinkedHashMap<>();
        info.lines().forEach(line -> {
            int colon = line.indexOf(':');
            if (colon > 0) {
                values.put(line.substring(0, colon), line.substring(colon + 1).strip());
            }
        });
        return values;
    }
}
