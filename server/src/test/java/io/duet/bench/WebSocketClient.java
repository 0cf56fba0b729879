package io.duet.bench;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/** On a bare WebSocket: frames are recognised by their header. */
final class WebSocketClient extends BenchClient {
    private static final int HEADER_END = 0x0D0A0D0A;
    private static final int TEXT = 0x81;
    private static final int BINARY = 0x82;
    private static final int COMPRESSED_TEXT = 0xC1;
    private static final int CLOSE = 0x88;
    private static final int PING = 0x89;
    private static final int PONG = 0x8A;
    private static final int MASKED = 0x80;
    private static final int LENGTH_16 = 126;
    private static final int LENGTH_64 = 127;

    /** Not zero, which some servers take as not masked at all. */
    private static final int MASK = 0x5A3C96E1;

    private static final byte[] FLUSH_TAIL = {0, 0, (byte) 0xFF, (byte) 0xFF};

    private final boolean deflate;
    private @Nullable Inflater inflater;
    private boolean contextTakeover;
    private @Nullable Channel channel;
    private @Nullable ByteBuf rest;
    private boolean open;

    /** @param deflate whether {@code permessage-deflate} is offered, and insisted on */
    WebSocketClient(Wiring wiring, boolean deflate) {
        super(wiring);
        this.deflate = deflate;
    }

    @Override
    void open(Bootstrap bootstrap) {
        bootstrap.handler(new Handler()).connect("127.0.0.1", wiring.port()).addListener(connecting -> {
            if (!connecting.isSuccess()) {
                fail(connecting.cause());
            }
        });
    }

    @Override
    void write(byte[] text) {
        write(TEXT, text);
    }

    @Override
    void flush() {
        connection().flush();
    }

    @Override
    void sendBinary(byte[] bytes) {
        write(BINARY, bytes);
        flush();
    }

    @Override
    void closeChannels() {
        Channel on = channel;
        if (on != null) {
            on.close();
        }
    }

    private void write(int first, byte[] payload) {
        Channel on = connection();
        ByteBuf frame = on.alloc().directBuffer(14 + payload.length);
        frame.writeByte(first);
        if (payload.length < LENGTH_16) {
            frame.writeByte(MASKED | payload.length);
        } else if (payload.length <= 0xFFFF) {
            frame.writeByte(MASKED | LENGTH_16).writeShort(payload.length);
        } else {
            frame.writeByte(MASKED | LENGTH_64).writeLong(payload.length);
        }
        frame.writeInt(MASK);
        int i = 0;
        for (; i + 4 <= payload.length; i += 4) {
            int word = (payload[i] << 24)
                    | (payload[i + 1] & 0xFF) << 16
                    | (payload[i + 2] & 0xFF) << 8
                    | (payload[i + 3] & 0xFF);
            frame.writeInt(word ^ MASK);
        }
        for (; i < payload.length; i++) {
            frame.writeByte(payload[i] ^ (MASK >>> (24 - 8 * (i & 3))));
        }
        on.write(frame, on.voidPromise());
    }

    private Channel connection() {
        Channel on = channel;
        if (on == null) {
            throw new IllegalStateException("not connected");
        }
        return on;
    }

    private boolean readResponse(ByteBuf input) {
        for (int i = input.readerIndex(); i + 4 <= input.writerIndex(); i++) {
            if (input.getInt(i) == HEADER_END) {
                String head = input.toString(input.readerIndex(), i - input.readerIndex(), StandardCharsets.US_ASCII);
                if (!head.startsWith("HTTP/1.1 101")) {
                    throw new IllegalStateException("answer: " + head.lines().findFirst() + " (expected: 101)");
                }
                if (deflate && !head.contains("permessage-deflate")) {
                    throw new IllegalStateException("permessage-deflate was not accepted");
                }
                contextTakeover = !head.contains("server_no_context_takeover");
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
            int header = length == LENGTH_16 ? 4 : length == LENGTH_64 ? 10 : 2;
            if (input.readableBytes() < header) {
                return;
            }
            if (length == LENGTH_16) {
                length = input.getUnsignedShort(start + 2);
            } else if (length == LENGTH_64) {
                length = Math.toIntExact(input.getLong(start + 2));
            }
            if (input.readableBytes() < header + length) {
                return;
            }
            input.skipBytes(header).readBytes(wiring.shared(), 0, length);
            onFrame(input.getUnsignedByte(start), length);
        }
    }

    private void onFrame(int first, int length) {
        switch (first) {
            case TEXT -> {
                // What is so small that compressing does not pay may come as it is, such as the handshake.
                if (deflate && length > 1024) {
                    throw new IllegalStateException("comes uncompressed, though permessage-deflate was agreed on");
                }
                onText(length);
            }
            case BINARY -> onBinary(length);
            case COMPRESSED_TEXT -> onText(inflate(length));
            case PING -> write(PONG, Arrays.copyOf(wiring.shared(), length));
            case CLOSE ->
                throw new IllegalStateException("closed by the server: "
                        + new String(
                                wiring.shared(), Math.min(2, length), Math.max(0, length - 2), StandardCharsets.UTF_8));
            default -> throw new IllegalStateException("frame: 0x" + Integer.toHexString(first));
        }
    }

    private int inflate(int length) {
        Inflater current = inflater == null ? new Inflater(true) : inflater;
        inflater = current;
        if (!contextTakeover) {
            current.reset();
        }
        byte[] shared = wiring.shared();
        byte[] input = Arrays.copyOf(shared, length + FLUSH_TAIL.length);
        System.arraycopy(FLUSH_TAIL, 0, input, length, FLUSH_TAIL.length);
        current.setInput(input);
        try {
            int inflated = 0;
            int more;
            while ((more = current.inflate(shared, inflated, shared.length - inflated)) > 0) {
                inflated += more;
            }
            return inflated;
        } catch (DataFormatException e) {
            throw new IllegalStateException(e);
        }
    }

    private final class Handler extends ChannelInboundHandlerAdapter {
        @Override
        public void channelActive(ChannelHandlerContext context) {
            channel = context.channel();
            String request = "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1:" + wiring.port()
                    + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                    + (deflate ? "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n" : "")
                    + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
            context.writeAndFlush(context.alloc().directBuffer(request.length()).writeBytes(Message.bytes(request)));
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            wiring.onRead().run();
            ByteBuf input = (ByteBuf) message;
            if (rest != null) {
                rest.writeBytes(input);
                input.release();
                input = rest;
                rest = null;
            }
            boolean kept = false;
            try {
                if (open || readResponse(input)) {
                    readFrames(input);
                }
                if (input.isReadable()) {
                    rest = input.readerIndex() == 0
                            ? input
                            : context.alloc()
                                    .directBuffer(input.readableBytes() + 512)
                                    .writeBytes(input);
                    kept = rest == input;
                }
            } finally {
                if (!kept) {
                    input.release();
                }
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            fail(new IllegalStateException("connection closed by the server"));
            ReferenceCountUtil.release(rest);
            rest = null;
            if (inflater != null) {
                inflater.end();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            fail(cause);
            context.close();
        }
    }
}
