package io.valkeysecure.lettuce;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.valkeysecure.Endpoint;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.SecureTls;
import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.adapter.TlsHandshake;
import io.valkeysecure.netty.internal.PeerBytesTap;
import java.util.HexFormat;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the tap shows, passes on and keeps. */
class PeerBytesTapTest {
    /** A ServerHello of TLS 1.2, and a key exchange that is signed with SHA-1. */
    private static final String WEAK = record("02" + "000026" + "0303" + "00".repeat(32) + "00c02b00")
            + record("0c" + "00000c" + "03001704" + "00000000" + "0203" + "0000");

    /** A ServerHello of TLS 1.3. */
    private static final String MODERN =
            record("02" + "00002e" + "0303" + "00".repeat(32) + "00130100" + "0006" + "002b00020304");

    private static String record(String message) {
        return String.format("160303%04x", message.length() / 2) + message;
    }

    private final SecureTls tls = new Pki().tls();
    private final TlsHandshake handshake =
            TlsHandshake.start(tls, new Endpoint("localhost", 6379), ClientLibrary.LETTUCE);
    private final SSLEngine engine = handshake.engine();
    private @Nullable Throwable caught;
    private final EmbeddedChannel channel =
            new EmbeddedChannel(new PeerBytesTap(handshake), new ChannelInboundHandlerAdapter() {
                @Override
                public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                    caught = cause;
                }
            });

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
        engine.closeOutbound();
        tls.close();
    }

    private static ByteBuf bytes(String hex) {
        return Unpooled.copiedBuffer(HexFormat.of().parseHex(hex));
    }

    @Test
    void received_weakSignature_isKeptFromTheEngineAndAllThatFollows() {
        ByteBuf weak = bytes(WEAK);
        assertThat(channel.writeInbound(weak)).isFalse();
        ByteBuf next = bytes("1603030001");
        assertThat(channel.writeInbound(next)).isFalse();

        assertThat(RefusalReason.of(caught)).contains(RefusalReason.WEAK_SIGNATURE);
        assertThat(weak.refCnt()).isZero();
        assertThat(next.refCnt()).isZero();
    }

    @Test
    void received_helloOfTls13_isPassedOnAndNothingMoreIsLookedAt() {
        assertThat(channel.writeInbound(bytes(MODERN))).isTrue();

        assertThat(caught).isNull();
        assertThat(channel.pipeline().get(PeerBytesTap.class)).isNull();
    }

    @Test
    void received_beginningOfAHello_isPassedOnAndMoreIsLookedAt() {
        assertThat(channel.writeInbound(bytes("1603030001"))).isTrue();

        assertThat(channel.pipeline().get(PeerBytesTap.class)).isNotNull();
    }

    @Test
    void whatIsNoBytes_isPassedOn() {
        assertThat(channel.writeInbound("text")).isTrue();
        assertThat(channel.writeOutbound("text")).isTrue();
    }

    @Test
    void sent_clientHello_goesOut() {
        ByteBuf hello = bytes("160303000401000000");
        ChannelFuture written = channel.writeAndFlush(hello);

        assertThat(written.isSuccess()).isTrue();
        assertThat(channel.<ByteBuf>readOutbound()).isSameAs(hello);
    }

    /** What proves our key by SHA-1, as a server can ask for under TLS 1.2. */
    @Test
    void sent_weakProofOfOurKey_goesNowhere() {
        ByteBuf weak = bytes(record("0f" + "000006" + "0201" + "0002" + "0000"));
        channel.writeInbound(bytes(record("02" + "000026" + "0303" + "00".repeat(32) + "00c02b00")));

        ChannelFuture written = channel.writeAndFlush(weak);

        assertThat(RefusalReason.of(written.cause())).contains(RefusalReason.WEAK_SIGNATURE);
        assertThat(RefusalReason.of(caught)).contains(RefusalReason.WEAK_SIGNATURE);
        assertThat(weak.refCnt()).isZero();
        assertThat(channel.<Object>readOutbound()).isNull();
    }
}
