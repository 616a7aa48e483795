package io.valkeysecure.internal.generation;

import io.valkeysecure.Engine;
import io.valkeysecure.Rotation;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsPolicy;
import io.valkeysecure.internal.material.LoadedIdentity;
import io.valkeysecure.internal.material.Material;
import io.valkeysecure.internal.material.MaterialReader;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of a {@link SecureTls}: the sources of its material, and its requirements. Every generation is made
 * from it.
 *
 * @param trust what servers are judged by
 * @param identity where the client identity comes from; null for none
 * @param names the names that servers are expected to have
 * @param engine which implementation of TLS
 * @param rotation how material is watched
 * @param nanoTime the time that passes while connections are drained, as {@link System#nanoTime} returns it
 */
public record TlsConfiguration(
        TrustConfiguration trust,
        @Nullable Material<LoadedIdentity> identity,
        ServerNames names,
        Engine engine,
        Rotation rotation,
        LongSupplier nanoTime) {

    public TlsPolicy policy() {
        return trust.policy();
    }

    public Clock clock() {
        return trust.clock();
    }

    /**
     * The files and directories whose attributes are polled for changes; those of a directory change with a new file.
     */
    List<Path> watched(List<Path> crls) {
        List<Path> watched = new ArrayList<>(trust.files(identity, crls));
        watched.addAll(trust.revocation().named());
        return watched;
    }

    /** Reads every file and source once. Blocks for as long as one of them does. */
    public TrustConfiguration.Reading read(MaterialReader.Progress progress) {
        return trust.read(identity, progress);
    }

    /** {@return the sources of the material, for people} */
    public String sources() {
        return "trust anchors " + trust.anchors().describe() + ", client identity "
                + (identity == null ? "none" : identity.describe()) + ", revocation "
                + trust.revocation().describe();
    }
}
