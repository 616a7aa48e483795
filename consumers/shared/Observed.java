package com.example;

import java.time.Duration;
import java.time.Instant;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Collectors;

/** Fails a program that leaves a thread behind, or logs above INFO, from the moment that this was made until it is closed. */
final class Observed implements AutoCloseable {
    private static final Logger ROOT = Logger.getLogger("");

    private final Set<Thread> before = Thread.getAllStackTraces().keySet();
    private final Queue<String> loud = new ConcurrentLinkedQueue<>();
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord line) {
            if (line.getLevel().intValue() > Level.INFO.intValue()) {
                loud.add(line.getLoggerName() + ": " + line.getMessage());
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    Observed() {
        ROOT.addHandler(handler);
    }

    @Override
    public void close() {
        Instant end = Instant.now().plus(Duration.ofMinutes(1));
        Set<Thread> left = left();
        while (!left.isEmpty() && Instant.now().isBefore(end)) {
            for (Thread thread : left) {
                join(thread);
            }
            left = left();
        }
        if (!left.isEmpty()) {
            throw new IllegalStateException("threads left: " + left);
        }
        if (!loud.isEmpty()) {
            throw new IllegalStateException("logged above INFO: " + loud);
        }
        System.out.println("threads left: 0, log lines above INFO: 0");
    }

    private static void join(Thread thread) {
        try {
            thread.join(1000);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Without those that the JDK keeps for itself, as its cleaner. */
    private Set<Thread> left() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !before.contains(thread))
                .filter(thread -> thread.getThreadGroup() != null)
                .filter(thread -> !Set.of("system", "InnocuousThreadGroup").contains(thread.getThreadGroup().getName()))
                .collect(Collectors.toSet());
    }
}
