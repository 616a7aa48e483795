package io.valkeysecure.internal.generation;

import io.valkeysecure.SpkiPin;
import io.valkeysecure.TlsPolicy;
import io.valkeysecure.internal.material.FileSnapshot;
import io.valkeysecure.internal.material.LoadedIdentity;
import io.valkeysecure.internal.material.Material;
import io.valkeysecure.internal.material.MaterialReader;
import io.valkeysecure.internal.material.Supply;
import io.valkeysecure.internal.revocation.RevocationMethod;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How servers are judged.
 *
 * @param anchors the source of the trust anchors
 * @param policy the policy
 * @param pins the pins; empty for none
 * @param revocation how revocation is checked
 * @param clock the clock
 */
public record TrustConfiguration(
        Material<List<X509Certificate>> anchors,
        TlsPolicy policy,
        Set<SpkiPin> pins,
        RevocationMethod revocation,
        Clock clock) {

    /**
     * All material as it was at one moment.
     *
     * @param crls which of the files are CRLs; a directory may hold others the next time
     * @param snapshot the bytes of all files, and the values of all sources
     */
    public record Reading(List<Path> crls, FileSnapshot snapshot) {}

    /** Reads every file and source once. Blocks for as long as one of them does. */
    public Reading read() {
        return read(null, MaterialReader.Progress.NONE);
    }

    Reading read(@Nullable Material<LoadedIdentity> identity, MaterialReader.Progress progress) {
        progress.reading("revocation " + revocation.describe());
        List<Path> crls = revocation.files();
        List<Supply<?>> supplies = new ArrayList<>();
        if (anchors.supply() != null) {
            supplies.add(anchors.supply());
        }
        if (identity != null && identity.supply() != null) {
            supplies.add(identity.supply());
        }
        return new Reading(crls, FileSnapshot.read(files(identity, crls), supplies, progress));
    }

    List<Path> files(@Nullable Material<LoadedIdentity> identity, List<Path> crls) {
        List<Path> files = new ArrayList<>(anchors.files());
        if (identity != null) {
            files.addAll(identity.files());
        }
        files.addAll(crls);
        return files;
    }
}
