package io.valkeysecure.internal.material;

import io.valkeysecure.RefusalReason;
import io.valkeysecure.TlsConfigurationException;
import io.valkeysecure.internal.root.RootTypes;
import io.valkeysecure.internal.text.Printable;
import io.valkeysecure.internal.x509.Fingerprint;
import io.valkeysecure.internal.x509.Names;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/** Chosen certificates of other anchors, each named by its subject, its common name or its SHA-256 fingerprint. */
public record PickedAnchors(Material<List<X509Certificate>> from, List<String> names)
        implements Material<List<X509Certificate>> {
    private static final int NEAR = 5;

    @Override
    public List<Path> files() {
        return from.files();
    }

    @Override
    public @Nullable Supply<List<X509Certificate>> supply() {
        return from.supply();
    }

    @Override
    public List<X509Certificate> parse(FileSnapshot snapshot) {
        List<X509Certificate> all = from.parse(snapshot);
        Set<X509Certificate> picked = new LinkedHashSet<>();
        for (String name : names) {
            picked.add(pick(name, all));
        }
        return List.copyOf(picked);
    }

    private X509Certificate pick(String name, List<X509Certificate> all) {
        List<X509Certificate> matches = all.stream()
                .filter(certificate -> isNamed(certificate, name))
                .distinct()
                .toList();
        if (matches.size() == 1) {
            return matches.get(0);
        } else if (matches.isEmpty()) {
            List<String> near = near(name, all);
            throw refused("has no certificate named " + Printable.value(name) + " among " + all.size()
                    + (near.isEmpty()
                            ? "; expected a subject, a common name or a SHA-256 fingerprint"
                            : "; near ones are [" + Printable.list(near) + "]"));
        }
        throw refused("has " + matches.size() + " certificates named " + Printable.value(name)
                + "; name one by its SHA-256 fingerprint: ["
                + Printable.list(matches.stream().map(Fingerprint::of).toList()) + "]");
    }

    private TlsConfigurationException refused(String problem) {
        return RootTypes.configurationRefused(
                RefusalReason.MATERIAL_UNREADABLE, "trust anchors " + from.describe() + ": " + problem);
    }

    private static boolean isNamed(X509Certificate certificate, String name) {
        return Names.commonNames(certificate.getSubjectX500Principal()).contains(name)
                || Fingerprint.of(certificate).equals(name.replace(":", "").toLowerCase(Locale.ROOT))
                || isSubject(certificate, name);
    }

    private static boolean isSubject(X509Certificate certificate, String name) {
        try {
            return Names.same(certificate.getSubjectX500Principal(), new X500Principal(name));
        } catch (IllegalArgumentException e) {
            return false; // not a distinguished name
        }
    }

    /** Those that share most words with the name. */
    private static List<String> near(String name, List<X509Certificate> all) {
        Set<String> words = words(name);
        return all.stream()
                .map(certificate -> certificate.getSubjectX500Principal())
                .flatMap(subject -> {
                    List<String> names = Names.commonNames(subject);
                    return names.isEmpty() ? Stream.of(subject.getName()) : names.stream();
                })
                .distinct()
                .filter(near -> shared(words, near) > 0)
                .sorted(Comparator.comparing((String near) -> -shared(words, near))
                        .thenComparing(Comparator.naturalOrder()))
                .limit(NEAR)
                .toList();
    }

    private static int shared(Set<String> words, String name) {
        Set<String> shared = words(name);
        shared.retainAll(words);
        return shared.size();
    }

    private static Set<String> words(String text) {
        return new HashSet<>(List.of(text.toLowerCase(Locale.ROOT).split("\\W+")));
    }

    @Override
    public String describe() {
        return Printable.list(names) + " of " + from.describe();
    }
}
