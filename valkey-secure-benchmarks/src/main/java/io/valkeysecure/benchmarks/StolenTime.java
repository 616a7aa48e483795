package io.valkeysecure.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * The CPU time that a virtual machine wanted and its host gave to others, which Linux calls <i>steal</i>. It slows down
 * whatever is measured meanwhile.
 *
 * @param stolen in ticks of the kernel, since the machine was started
 * @param all of all processors, idle time included
 */
record StolenTime(long stolen, long all) {
    /** The columns of {@code /proc/stat} from user to steal; the later ones, of guests, are in the first two again. */
    private static final int COLUMNS = 8;

    private static final double PERCENT = 100;

    static StolenTime now() throws IOException {
        return read(Files.readAllLines(Path.of("/proc/stat"), StandardCharsets.US_ASCII));
    }

    static StolenTime read(List<String> statistics) {
        long[] ticks = Arrays.stream(statistics.get(0).split(" +"))
                .skip(1)
                .limit(COLUMNS)
                .mapToLong(Long::parseLong)
                .toArray();
        return new StolenTime(ticks[COLUMNS - 1], Arrays.stream(ticks).sum());
    }

    /** {@return which part of the time since an earlier moment was stolen, in percent} */
    double percentSince(StolenTime earlier) {
        return all == earlier.all ? 0 : PERCENT * (stolen - earlier.stolen) / (all - earlier.all);
    }
}
