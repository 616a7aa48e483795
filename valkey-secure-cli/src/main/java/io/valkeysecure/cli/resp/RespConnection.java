package io.valkeysecure.cli.resp;

import io.valkeysecure.Endpoint;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsHandshakeException;
import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.adapter.TlsHandshake;
import io.valkeysecure.cli.base.InputException;
import io.valkeysecure.cli.base.Watchdog;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLSocket;

/**
 * A connection to a server that is verified, or is not made: the handshake is over before the first byte of a command
 * can be written. Not safe for use by several threads.
 */
public final class RespConnection implements AutoCloseable {
    private final Endpoint endpoint;
    private final SSLSocket socket;
    private final TlsHandshake handshake;
    private final RespReader reader;
    private final OutputStream out;

    /** How long an answer may take, the last byte included; zero for ever. */
    private Duration limit;

    private RespConnection(
            Endpoint endpoint, SSLSocket socket, TlsHandshake handshake, Duration limit, AnswerLimits limits)
            throws IOException {
        this.limit = limit;
        this.endpoint = endpoint;
        this.socket = socket;
        this.handshake = handshake;
        this.reader = new RespReader(new BufferedInputStream(socket.getInputStream()), limits);
        this.out = new BufferedOutputStream(socket.getOutputStream());
    }

    /**
     * Connects and verifies.
     *
     * @param tls whom to trust, and what to present
     * @param endpoint the server
     * @param timeout how long it may take until the server takes the connection, and later until it has answered in
     *     full
     * @param limits how large answers may be
     * @return the connection
     * @throws TlsHandshakeException if the server is refused
     * @throws IOException if it cannot be reached
     */
    public static RespConnection open(SecureTls tls, Endpoint endpoint, Duration timeout, AnswerLimits limits)
            throws IOException {
        InetSocketAddress address = new InetSocketAddress(endpoint.host(), endpoint.port());
        if (address.isUnresolved()) {
            throw new UnknownHostException(endpoint.host());
        }
        Socket plain = new Socket();
        long begun = System.nanoTime();
        Watchdog watchdog = Watchdog.over(plain, timeout);
        try {
            plain.connect(address, Math.toIntExact(timeout.toMillis()));
            TlsHandshake handshake = TlsHandshake.start(tls, endpoint, ClientLibrary.OTHER);
            SSLSocket socket = handshake.overSocket(plain);
            socket.setSoTimeout(Math.toIntExact(timeout.toMillis()));
            return new RespConnection(endpoint, socket, handshake, timeout, limits);
        } catch (IOException | RuntimeException e) {
            plain.close();
            boolean closed =
                    !(e instanceof TlsHandshakeException refused) || refused.reason() == RefusalReason.PEER_CLOSED;
            // the watchdog closed the socket, which looks as if the peer had
            if (closed && System.nanoTime() - begun >= timeout.toNanos()) {
                throw noAnswer(endpoint, timeout);
            }
            throw e;
        } finally {
            watchdog.callOff();
        }
    }

    /**
     * Sends a command and waits for its answer.
     *
     * @param command its name and arguments
     * @return the answer
     * @throws IOException if there is none
     */
    public Reply execute(List<String> command) throws IOException {
        return executeBytes(bytes(command));
    }

    /**
     * Sends a command and waits for its answer.
     *
     * @param command its name and arguments
     * @return the answer
     * @throws IOException if there is none
     */
    public Reply executeBytes(List<byte[]> command) throws IOException {
        try {
            write(command);
            out.flush();
        } catch (IOException e) {
            throw telling(e);
        }
        return next();
    }

    /**
     * Sends commands at once, few enough for the buffers of both sides, and waits for their answers.
     *
     * @param commands names and arguments of each
     * @return the answers, in the order of the commands
     * @throws IOException if one is missing
     */
    public List<Reply> executeAll(List<List<String>> commands) throws IOException {
        try {
            for (List<String> command : commands) {
                write(bytes(command));
            }
            out.flush();
        } catch (IOException e) {
            throw telling(e);
        }
        List<Reply> answers = new ArrayList<>();
        for (int i = 0; i < commands.size(); i++) {
            answers.add(next());
        }
        return answers;
    }

    private void write(List<byte[]> command) throws IOException {
        header('*', command.size());
        for (byte[] argument : command) {
            header('$', argument.length);
            out.write(argument);
            out.write('\r');
            out.write('\n');
        }
    }

    private static List<byte[]> bytes(List<String> command) {
        return command.stream()
                .map(text -> text.getBytes(StandardCharsets.UTF_8))
                .toList();
    }

    /**
     * Logs in.
     *
     * @param user empty for the default user
     * @param password the password
     * @return the answer
     * @throws IOException if there is none
     */
    public Reply login(Optional<String> user, String password) throws IOException {
        return execute(user.isPresent() ? List.of("AUTH", user.get(), password) : List.of("AUTH", password));
    }

    /**
     * Waits for the next answer, such as a message of a channel.
     *
     * @return the answer
     * @throws IOException if there is none
     */
    public Reply next() throws IOException {
        if (limit.isZero()) {
            return read();
        }
        long begun = System.nanoTime();
        Watchdog watchdog = Watchdog.over(socket, limit);
        try {
            return read();
        } catch (TlsHandshakeException e) {
            throw e;
        } catch (IOException e) {
            // a byte now and then is no answer: the watchdog closed the socket
            throw System.nanoTime() - begun >= limit.toNanos() ? noAnswer(endpoint, limit) : e;
        } finally {
            watchdog.callOff();
        }
    }

    private static SocketTimeoutException noAnswer(Endpoint endpoint, Duration limit) {
        return new SocketTimeoutException(endpoint + " did not answer within " + limit.toMillis() + " ms");
    }

    private Reply read() throws IOException {
        try {
            return reader.read();
        } catch (AnswerLimitException e) {
            throw e;
        } catch (RespReader.NoRespException e) {
            throw new InputException(
                    endpoint + " is no Valkey: " + e.getMessage(),
                    "is this its tls-port, and not that of another service?");
        } catch (SocketTimeoutException e) {
            throw noAnswer(endpoint, limit);
        } catch (IOException e) {
            throw telling(e);
        }
    }

    /**
     * Waits for answers without end from now on: who subscribes does not know when a message comes.
     *
     * @throws IOException if the connection is closed
     */
    public void waitForever() throws IOException {
        limit = Duration.ZERO;
        socket.setSoTimeout(0);
    }

    /** Under TLS 1.3 a server looks at our certificate only after the handshake, from which its alert comes late. */
    private IOException telling(IOException e) {
        TlsHandshakeException late = handshake.lateRefusal(e);
        return late == null ? e : late;
    }

    private void header(char type, int number) throws IOException {
        out.write((type + Integer.toString(number) + "\r\n").getBytes(StandardCharsets.US_ASCII));
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
