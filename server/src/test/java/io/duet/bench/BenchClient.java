package io.duet.bench;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A Socket.IO client on a bare WebSocket that does as little as a client can: frames are recognised by their header, events go to the scenario
 * as bytes. Everything on the one thread of its {@link Load}.
 */
final class BenchClient extends ChannelInboundHandlerAdapter {
    private static final int HEADER_END = 0x0D0A0D0A;
    private static final int FIN_TEXT = 0x81;
    private static final int MASKED = 0x80;
    private static final int SHORT_LENGTH = 126;

    /** Not zero, which some servers take as not masked at all. */
    private static final int MASK = 0x5A3C96E1;

    private static final byte[] CONNECTED = Message.bytes("40");

    /** What a scenario does with events (2) and acks (3); {@code message} is shared and valid during the call. */
    interface Receiver {
        void onMessage(BenchClient client, byte[] message, int length);
    }

    private final CompletableFuture<BenchClient> connected = new CompletableFuture<>();
    private final byte[] shared;
    private final int port;
    private final Consumer<Throwable> onLost;
    private final Runnable onRead;
    private @Nullable Channel channel;
    private @Nullable ByteBuf rest;
    private boolean open;
    private boolean closing;
    private @Nullable Receiver receiver;

    /** Free for the scenario: how many messages have come. */
    int received;

    BenchClient(int port, byte[] shared, Consumer<Throwable> onLost, Runnable onRead) {
        this.port = port;
        this.shared = shared;
        this.onLost = onLost;
        this.onRead = onRead;
    }

    /** Complete once the namespace is joined. */
    CompletableFuture<BenchClient> connected() {
        return connected;
    }

    void receiver(Receiver newReceiver) {
        receiver = newReceiver;
    }

    /** Sends a text message as one masked frame. */
    void send(byte[] text) {
        Channel on = channel;
        if (on == null) {
            throw new IllegalStateException("not connected");
        }
        ByteBuf frame = on.alloc().directBuffer(8 + text.length);
        frame.writeByte(FIN_TEXT);
        if (text.length < SHORT_LENGTH) {
            frame.writeByte(MASKED | text.length);
        } else {
            frame.writeByte(MASKED | SHORT_LENGTH).writeShort(text.length);
        }
        frame.writeInt(MASK);
        int i = 0;
        for (; i + 4 <= text.length; i += 4) {
            int word = (text[i] << 24) | (text[i + 1] & 0xFF) << 16 | (text[i + 2] & 0xFF) << 8 | (text[i + 3] & 0xFF);
            frame.writeInt(word ^ MASK);
        }
        for (; i < text.length; i++) {
            frame.writeByte(text[i] ^ (MASK >>> (24 - 8 * (i & 3))));
        }
        on.writeAndFlush(frame, on.voidPromise());
    }

    void close() {
        closing = true;
        Channel on = channel;
        if (on != null) {
            on.close();
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        channel = context.channel();
        String request = "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1:" + port
                + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
        context.writeAndFlush(context.alloc().directBuffer(request.length()).writeBytes(Message.bytes(request)));
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        onRead.run();
        ByteBuf input = (ByteBuf) message;
        if (rest != null) {
            input = rest.writeBytes(input);
            ((ByteBuf) message).release();
            rest = null;
        }
        try {
            if (open || readResponse(input)) {
                readFrames(input);
            }
            if (input.isReadable()) {
                rest = context.alloc().directBuffer(input.readableBytes() + 512).writeBytes(input);
            }
        } finally {
            input.release();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        fail(new IllegalStateException("connection closed by the server"));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        fail(cause);
        closing = true;
        context.close();
    }

    private void fail(Throwable cause) {
        boolean early = connected.completeExceptionally(cause);
        if (!early && !closing) {
            onLost.accept(cause);
        }
    }

    private boolean readResponse(ByteBuf input) {
        for (int i = input.readerIndex(); i + 4 <= input.writerIndex(); i++) {
            if (input.getInt(i) == HEADER_END) {
                String status = input.toString(input.readerIndex(), 12, StandardCharsets.US_ASCII);
                if (!status.equals("HTTP/1.1 101")) {
                    throw new IllegalStateException("answer: " + status + " (expected: HTTP/1.1 101)");
                }
                input.readerIndex(i + 4);
                open = true;
                return true;
            }
        }
        return false;
    }

    private void readFrames(ByteBuf input) {
        while (input.readableBytes() >= 2) {
            int start = input.readerIndex();
            int length = input.getByte(start + 1);
            int header = 2;
            if (length == SHORT_LENGTH) {
                if (input.readableBytes() < 4) {
                    return;
                }
                length = input.getUnsignedShort(start + 2);
                header = 4;
            }
            if ((input.getByte(start) & 0xFF) != FIN_TEXT || length < 1) {
                throw new IllegalStateException("frame that is no short text");
            }
            if (input.readableBytes() < header + length) {
                return;
            }
            input.skipBytes(header).readBytes(shared, 0, length);
            onText(length);
        }
    }

    private void onText(int length) {
        if (shared[0] == '4' && length > 1 && (shared[1] == '2' || shared[1] == '3')) {
            Receiver current = receiver;
            if (current != null) {
                current.onMessage(this, shared, length);
            }
        } else if (shared[0] == '2') {
            send(Message.bytes("3"));
        } else if (shared[0] == '0') {
            send(CONNECTED);
        } else if (Message.startsWith(shared, length, CONNECTED)) {
            connected.complete(this);
        } else {
            throw new IllegalStateException(
                    "message: " + new String(shared, 0, Math.min(length, 64), StandardCharsets.UTF_8));
        }
    }
}
