package io.valkeysecure.cli.doctor;

import io.valkeysecure.cli.resp.Reply;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A user, as ACL GETUSER tells it.
 *
 * @param name the user
 * @param flags such as {@code on} and {@code nopass}
 * @param digests of its passwords, SHA-256
 * @param scope keys, channels and selectors, for people
 */
record AclUser(String name, List<String> flags, List<String> digests, String scope) {

    /** Empty if the answer is none of ACL GETUSER. */
    static Optional<AclUser> of(String name, Reply reply) {
        Map<String, Reply> told = fields(reply);
        List<String> flags = texts(told.get("flags"));
        if (!flags.contains("on") && !flags.contains("off")) {
            return Optional.empty();
        }
        int selectors = Replies.elements(told.getOrDefault("selectors", new Reply.Nil()))
                .size();
        return Optional.of(new AclUser(
                name,
                flags,
                texts(told.get("passwords")),
                "keys " + patterns(told.get("keys")) + ", channels " + patterns(told.get("channels"))
                        + (selectors == 0 ? "" : selectors == 1 ? ", 1 selector" : ", " + selectors + " selectors")));
    }

    boolean isOn() {
        return flags.contains("on");
    }

    boolean isWithoutPassword() {
        return flags.contains("nopass");
    }

    boolean isDefault() {
        return name.equals("default");
    }

    private static Map<String, Reply> fields(Reply reply) {
        List<Reply> elements = Replies.elements(reply);
        Map<String, Reply> fields = new TreeMap<>();
        for (int i = 0; i + 1 < elements.size(); i += 2) {
            fields.put(Replies.text(elements.get(i)), elements.get(i + 1));
        }
        return fields;
    }

    private static List<String> texts(@Nullable Reply reply) {
        return reply == null
                ? List.of()
                : Replies.elements(reply).stream().map(Replies::text).toList();
    }

    /** A text since Redis 7.0, a list before. */
    private static String patterns(@Nullable Reply reply) {
        String text =
                reply == null ? "" : Replies.text(reply) + texts(reply).stream().collect(Collectors.joining(" "));
        return text.isEmpty() ? "none" : text;
    }
}
