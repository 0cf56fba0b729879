package io.duet.engineio;

import static java.util.Objects.requireNonNull;

import io.duet.engineio.codec.EnginePacket;
import io.duet.engineio.codec.EngineProtocolException;
import io.duet.engineio.codec.OutboundMessage;
import io.duet.engineio.codec.WebSocketCodec;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.zip.DataFormatException;
import org.jspecify.annotations.Nullable;

/**
 * A WebSocket connection that carries a session, or probes whether it could. Its channel is on the session's event loop.
 *
 * <p>Outbound, one batch is under way at a time: the frames of several messages copied into one buffer, or one large message wrapped as it
 * is. What comes meanwhile stays in the outbox, shared with other sessions, until the network has taken the batch.
 */
final class WebSocketTransport extends SimpleChannelInboundHandler<WebSocketFrame> implements Transport {
    private static final int BATCH_BYTES = 64 * 1024;

    /** From this size on, wrapping costs less than copying. */
    private static final int WRAPPED_FROM_BYTES = 16 * 1024;

    /** How long a peer may take to answer a close frame, or to take the answer to its own. */
    private static final long CLOSE_TIMEOUT_SECONDS = 3;

    private static final int RESERVED_BIT_COMPRESSED = 0b100;
    private static final int OPCODE_CLOSE = 0x88;
    private static final int OPCODE_PONG = 0x8A;
    private static final char REPLACEMENT = '\uFFFD';

    private final EngineSession session;
    private final int maxPayloadBytes;
    private final boolean compressing;
    private final boolean takesBinary;
    private @Nullable ChannelHandlerContext ctx;
    private boolean writing;
    private boolean closed;
    private @Nullable Fragments fragments;

    /** What the latest ping that is not answered yet came with. */
    private byte @Nullable [] pinged;

    private @Nullable ScheduledFuture<?> closeTimer;

    WebSocketTransport(EngineSession session, int maxPayloadBytes, boolean compressing, boolean takesBinary) {
        this.session = session;
        this.maxPayloadBytes = maxPayloadBytes;
        this.compressing = compressing;
        this.takesBinary = takesBinary;
    }

    boolean isCompressing() {
        return compressing;
    }

    @Override
    public TransportName name() {
        return TransportName.WEBSOCKET;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        ctx = context;
    }

    @Override
    public boolean isWritable() {
        return !writing && !closed;
    }

    @Override
    public void flush(Outbox outbox) {
        ChannelHandlerContext context = requireNonNull(ctx, "ctx");
        OutboundMessage message = requireNonNull(outbox.poll(), "message");
        long accounted = message.sizeBytes();
        byte[] frames = frames(message);
        ByteBuf batch;
        if (frames.length >= WRAPPED_FROM_BYTES) {
            batch = Unpooled.wrappedBuffer(frames);
        } else {
            OutboundMessage next = outbox.peek();
            batch = next == null
                    ? context.alloc().directBuffer(frames.length)
                    : context.alloc().directBuffer((int) Math.min(BATCH_BYTES, outbox.queuedBytes()));
            batch.writeBytes(frames);
            while (next != null && batch.readableBytes() + next.sizeBytes() <= BATCH_BYTES) {
                batch.writeBytes(frames(next));
                accounted += next.sizeBytes();
                outbox.poll();
                next = outbox.peek();
            }
        }
        write(context, outbox, batch, accounted);
    }

    /** Writes packets of the transport's own (a probe's answer) past the outbox. */
    void writeNow(EnginePacket packet) {
        if (!closed) {
            byte[] frames = OutboundMessage.of(packet).webSocketFrames(session.revision());
            ChannelHandlerContext context = requireNonNull(ctx, "ctx");
            context.writeAndFlush(Unpooled.wrappedBuffer(frames), context.voidPromise());
        }
    }

    /** A close frame without status, as Node's server sends it, then the end of the connection. */
    @Override
    public void close() {
        close(Unpooled.EMPTY_BUFFER);
    }

    @Override
    public void suspendReading(boolean suspended) {
        requireNonNull(ctx, "ctx").channel().config().setAutoRead(!suspended);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, WebSocketFrame frame) {
        if (closed) {
            if (frame instanceof CloseWebSocketFrame) {
                context.close();
            }
            return;
        }
        if (frame instanceof TextWebSocketFrame || frame instanceof BinaryWebSocketFrame) {
            begin(frame);
        } else if (frame instanceof ContinuationWebSocketFrame) {
            resume(frame);
        } else if (frame instanceof PingWebSocketFrame) {
            pinged = ByteBufUtil.getBytes(frame.content());
            answerPing(context);
        } else if (frame instanceof CloseWebSocketFrame) {
            closed = true;
            context.writeAndFlush(control(OPCODE_CLOSE, frame.content())).addListener(ChannelFutureListener.CLOSE);
            closeLater(context);
            session.onTransportClosed(this, "");
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        answerPing(context);
        context.fireChannelWritabilityChanged();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        closed = true;
        if (closeTimer != null) {
            closeTimer.cancel(false);
        }
        session.onTransportClosed(this, "");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof CorruptedWebSocketFrameException corrupted) {
            fail(corrupted.closeStatus(), String.valueOf(cause.getMessage()));
        } else if (cause instanceof IOException) {
            // Reset by the peer: no more than the end of the connection. What follows is channelInactive.
            context.close();
        } else {
            fail(WebSocketCloseStatus.INTERNAL_SERVER_ERROR, cause.getClass().getSimpleName());
        }
    }

    /** To a peer that does not read, the latest ping only (RFC 6455, section 5.5.3). */
    private void answerPing(ChannelHandlerContext context) {
        if (pinged != null && !closed && context.channel().isWritable()) {
            ByteBuf pong = control(OPCODE_PONG, Unpooled.wrappedBuffer(pinged));
            pinged = null;
            context.writeAndFlush(pong, context.voidPromise());
        }
    }

    private void begin(WebSocketFrame frame) {
        boolean text = frame instanceof TextWebSocketFrame;
        boolean compressed = (frame.rsv() & RESERVED_BIT_COMPRESSED) != 0;
        if (fragments != null) {
            fail(WebSocketCloseStatus.PROTOCOL_ERROR, "a message within a message");
        } else if (frame.isFinalFragment()) {
            receive(ByteBufUtil.getBytes(frame.content()), text, compressed);
        } else {
            fragments = new Fragments(text, compressed);
            resume(frame);
        }
    }

    private void resume(WebSocketFrame frame) {
        Fragments message = fragments;
        if (message == null) {
            fail(WebSocketCloseStatus.PROTOCOL_ERROR, "a continuation of nothing");
            return;
        }
        if (message.bytes.size() + frame.content().readableBytes() > maxPayloadBytes) {
            fail(WebSocketCloseStatus.MESSAGE_TOO_BIG, "message of more than " + maxPayloadBytes + " bytes");
            return;
        }
        message.bytes.writeBytes(ByteBufUtil.getBytes(frame.content()));
        if (frame.isFinalFragment()) {
            fragments = null;
            receive(message.bytes.toByteArray(), message.text, message.compressed);
        }
    }

    private void receive(byte[] payload, boolean text, boolean compressed) {
        session.counters().receivedBytes.add(TransportName.WEBSOCKET, payload.length);
        try {
            byte[] bytes = compressed ? session.sessionLoop().deflate().inflate(payload, maxPayloadBytes) : payload;
            session.onPacket(
                    this,
                    text
                            ? WebSocketCodec.decodeText(utf8(bytes), session.revision())
                            : WebSocketCodec.decodeBinary(bytes, session.revision()));
        } catch (PerMessageDeflate.TooLargeException e) {
            fail(WebSocketCloseStatus.MESSAGE_TOO_BIG, "message of more than " + maxPayloadBytes + " bytes");
        } catch (DataFormatException e) {
            fail(WebSocketCloseStatus.INVALID_PAYLOAD_DATA, "not deflated data");
        } catch (CharacterCodingException e) {
            fail(WebSocketCloseStatus.INVALID_PAYLOAD_DATA, "text that is not UTF-8");
        } catch (EngineProtocolException e) {
            session.onProtocolError(this, String.valueOf(e.getMessage()));
        }
    }

    private void fail(WebSocketCloseStatus status, String description) {
        if (closed) {
            return;
        }
        close(Unpooled.copyShort(status.code()));
        session.onTransportError(this, description);
    }

    private void close(ByteBuf payload) {
        if (closed) {
            return;
        }
        closed = true;
        ChannelHandlerContext context = requireNonNull(ctx, "ctx");
        if (writing) {
            // The peer does not take what was sent before: it cannot be told.
            context.close();
            return;
        }
        context.writeAndFlush(control(OPCODE_CLOSE, payload), context.voidPromise());
        // What is under way from the peer is read and dropped: closing on unread data would cut off what the peer has
        // not read yet.
        context.channel().config().setAutoRead(true);
        closeLater(context);
    }

    private void closeLater(ChannelHandlerContext context) {
        closeTimer = context.executor().schedule(() -> context.close(), CLOSE_TIMEOUT_SECONDS, TimeUnit.SECONDS);
    }

    private byte[] frames(OutboundMessage message) {
        OutboundMessage sent = takesBinary ? message : message.withoutBinaryFrames();
        return compressing
                ? sent.deflatedWebSocketFrames(
                        session.revision(), session.sessionLoop().deflate())
                : sent.webSocketFrames(session.revision());
    }

    private void write(ChannelHandlerContext context, Outbox outbox, ByteBuf batch, long accounted) {
        writing = true;
        session.counters().sentBytes.add(TransportName.WEBSOCKET, batch.readableBytes());
        ChannelFuture written = context.writeAndFlush(batch);
        if (written.isDone()) {
            writing = false;
            outbox.release(accounted);
        } else {
            written.addListener(future -> {
                writing = false;
                outbox.release(accounted);
                session.flush();
            });
        }
    }

    private static ByteBuf control(int opcode, ByteBuf payload) {
        int length = payload.readableBytes();
        ByteBuf frame = Unpooled.buffer(2 + length);
        return frame.writeByte(opcode).writeByte(length).writeBytes(payload);
    }

    /** Strict: a decoder that replaces what is wrong is faster, so the slow one only looks at what was replaced. */
    private static String utf8(byte[] bytes) throws CharacterCodingException {
        String text = new String(bytes, StandardCharsets.UTF_8);
        return text.indexOf(REPLACEMENT) < 0
                ? text
                : StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(bytes))
                        .toString();
    }

    /** A message that comes in several frames. */
    private static final class Fragments {
        private final boolean text;
        private final boolean compressed;
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        Fragments(boolean text, boolean compressed) {
            this.text = text;
            this.compressed = compressed;
        }
    }
}
