package io.valkeysecure.internal.engine;

import java.util.List;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/** The named groups of a key exchange. {@link SSLParameters} has methods for them since JDK 20. */
public final class NamedGroups {
    private NamedGroups() {}

    /**
     * Returns whether a group joins a post-quantum and a classical key exchange.
     *
     * @param group its IANA name
     * @return true if it is hybrid
     */
    public static boolean isHybrid(String group) {
        return group.contains("MLKEM");
    }

    /** {@return the groups of parameters; none before JDK 20} */
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
