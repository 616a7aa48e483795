package io.valkeysecure.cli.base;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Closes a socket at the end of a time, unless it is closed itself before: the timeout of a socket is for each read,
 * and a server may send a byte at a time.
 */
public final class Watchdog {
    private final Thread thread;
    private volatile boolean closed;

    private Watchdog(Socket socket, Duration limit) {
        thread = new Thread(
                () -> {
                    try {
                        TimeUnit.MILLISECONDS.sleep(limit.toMillis());
                        closed = true;
                        socket.close();
                    } catch (InterruptedException | IOException e) {
                        // what was watched came to an end by itself, or the socket is closed already
                    }
                },
                "watchdog");
        thread.setDaemon(true);
    }

    /**
     * Begins to watch.
     *
     * @param socket what to close
     * @param limit after how long
     * @return the watchdog, to be called off
     */
    public static Watchdog over(Socket socket, Duration limit) {
        Watchdog watchdog = new Watchdog(socket, limit);
        watchdog.thread.start();
        return watchdog;
    }

    /** {@return whether the time came to its end, so that the socket is closed by this} */
    public boolean hasClosed() {
        return closed;
    }

    /** Ends the watch, and leaves the socket as it is. */
    public void callOff() {
        thread.interrupt();
    }
}
