package io.valkeysecure.observability;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Passes on what it gets, but only some time after it was connected to: a server that is slow to shake hands. */
final class DelayingProxy implements AutoCloseable {
    private final ServerSocket listener;
    private final int target;
    private final Duration delay;
    private final ExecutorService pumps = Executors.newCachedThreadPool();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

    DelayingProxy(int target, Duration delay) throws IOException {
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        this.target = target;
        this.delay = delay;
        pumps.execute(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listener.accept();
                var unused = timer.schedule(() -> join(client), delay.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void join(Socket client) {
        try {
            Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
            pumps.execute(() -> pump(client, server));
            pumps.execute(() -> pump(server, client));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void pump(Socket from, Socket to) {
        try (from;
                to) {
            var unused = from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException e) {
            // one side has gone, and so both go
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        timer.shutdownNow();
        pumps.shutdownNow();
    }
}
