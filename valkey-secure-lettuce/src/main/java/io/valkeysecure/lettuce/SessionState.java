package io.valkeysecure.lettuce;

import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.RedisCommand;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The state of a connection on the server that the next connection could not restore: a transaction, watched keys,
 * {@code ASKING}, a stream that was started without Lettuce's own methods, and replies that are turned off.
 *
 * <p>Commands are recognised by their name in any case, as on the server: {@code dispatch} takes any keyword.
 *
 * <p>Used by one channel, on its event loop.
 */
final class SessionState {
    /** Kept, because this class sees every command. */
    private static final Map<CommandType, String> NAMES = new EnumMap<>(CommandType.class);

    static {
        for (CommandType type : CommandType.values()) {
            NAMES.put(type, upperCase(type.getBytes()));
        }
    }

    private final boolean restoresSubscriptions;
    private boolean transaction;
    private boolean watching;
    private boolean asking;

    /** The server sends without being asked, until {@code RESET} or the end of the connection. */
    private boolean streaming;

    /** Replies are turned off, so that the end of a command cannot be seen. */
    private boolean silent;

    /**
     * Makes the state of a new connection.
     *
     * @param restoresSubscriptions whether Lettuce restores the subscriptions of this connection
     */
    SessionState(boolean restoresSubscriptions) {
        this.restoresSubscriptions = restoresSubscriptions;
    }

    boolean isEmpty() {
        return !transaction && !watching && !asking && !streaming && !silent;
    }

    /** Records a command that is sent to the server. */
    void sent(RedisCommand<?, ?, ?> command) {
        String known = command.getType() instanceof CommandType type ? NAMES.get(type) : null;
        String name = known != null ? known : upperCase(command.getType().getBytes());
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
                // leaves no state on the server
            }
        }
    }

    private void client(List<String> words) {
        if (words.size() == 2 && words.get(0).equals("REPLY")) {
            silent = !words.get(1).equals("ON");
        }
    }

    /**
     * Returns the arguments as the server reads them, in upper case. Lettuce's own text of them hides keys and values.
     */
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
