package io.valkeysecure.netty.internal;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs the expensive and the blocking parts of handshakes (signatures, path validation, OCSP), so that an event loop
 * can serve its other connections meanwhile.
 *
 * <p>There are as many daemon threads as processors, and at least two. A thread ends after five idle seconds, so
 * nothing has to be shut down.
 */
public final class HandshakeThreads implements Executor {
    /** How the names of the threads begin. */
    public static final String PREFIX = "valkey-secure-handshake-";

    private static final int IDLE_SECONDS = 5;
    private static final AtomicInteger NUMBER = new AtomicInteger();

    private final ThreadPoolExecutor threads;

    /** Makes an executor without threads. */
    public HandshakeThreads() {
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
