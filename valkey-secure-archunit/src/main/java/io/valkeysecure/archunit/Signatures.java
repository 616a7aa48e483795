package io.valkeysecure.archunit;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnitAccess;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The signature files of {@code valkey-secure-forbidden-apis}, so that both tools find the same uses. A line names a
 * method, a constructor or a field; {@code (**)} stands for any parameters.
 */
final class Signatures {
    private static final String MESSAGE = "@defaultMessage ";

    private final Map<String, String> messages = new HashMap<>();

    private Signatures(String text) {
        String message = "";
        for (String line : text.lines().map(String::strip).toList()) {
            if (line.startsWith(MESSAGE)) {
                message = line.substring(MESSAGE.length());
            } else if (!line.isEmpty() && !line.startsWith("#") && !line.startsWith("@")) {
                messages.put(line, message);
            }
        }
    }

    /**
     * Reads one file.
     *
     * @param name such as {@code lettuce.txt}
     * @throws IllegalStateException if the dependency is older and has no such file
     */
    static Signatures read(String name) {
        try (InputStream file = Signatures.class.getResourceAsStream("/io/valkeysecure/forbidden/" + name)) {
            if (file == null) {
                throw new IllegalStateException("expected " + name
                        + " in valkey-secure-forbidden-apis, found none; use the same version of both artifacts");
            }
            return new Signatures(new String(file.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@return what to write instead of this access; null if it is not forbidden} */
    @Nullable
    String messageOf(JavaAccess<?> access) {
        String message = messageOf(access, access.getTargetOwner());
        // the compiler names the type of the expression, not the one that declares the method
        return message != null || access.getTarget().getName().equals("<init>")
                ? message
                : access.getTargetOwner().getAllRawSuperclasses().stream()
                        .map(declaring -> messageOf(access, declaring))
                        .filter(Objects::nonNull)
                        .findFirst()
                        .orElse(null);
    }

    private @Nullable String messageOf(JavaAccess<?> access, JavaClass owner) {
        String member = owner.getFullName() + "#" + access.getTarget().getName();
        if (access instanceof JavaCodeUnitAccess<?> call) {
            String parameters = call.getTarget().getRawParameterTypes().stream()
                    .map(JavaClass::getFullName)
                    .collect(Collectors.joining(","));
            String any = messages.get(member + "(**)");
            return any == null ? messages.get(member + "(" + parameters + ")") : any;
        }
        return messages.get(member);
    }
}
