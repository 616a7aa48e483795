package io.valkeysecure.lettuce;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandHandler;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.DefaultEndpoint;
import io.lettuce.core.protocol.ProtocolKeyword;
import io.lettuce.core.pubsub.PubSubEndpoint;
import io.lettuce.core.resource.ClientResources;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** When a connection is quiet. What comes of it with a server is the matter of {@link SecureLettuceRotationTest}. */
class DrainHandlerTest {
    private final ClientResources resources = ClientResources.create();

    @AfterEach
    void close() {
        resources.shutdown(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private DrainHandler drainHandler(DefaultEndpoint endpoint) {
        return new DrainHandler(new CommandHandler(ClientOptions.create(), resources, endpoint), endpoint);
    }

    private static Command<String, String, String> command(CommandType type) {
        return new Command<>(type, new StatusOutput<>(StringCodec.UTF8));
    }

    @Test
    void closeWhenQuiet_nothingGoesOn_closes() {
        DrainHandler drainHandler = drainHandler(new DefaultEndpoint(ClientOptions.create(), resources));
        EmbeddedChannel channel = new EmbeddedChannel(drainHandler);

        drainHandler.drain();

        assertThat(channel.isOpen()).isFalse();
    }

    /** The server forgets what was asked with the connection, and would send the command away again. */
    @Test
    void closeWhenQuiet_betweenAskingAndItsCommand_waitsForTheCommand() {
        DrainHandler drainHandler = drainHandler(new DefaultEndpoint(ClientOptions.create(), resources));
        EmbeddedChannel channel = new EmbeddedChannel(drainHandler);
        channel.writeOutbound(command(CommandType.ASKING));

        drainHandler.drain();

        assertThat(channel.isOpen()).isTrue();
        var unused = channel.writeOneOutbound(command(CommandType.GET));
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void closeWhenQuiet_subscribedToAShardChannel_waitsForTheEndOfTheSubscription() {
        AtomicBoolean subscribed = new AtomicBoolean(true);
        DrainHandler drainHandler = drainHandler(new PubSubEndpoint<String, String>(ClientOptions.create(), resources) {
            @Override
            public boolean hasShardChannelSubscriptions() {
                return subscribed.get();
            }
        });
        EmbeddedChannel channel = new EmbeddedChannel(drainHandler);

        drainHandler.drain();

        assertThat(channel.isOpen()).isTrue();
        subscribed.set(false);
        drainHandler.drain();
        assertThat(channel.isOpen()).isFalse();
    }

    /** A keyword of the user's own, as {@code dispatch} takes it. */
    private static Command<String, String, String> custom(String name, String... arguments) {
        ProtocolKeyword keyword = new ProtocolKeyword() {
            @Override
            public byte[] getBytes() {
                return name.getBytes(StandardCharsets.US_ASCII);
            }

            @Override
            public String toString() {
                return name;
            }
        };
        CommandArgs<String, String> args = new CommandArgs<>(StringCodec.UTF8);
        Stream.of(arguments).forEach(args::addValue);
        return new Command<>(keyword, new StatusOutput<>(StringCodec.UTF8), args);
    }

    private static Command<String, String, String> command(String line) {
        String[] words = line.split(" ", -1);
        return custom(words[0], Arrays.copyOfRange(words, 1, words.length));
    }

    @ParameterizedTest
    @CsvSource({
        "MULTI, EXEC",
        "MULTI, DISCARD",
        "MULTI, RESET",
        "multi, exec",
        "Multi, discard",
        "WATCH k, UNWATCH",
        "watch k, EXEC",
        "wAtCh k, unwatch",
        "asking, GET k",
        "MONITOR, RESET",
        "monitor, reset",
        "subscribe c, RESET",
        "PSUBSCRIBE c, RESET",
        "ssubscribe c, RESET",
        "CLIENT REPLY OFF, RESET",
        "client reply skip, RESET",
        "client reply off, CLIENT REPLY ON"
    })
    void closeWhenQuiet_serverRemembersSomething_waitsUntilItDoesNot(String begins, String ends) {
        DrainHandler drainHandler = drainHandler(new DefaultEndpoint(ClientOptions.create(), resources));
        EmbeddedChannel channel = new EmbeddedChannel(drainHandler);
        channel.writeOutbound(command(begins));

        drainHandler.drain();

        assertThat(channel.isOpen()).isTrue();
        var unused = channel.writeOneOutbound(command(ends));
        assertThat(channel.isOpen()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET k",
                "get MULTI",
                "MULTIPLY",
                "SELECT 3",
                "AUTH p",
                "READONLY",
                "CLIENT REPLY ON",
                "CLIENT TRACKING ON",
                "client no-evict on",
                "CLIENT SETNAME reply",
                "CLIENT",
                "UNWATCH"
            })
    void closeWhenQuiet_nothingOrWhatAListenerRestores_closes(String line) {
        DrainHandler drainHandler = drainHandler(new DefaultEndpoint(ClientOptions.create(), resources));
        EmbeddedChannel channel = new EmbeddedChannel(drainHandler);
        channel.writeOutbound(command(line));

        drainHandler.drain();

        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void closeWhenQuiet_transactionWithinABatch_waitsForItsEnd() {
        DrainHandler drainHandler = drainHandler(new DefaultEndpoint(ClientOptions.create(), resources));
        EmbeddedChannel channel = new EmbeddedChannel(drainHandler);
        channel.writeOutbound(List.of(command(CommandType.GET), command("multi"), command("get k")));

        drainHandler.drain();

        assertThat(channel.isOpen()).isTrue();
        var unused = channel.writeOneOutbound(List.of(command("exec"), command(CommandType.GET)));
        assertThat(channel.isOpen()).isFalse();
    }

    /** Lettuce subscribes again by itself, whatever the keyword was: it goes by the server's answers. */
    @Test
    void closeWhenQuiet_subscribeOnAPubSubConnection_isLettucesToRestore() {
        DrainHandler drainHandler = drainHandler(new PubSubEndpoint<String, String>(ClientOptions.create(), resources));
        EmbeddedChannel channel = new EmbeddedChannel(drainHandler);
        channel.writeOutbound(command("subscribe c"));

        drainHandler.drain();

        assertThat(channel.isOpen()).isFalse();
    }
}
