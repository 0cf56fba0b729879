package io.duet.bench;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** On HTTP long-polling, as a browser does it: one connection for the polls and one for what is posted, both kept alive. */
final class PollingClient extends BenchClient {
    private static final int HEADER_END = 0x0D0A0D0A;
    private static final byte SEPARATOR = 0x1E;
    private static final String LENGTH = "content-length:";

    private final Exchange polls = new Exchange(this::onPolled);
    private final Exchange posts = new Exchange(answer -> onPosted());
    private final ByteArrayOutputStream waiting = new ByteArrayOutputStream();
    private boolean posting;
    private String query = "/socket.io/?EIO=4&transport=polling";

    PollingClient(Wiring wiring) {
        super(wiring);
    }

    @Override
    void open(Bootstrap bootstrap) {
        polls.bootstrap = bootstrap.clone().handler(polls);
        posts.bootstrap = bootstrap.clone().handler(posts);
        poll();
    }

    @Override
    void write(byte[] text) {
        if (waiting.size() > 0) {
            waiting.write(SEPARATOR);
        }
        waiting.writeBytes(text);
    }

    @Override
    void flush() {
        if (!posting && waiting.size() > 0) {
            post();
        }
    }

    @Override
    void sendBinary(byte[] bytes) {
        throw new UnsupportedOperationException("attachments are for WebSockets");
    }

    @Override
    void closeChannels() {
        polls.close();
        posts.close();
    }

    @Override
    void onOpen(byte[] handshake, int length) {
        String text = new String(handshake, 0, length, StandardCharsets.US_ASCII);
        int start = text.indexOf("\"sid\":\"") + 7;
        query += "&sid=" + text.substring(start, text.indexOf('"', start));
    }

    private void poll() {
        polls.request("GET " + query, "", new byte[0]);
    }

    private void post() {
        posting = true;
        byte[] body = waiting.toByteArray();
        waiting.reset();
        posts.request("POST " + query, "Content-Type: text/plain\r\nContent-Length: " + body.length + "\r\n", body);
    }

    private void onPosted() {
        posting = false;
        flush();
    }

    private void onPolled(ByteBuf body) {
        while (body.isReadable()) {
            int length = body.bytesBefore(SEPARATOR);
            boolean last = length < 0;
            length = last ? body.readableBytes() : length;
            body.readBytes(wiring.shared(), 0, length);
            if (!last) {
                body.skipBytes(1);
            }
            onText(length);
        }
        poll();
    }

    /** Requests one at a time, on one connection as long as the server keeps it. */
    @ChannelHandler.Sharable
    private final class Exchange extends ChannelInboundHandlerAdapter {
        private final Consumer<ByteBuf> onBody;
        private @Nullable Bootstrap bootstrap;
        private @Nullable Channel channel;
        private byte[] request = new byte[0];
        private boolean answered = true;
        private boolean reused;
        private boolean keptAlive = true;
        private @Nullable ByteBuf input;

        Exchange(Consumer<ByteBuf> onBody) {
            this.onBody = onBody;
        }

        void request(String line, String headers, byte[] body) {
            byte[] head =
                    Message.bytes(line + " HTTP/1.1\r\nHost: 127.0.0.1:" + wiring.port() + "\r\n" + headers + "\r\n");
            request = Arrays.copyOf(head, head.length + body.length);
            System.arraycopy(body, 0, request, head.length, body.length);
            answered = false;
            if (channel == null) {
                connect();
            } else {
                write(channel);
            }
        }

        private void connect() {
            reused = false;
            bootstrap.connect("127.0.0.1", wiring.port()).addListener(connecting -> {
                if (!connecting.isSuccess()) {
                    fail(connecting.cause());
                }
            });
        }

        private void write(Channel on) {
            on.writeAndFlush(on.alloc().directBuffer(request.length).writeBytes(request), on.voidPromise());
        }

        void close() {
            if (channel != null) {
                channel.close();
            }
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            channel = context.channel();
            write(channel);
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            wiring.onRead().run();
            ByteBuf all = input == null ? context.alloc().directBuffer() : input;
            all.writeBytes((ByteBuf) message);
            ((ByteBuf) message).release();
            input = all;
            int body = bodyStart(all);
            if (body < 0) {
                return;
            }
            String head = all.toString(0, body, StandardCharsets.US_ASCII);
            if (!head.startsWith("HTTP/1.1 200")) {
                throw new IllegalStateException("answer: " + head.lines().findFirst() + " (expected: 200)");
            }
            int length = contentLength(head);
            if (all.writerIndex() - body >= length) {
                input = null;
                answered = true;
                reused = true;
                if (!keptAlive) {
                    channel = null;
                    context.close();
                }
                try {
                    onBody.accept(all.readerIndex(body));
                } finally {
                    all.release();
                }
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            if (context.channel() != channel) {
                return;
            }
            channel = null;
            if (!answered && reused && input == null && !isClosing()) {
                // As browsers do: the server closed while the request was on its way. netty-socketio does so after each
                // response.
                connect();
            } else if (!answered) {
                fail(new IllegalStateException("connection closed by the server"));
            }
            if (input != null) {
                input.release();
                input = null;
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            if (cause instanceof IOException) {
                // As good as closed; what that means is decided there.
                context.close();
                return;
            }
            fail(cause);
            closeChannels();
        }

        private int bodyStart(ByteBuf all) {
            for (int i = 0; i + 4 <= all.writerIndex(); i++) {
                if (all.getInt(i) == HEADER_END) {
                    return i + 4;
                }
            }
            return -1;
        }

        private int contentLength(String head) {
            int start = head.toLowerCase(Locale.ROOT).indexOf(LENGTH);
            if (start < 0) {
                throw new IllegalStateException("answer without a content length: " + head);
            }
            int end = head.indexOf('\r', start);
            return Integer.parseInt(head.substring(start + LENGTH.length(), end).trim());
        }
    }
}
