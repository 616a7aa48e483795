package io.valkeysecure.internal.generation;

import io.valkeysecure.Endpoint;
import io.valkeysecure.PeerRejectedException;
import io.valkeysecure.ValidatedPath;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A path that one generation accepted. It counts only while that generation is in force; the next generation judges the
 * presented chain again.
 */
public record Verdict(Generation generation, ValidatedPath path) {

    static Verdict of(Generation generation, List<X509Certificate> presented, Endpoint dialled, List<byte[]> staples)
            throws PeerRejectedException {
        return new Verdict(generation, generation.verify(presented, dialled, staples));
    }

    /**
     * Judges a presented chain by the generation in force, and again for as long as another comes into force meanwhile.
     *
     * @param earlier a verdict that is kept if its generation is still in force; null if there is none
     * @throws PeerRejectedException if a generation rejects the chain, also if it cannot find out: nothing was sent yet
     */
    public static Verdict inForce(
            Supplier<Generation> current,
            @Nullable Verdict earlier,
            List<X509Certificate> presented,
            Endpoint dialled,
            List<byte[]> staples)
            throws PeerRejectedException {
        Verdict verdict = earlier;
        while (true) {
            Generation now = current.get();
            if (verdict != null && verdict.generation == now) {
                return verdict;
            }
            verdict = of(now, presented, dialled, staples);
        }
    }
}
