package io.valkeysecure.internal.thread;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A daemon thread of this library. It never waits for a listener, so that neither enforcement nor reading depends on
 * one.
 */
public final class LibraryThread extends Thread {
    private static final long IDLE_SECONDS = 5;

    public LibraryThread(Runnable work, String name, @Nullable ClassLoader classLoader) {
        super(null, work, name, 0, false);
        setDaemon(true);
        setContextClassLoader(classLoader);
    }

    /** {@return whether the current thread is one of this library's} */
    public static boolean isCurrent() {
        return Thread.currentThread() instanceof LibraryThread;
    }

    /**
     * Creates a pool whose threads start when there is work and end after five seconds without any. It rejects a task
     * when the queue is full. Its threads have the context class loader of the thread that makes it.
     */
    public static ThreadPoolExecutor pool(String name, int threads, int longestQueue) {
        ClassLoader classLoader = Thread.currentThread().getContextClassLoader();
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                threads,
                threads,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(longestQueue),
                work -> new LibraryThread(work, name, classLoader));
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }
}
