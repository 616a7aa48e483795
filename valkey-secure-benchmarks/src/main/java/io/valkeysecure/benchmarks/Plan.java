package io.valkeysecure.benchmarks;

import java.time.Duration;
import java.util.List;

/**
 * How much is done.
 *
 * @param turns for what takes as long as it is told to
 * @param commands for commands, of which a short turn has thousands: what else the machine does changes more slowly than
 *     these turns, so that it is the same for both sides of a ratio
 * @param feats for what takes as long as it takes
 * @param heaps for what a heap holds, which hardly differs from round to round
 * @param samples for stacks that are sampled
 * @param rotations for rotations; their length is also the drain window, one minute by default
 * @param idle connections that do nothing
 * @param connecting connections that others wait for
 * @param returning connections of a server that restarts
 * @param growing connections that do nothing, more and more
 * @param iteration of a microbenchmark
 */
record Plan(
        Pace turns,
        Pace commands,
        Pace feats,
        Pace heaps,
        Pace samples,
        Pace rotations,
        int idle,
        int connecting,
        int returning,
        List<Integer> growing,
        Duration iteration) {
    /** For figures to publish. */
    static final Plan FULL = new Plan(
            new Pace(4, Duration.ofMillis(700), 9, Duration.ofMillis(400)),
            new Pace(4, Duration.ofMillis(700), 27, Duration.ofMillis(150)),
            new Pace(1, Duration.ZERO, 6, Duration.ZERO),
            new Pace(1, Duration.ZERO, 2, Duration.ZERO),
            new Pace(0, Duration.ZERO, 3, Duration.ofSeconds(8)),
            new Pace(0, Duration.ZERO, 3, Duration.ofMinutes(1)),
            500,
            100,
            500,
            List.of(100, 1_000, 10_000),
            Duration.ofSeconds(1));

    /** To see that everything works. */
    static final Plan QUICK = new Plan(
            new Pace(1, Duration.ofMillis(500), 3, Duration.ofMillis(150)),
            new Pace(1, Duration.ofMillis(500), 3, Duration.ofMillis(150)),
            new Pace(0, Duration.ZERO, 2, Duration.ZERO),
            new Pace(1, Duration.ZERO, 2, Duration.ZERO),
            new Pace(0, Duration.ZERO, 1, Duration.ofSeconds(1)),
            new Pace(0, Duration.ZERO, 1, Duration.ofSeconds(2)),
            100,
            50,
            100,
            List.of(10, 100),
            Duration.ofMillis(200));

    /** The sizes of something that grows; without the largest to see that everything works. */
    List<Integer> upTo(List<Integer> sizes) {
        return equals(QUICK) ? sizes.subList(0, sizes.size() - 1) : sizes;
    }

    /**
     * How often each variant has its turn.
     *
     * @param warmUps rounds that do not count
     * @param warmUp the length of their turns
     * @param rounds rounds that count
     * @param length the length of their turns
     */
    record Pace(int warmUps, Duration warmUp, int rounds, Duration length) {}
}
