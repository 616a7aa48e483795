package io.valkeysecure.lettuce;

import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.RedisCommand;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What the server remembers of a connection and nobody could restore on the next one: a transaction, watched keys,
 * {@code ASKING}, a stream that was asked for past Lettuce's own methods, and replies that were turned off.
 *
 * <p>Commands are compared by their bytes, in any case, as the server compares them: {@code dispatch} takes keywords of the
 * user's own.
 *
 * <p>Used by one channel, on its event loop.
 */
final class SessionState {
    private final boolean restoresSubscriptions;
    private boolean transaction;
    private boolean watching;
    private boolean asking;

    /** The server sends on its own, until {@code RESET} or the end of the connection. */
    private boolean streaming;

    /** Replies are turned off, so that none tells when the connection is quiet. */
    private boolean silent;

    /**
     * Makes the state of a new connection.
     *
     * @param restoresSubscriptions whether Lettuce subscribes again to what the connection is subscribed to
     */
    SessionState(boolean restoresSubscriptions) {
        this.restoresSubscriptions = restoresSubscriptions;
    }

    boolean isEmpty() {
        return !transaction && !watching && !asking && !streaming && !silent;
    }

    /** Notes a command that is sent to the server. */
    void sent(RedisCommand<?, ?, ?> command) {
        String name = upperCase(command.getType().getBytes());
        asking = name.equals("ASKING");
        switch (name) {
            case "MULTI" -> transaction = true;
            case "WATCH" -> watching = true;
            case "UNWATCH" -> watching = false;
            case "EXEC", "DISCARD" -> {
                transaction = false;
                watching = false;
            }
            case "RESET" -> {
                transaction = false;
                watching = false;
                streaming = false;
                silent = false;
            }
            case "MONITOR", "SYNC", "PSYNC" -> streaming = true;
            case "SUBSCRIBE", "PSUBSCRIBE", "SSUBSCRIBE" -> streaming |= !restoresSubscriptions;
            case "CLIENT" -> client(words(command.getArgs()));
            default -> {
                // leaves nothing that the server could forget
            }
        }
    }

    private void client(List<String> words) {
        if (words.size() == 2 && words.get(0).equals("REPLY")) {
            silent = !words.get(1).equals("ON");
        }
    }

    /** The arguments as the server reads them, in upper case: Lettuce's own text of them hides keys and values. */
    private static List<String> words(@Nullable CommandArgs<?, ?> args) {
        List<String> words = new ArrayList<>();
        if (args == null) {
            return words;
        }
        ByteBuf encoded = Unpooled.buffer();
        args.encode(encoded);
        while (encoded.isReadable()) {
            int end = encoded.bytesBefore((byte) '\n');
            String length =
                    encoded.readCharSequence(end + 1, StandardCharsets.US_ASCII).toString();
            byte[] word = new byte[Integer.parseInt(length.substring(1).trim())];
            encoded.readBytes(word).skipBytes(2);
            words.add(upperCase(word));
        }
        return words;
    }

    private static String upperCase(byte[] word) {
        return new String(word, StandardCharsets.ISO_8859_1).toUpperCase(Locale.ROOT);
    }
}
