package io.valkeysecure.internal.generation;

import io.valkeysecure.ClientIdentity;
import io.valkeysecure.Engine;
import io.valkeysecure.KeyExchange;
import io.valkeysecure.MaterialSource;
import io.valkeysecure.Revocation;
import io.valkeysecure.Rotation;
import io.valkeysecure.SecureTls;
import io.valkeysecure.ServerIdentity;
import io.valkeysecure.SpkiPin;
import io.valkeysecure.TlsPolicy;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.internal.material.FileSnapshot;
import io.valkeysecure.internal.material.MaterialReader;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link SecureTls} was built with: the sources of its material, and what is demanded. Every generation is made of
 * it anew.
 *
 * @param anchors where the trust anchors come from
 * @param identity where the client identity comes from; null for none
 * @param policy the floors
 * @param serverIdentity what servers are called; null for the dialled host
 * @param pins the pins; empty for none
 * @param revocation how it is proved that nothing is revoked
 * @param keyExchange how keys are agreed on
 * @param engine which implementation of TLS
 * @param rotation how material is watched
 * @param clock the clock
 */
public record TlsConfiguration(
        TrustAnchors anchors,
        @Nullable ClientIdentity identity,
        TlsPolicy policy,
        @Nullable ServerIdentity serverIdentity,
        Set<SpkiPin> pins,
        Revocation revocation,
        KeyExchange keyExchange,
        Engine engine,
        Rotation rotation,
        Clock clock) {

    /**
     * All material as it was at one moment.
     *
     * @param crls which of the files are CRLs; a directory may hold others the next time
     * @param snapshot the bytes of all files, and what sources gave
     */
    record Reading(List<Path> crls, FileSnapshot snapshot) {}

    /** The files and directories whose look tells that it is time to read; a directory's own tells of a new file. */
    List<Path> watched(List<Path> crls) {
        List<Path> watched = new ArrayList<>(files(crls));
        watched.addAll(revocation.method().named());
        return watched;
    }

    private List<Path> files(List<Path> crls) {
        List<Path> files = new ArrayList<>(anchors.files());
        if (identity != null) {
            files.addAll(identity.files());
        }
        files.addAll(crls);
        return files;
    }

    /** Reads every file and source once. Blocks for as long as one of them does. */
    Reading read(MaterialReader.Progress progress) {
        progress.reading("revocation " + revocation);
        List<Path> crls = revocation.method().files();
        List<MaterialSource<?>> sources = new ArrayList<>(anchors.sources());
        if (identity != null) {
            sources.addAll(identity.sources());
        }
        return new Reading(crls, FileSnapshot.read(files(crls), sources, progress));
    }

    /** Where the material comes from, for people. */
    String sources() {
        return "trust anchors " + anchors + ", client identity " + (identity == null ? "none" : identity)
                + ", revocation " + revocation;
    }
}
