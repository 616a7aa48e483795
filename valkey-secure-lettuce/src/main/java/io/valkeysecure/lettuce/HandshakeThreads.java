package io.valkeysecure.lettuce;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Where the costly and the waiting parts of handshakes run, so that an event loop goes on serving its other connections:
 * signatures, path validation, OCSP.
 *
 * <p>As many daemon threads as processors, at least two; each ends after some idle seconds, so there is nothing to shut down.
 */
final class HandshakeThreads implements Executor {
    static final String PREFIX = "valkey-secure-handshake-";
    private static final int IDLE_SECONDS = 5;
    private static final AtomicInteger NUMBER = new AtomicInteger();

    private final ThreadPoolExecutor threads;

    HandshakeThreads() {
        int size = Math.max(2, Runtime.getRuntime().availableProcessors());
        threads = new ThreadPoolExecutor(
                size, size, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), HandshakeThreads::thread);
        threads.allowCoreThreadTimeOut(true);
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, PREFIX + NUMBER.incrementAndGet());
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public void execute(Runnable task) {
        threads.execute(task);
    }
}
