package io.valkeysecure.internal.engine;

import java.util.List;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/** The named groups of {@link SSLParameters}, which has methods for them since JDK 20. */
final class NamedGroups {
    private NamedGroups() {}

    /** Those that are set; none before JDK 20. */
    static List<String> of(SSLParameters parameters) {
        try {
            @Nullable
            Object groups = SSLParameters.class.getMethod("getNamedGroups").invoke(parameters);
            return groups instanceof String[] names ? List.of(names) : List.of();
        } catch (NoSuchMethodException e) {
            return List.of();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("the JDK does not tell its named groups", e);
        }
    }

    static void set(SSLParameters parameters, String[] groups) {
        try {
            var unused = SSLParameters.class
                    .getMethod("setNamedGroups", String[].class)
                    .invoke(parameters, (Object) groups);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("the JDK does not take named groups", e);
        }
    }
}
