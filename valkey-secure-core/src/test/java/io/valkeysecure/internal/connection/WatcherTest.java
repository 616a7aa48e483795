package io.valkeysecure.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class WatcherTest {
    private static final Duration NEVER = Duration.ofDays(1);

    private final BlockingQueue<Thread> ran = new LinkedBlockingQueue<>();
    private final BlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();

    private static <T> @Nullable T next(BlockingQueue<T> queue) throws InterruptedException {
        return queue.poll(60, TimeUnit.SECONDS);
    }

    @Test
    void wake_runsTheStepsBeforeTheIntervalIsOver() throws Exception {
        try (Watcher watcher =
                new Watcher(List.of(() -> ran.add(Thread.currentThread())), () -> NEVER, failures::add)) {
            watcher.start();
            watcher.wake();
            assertThat(next(ran)).isNotNull();
            watcher.wake();
            assertThat(next(ran)).isNotNull();
        }
    }

    @Test
    void close_duringTheInterval_endsTheThread() throws Exception {
        Thread thread;
        try (Watcher watcher =
                new Watcher(List.of(() -> ran.add(Thread.currentThread())), () -> NEVER, failures::add)) {
            watcher.start();
            watcher.wake();
            thread = next(ran);
            assertThat(thread).isNotNull();
        }
        thread.join(60_000);
        assertThat(thread.isAlive()).isFalse();
    }

    @Test
    void step_thatFails_isToldAndStopsNoOther() throws Exception {
        AssertionError failure = new AssertionError("a step");
        Runnable failing = () -> {
            throw failure;
        };
        try (Watcher watcher =
                new Watcher(List.of(failing, () -> ran.add(Thread.currentThread())), () -> NEVER, failures::add)) {
            watcher.start();
            watcher.wake();

            assertThat(next(failures)).isSameAs(failure);
            assertThat(next(ran)).isNotNull();
        }
    }

    @Test
    void failure_thatCannotBeTold_stopsNothing() throws Exception {
        Runnable failing = () -> {
            throw new AssertionError("a step");
        };
        try (Watcher watcher =
                new Watcher(List.of(failing, () -> ran.add(Thread.currentThread())), () -> NEVER, thrown -> {
                    throw new OutOfMemoryError("telling it");
                })) {
            watcher.start();
            watcher.wake();
            assertThat(next(ran)).isNotNull();
            watcher.wake();
            assertThat(next(ran)).isNotNull();
        }
    }
}
