package io.valkeysecure;

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
 * @param clock the clock
 */
record TlsConfiguration(
        TrustAnchors anchors,
        @Nullable ClientIdentity identity,
        TlsPolicy policy,
        @Nullable ServerIdentity serverIdentity,
        Set<SpkiPin> pins,
        Clock clock) {

    /** All files that a generation is read from. */
    List<Path> files() {
        List<Path> files = new ArrayList<>(anchors.files());
        if (identity != null) {
            files.addAll(identity.files());
        }
        return files;
    }
}
