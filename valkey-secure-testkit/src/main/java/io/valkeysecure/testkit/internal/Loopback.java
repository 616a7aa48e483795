package io.valkeysecure.testkit.internal;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** A listener on a free loopback port that serves each connection on a daemon thread of its own. */
public final class Loopback implements Closeable {
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

    private final ServerSocket listener;
    private final String name;
    private final Handler handler;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final List<Thread> threads = new ArrayList<>();
    private final Object threadsLock = new Object();
    private final Object countLock = new Object();
    private int accepted;
    private int ended;
    private volatile boolean refusing;
    private volatile boolean closed;

    /** Serves one connection; the socket is closed when it returns. */
    @FunctionalInterface
    public interface Handler {
        void serve(Socket socket) throws IOException;
    }

    public Loopback(String name, Handler handler) {
        this(name, Socket::new, handler);
    }

    /** With sockets of a kind of the caller's, so that it can record in them. */
    public <S extends Socket> Loopback(String name, Supplier<S> sockets, Handler handler) {
        this.name = name;
        this.handler = handler;
        try {
            this.listener = new ServerSocket() {
                @Override
                public Socket accept() throws IOException {
                    Socket socket = sockets.get();
                    implAccept(socket);
                    return socket;
                }
            };
            listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot listen on the loopback address", e);
        }
    }

    public Loopback start() {
        startThread(name + "-accept", this::acceptAll);
        return this;
    }

    public int port() {
        return listener.getLocalPort();
    }

    public int accepted() {
        synchronized (countLock) {
            return accepted;
        }
    }

    /** Waits until all connections that were accepted have ended; false if the limit comes first. */
    public boolean awaitEnd(Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        synchronized (countLock) {
            while (ended < accepted) {
                long millis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (millis <= 0) {
                    return false;
                }
                try {
                    countLock.wait(millis);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return false;
                }
            }
            return true;
        }
    }

    public void refuse(boolean newConnections) {
        this.refusing = newConnections;
    }

    boolean isClosed() {
        return closed;
    }

    public Thread startThread(String threadName, Runnable work) {
        Thread thread = new Thread(work, "testkit-" + threadName);
        thread.setDaemon(true);
        synchronized (threadsLock) {
            threads.removeIf(old -> old.getState() == Thread.State.TERMINATED);
            threads.add(thread);
            thread.start();
        }
        return thread;
    }

    private void acceptAll() {
        while (!closed) {
            Socket socket;
            try {
                socket = listener.accept();
            } catch (IOException e) {
                return; // closed
            }
            if (refusing) {
                reset(socket);
                continue;
            }
            open.add(socket);
            int number;
            synchronized (countLock) {
                number = ++accepted;
            }
            startThread(name + "-" + number, () -> serve(socket));
            if (closed) {
                closeQuietly(socket); // close() may have looked before this one was there
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            handler.serve(socket);
        } catch (IOException e) {
            // the other side went away: that is the usual end of such a connection
        } finally {
            open.remove(socket);
            synchronized (countLock) {
                ended++;
                countLock.notifyAll();
            }
        }
    }

    /** Ends all open connections at once, with a reset. */
    public void dropConnections() {
        open.forEach(Loopback::reset);
    }

    public static void reset(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
        } catch (IOException e) {
            // closed already
        }
        closeQuietly(socket);
    }

    public static void closeQuietly(Closeable closeable) {
        try {
            closeable.close();
        } catch (IOException e) {
            // nothing is left to be done with it
        }
    }

    public static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    public static boolean await(CountDownLatch latch, Duration limit) {
        try {
            return latch.await(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public void close() {
        closed = true;
        closeQuietly(listener);
        open.forEach(Loopback::closeQuietly);
        List<Thread> left;
        synchronized (threadsLock) {
            left = List.copyOf(threads);
        }
        long deadline = System.nanoTime() + CLOSE_LIMIT.toNanos();
        for (Thread thread : left) {
            if (thread == Thread.currentThread()) {
                continue;
            }
            try {
                long millis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                thread.join(Math.max(1, millis));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
