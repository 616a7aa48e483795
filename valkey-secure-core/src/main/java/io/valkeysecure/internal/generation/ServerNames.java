package io.valkeysecure.internal.generation;

import io.valkeysecure.Endpoint;
import io.valkeysecure.PeerRejectedException;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.internal.root.RootTypes;
import io.valkeysecure.internal.x509.ReferenceIdentifier;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The names that servers are expected to have.
 *
 * @param ofAll what the SAN of every server without a name of its own has to match; null for the dialled host
 * @param ofDialled the name of a server by what is dialled, a {@link #key}
 */
public record ServerNames(@Nullable List<ReferenceIdentifier.Expected> ofAll, Map<String, String> ofDialled) {
    public ServerNames {
        ofDialled = Map.copyOf(ofDialled);
    }

    /** {@return one text for all ways to write a host} */
    public static String key(String host) {
        try {
            return ReferenceIdentifier.host(host).value();
        } catch (IllegalArgumentException e) {
            return host.toLowerCase(Locale.ROOT); // an alias with an underscore, for example
        }
    }

    /** {@return one text for all ways to write an endpoint} */
    public static String key(Endpoint endpoint) {
        return new Endpoint(key(endpoint.host()), endpoint.port()).toString();
    }

    /** {@return the name that is sent as server name indication} */
    String indicated(Endpoint dialled) {
        String name = nameOf(dialled);
        return name == null ? dialled.host() : name;
    }

    private @Nullable String nameOf(Endpoint dialled) {
        if (ofDialled.isEmpty()) {
            return null;
        }
        return ofDialled.getOrDefault(key(dialled), ofDialled.get(key(dialled.host())));
    }

    /** {@return what the SAN has to match} */
    List<ReferenceIdentifier.Expected> expected(Endpoint dialled) throws PeerRejectedException {
        if (ofAll != null && nameOf(dialled) == null) {
            return ofAll;
        }
        try {
            return List.of(ReferenceIdentifier.host(indicated(dialled)));
        } catch (IllegalArgumentException e) {
            throw RootTypes.peerRejected(RefusalReason.NAME_MISMATCH, String.valueOf(e.getMessage()), e);
        }
    }

    String describe() {
        StringBuilder text =
                new StringBuilder(ofAll == null ? "the dialled host" : ReferenceIdentifier.describeExpected(ofAll));
        new TreeMap<>(ofDialled)
                .forEach((dialled, name) -> text.append("\n  dialled as ")
                        .append(dialled)
                        .append(": ")
                        .append(name));
        return text.toString();
    }
}
