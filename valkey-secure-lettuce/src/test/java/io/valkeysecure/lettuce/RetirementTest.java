package io.valkeysecure.lettuce;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandHandler;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.DefaultEndpoint;
import io.lettuce.core.pubsub.PubSubEndpoint;
import io.lettuce.core.resource.ClientResources;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When a connection is quiet. What comes of it with a server is the matter of {@link SecureLettuceRotationTest}. */
class RetirementTest {
    private final ClientResources resources = ClientResources.create();

    @AfterEach
    void close() {
        resources.shutdown(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private Retirement retirement(DefaultEndpoint endpoint) {
        return new Retirement(new CommandHandler(ClientOptions.create(), resources, endpoint), endpoint);
    }

    private static Command<String, String, String> command(CommandType type) {
        return new Command<>(type, new StatusOutput<>(StringCodec.UTF8));
    }

    @Test
    void closeWhenQuiet_nothingGoesOn_closes() {
        Retirement retirement = retirement(new DefaultEndpoint(ClientOptions.create(), resources));
        EmbeddedChannel channel = new EmbeddedChannel(retirement);

        retirement.closeWhenQuiet();

        assertThat(channel.isOpen()).isFalse();
    }

    /** The server forgets what was asked with the connection, and would send the command away again. */
    @Test
    void closeWhenQuiet_betweenAskingAndItsCommand_waitsForTheCommand() {
        Retirement retirement = retirement(new DefaultEndpoint(ClientOptions.create(), resources));
        EmbeddedChannel channel = new EmbeddedChannel(retirement);
        channel.writeOutbound(command(CommandType.ASKING));

        retirement.closeWhenQuiet();

        assertThat(channel.isOpen()).isTrue();
        var unused = channel.writeOneOutbound(command(CommandType.GET));
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void closeWhenQuiet_subscribedToAShardChannel_waitsForTheEndOfTheSubscription() {
        AtomicBoolean subscribed = new AtomicBoolean(true);
        Retirement retirement = retirement(new PubSubEndpoint<String, String>(ClientOptions.create(), resources) {
            @Override
            public boolean hasShardChannelSubscriptions() {
                return subscribed.get();
            }
        });
        EmbeddedChannel channel = new EmbeddedChannel(retirement);

        retirement.closeWhenQuiet();

        assertThat(channel.isOpen()).isTrue();
        subscribed.set(false);
        retirement.closeWhenQuiet();
        assertThat(channel.isOpen()).isFalse();
    }
}
