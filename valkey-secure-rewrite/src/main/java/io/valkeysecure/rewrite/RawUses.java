package io.valkeysecure.rewrite;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.openrewrite.java.tree.JavaType;
import org.openrewrite.java.tree.TypeUtils;

/** What is raw, and what to write instead: the signature files of {@code valkey-secure-forbidden-apis}. */
final class RawUses {
    private static final String MESSAGE = "@defaultMessage ";

    private final Map<String, String> messages = new HashMap<>();

    RawUses() {
        for (String name : List.of("lettuce.txt", "jedis.txt")) {
            String message = "";
            for (String line : read(name).lines().map(String::strip).toList()) {
                if (line.startsWith(MESSAGE)) {
                    message = line.substring(MESSAGE.length());
                } else if (!line.isEmpty() && !line.startsWith("#") && !line.startsWith("@")) {
                    messages.put(line.replace('$', '.'), message);
                }
            }
        }
    }

    private static String read(String name) {
        try (InputStream file = RawUses.class.getResourceAsStream("/io/valkeysecure/forbidden/" + name)) {
            if (file == null) {
                throw new IllegalStateException("expected " + name
                        + " in valkey-secure-forbidden-apis, found none; use the same version of both artifacts");
            }
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@return the signature of a method or constructor as the files write it} */
    static String signature(JavaType.Method method) {
        String parameters =
                method.getParameterTypes().stream().map(RawUses::rawName).collect(Collectors.joining(","));
        String name = method.isConstructor() ? "<init>" : method.getName();
        return rawName(method.getDeclaringType()) + "#" + name + "(" + parameters + ")";
    }

    static String rawName(JavaType type) {
        JavaType.FullyQualified named = TypeUtils.asFullyQualified(type);
        return (named == null ? type.toString() : named.getFullyQualifiedName()).replace('$', '.');
    }

    /** {@return what to write instead of this call; null if it is not raw} */
    @Nullable
    String messageOf(JavaType.@Nullable Method method) {
        if (method == null) {
            return null;
        }
        String signature = signature(method);
        String any = messages.get(signature.substring(0, signature.indexOf('(')) + "(**)");
        return any == null ? messages.get(signature) : any;
    }

    /** {@return what to write instead of this constant; null if it is not raw} */
    @Nullable
    String messageOf(JavaType.@Nullable Variable field) {
        return field == null || field.getOwner() == null
                ? null
                : messages.get(rawName(field.getOwner()) + "#" + field.getName());
    }
}
