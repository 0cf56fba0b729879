package io.duet.engineio;

import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** The opening handshake of a WebSocket (RFC 6455, section 4.2). */
final class WebSocketHandshake {
    private static final String ACCEPT_SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static final int KEY_BYTES = 16;

    /** RFC 9110, section 5.6.2. */
    private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

    private WebSocketHandshake() {}

    /** Whether the request is a complete one of version 13; the method is checked as that of any handshake. */
    static boolean isValid(EngineRequest request) {
        return request.method().equals("GET")
                && request.header("sec-websocket-version").map("13"::equals).orElse(false)
                && request.header("sec-websocket-key")
                        .map(WebSocketHandshake::isKey)
                        .orElse(false)
                && request.header("sec-websocket-protocol")
                        .map(WebSocketHandshake::areSubprotocols)
                        .orElse(true);
    }

    /**
     * Answers 101 and turns the connection into one that carries frames to and from {@code transport}. On the channel's event loop, with a
     * valid request that was read to its end. The answer leaves with the first frame, or when the channel is flushed.
     */
    static void accept(HttpExchange exchange, WebSocketTransport transport, int maxPayloadBytes) {
        FullHttpResponse response =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS);
        response.headers().set(exchange.answerHeaders());
        response.headers().set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET);
        response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE);
        response.headers().set(HttpHeaderNames.SEC_WEBSOCKET_ACCEPT, acceptKey(exchange.request()));
        if (transport.isCompressing()) {
            response.headers().set(HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS, PerMessageDeflate.ACCEPTED);
        }
        // As Node's server: a browser gives up if none of those it offers is chosen.
        exchange.request()
                .header("sec-websocket-protocol")
                .map(offered -> subprotocols(offered).get(0))
                .ifPresent(chosen -> response.headers().set(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, chosen));
        ChannelPipeline pipeline = exchange.channel().pipeline();
        pipeline.write(response, exchange.channel().voidPromise());
        WebSocketDecoderConfig config = WebSocketDecoderConfig.newBuilder()
                .maxFramePayloadLength(maxPayloadBytes)
                .allowExtensions(transport.isCompressing())
                .closeOnProtocolViolation(false)
                .withUTF8Validator(false)
                .build();
        // Behind the HTTP codec, whose removal hands on what it has read beyond the request.
        pipeline.addLast(new WebSocket13FrameDecoder(config), transport);
        pipeline.remove(EngineHttpHandler.class);
        pipeline.remove(HttpServerCodec.class);
    }

    private static boolean isKey(String key) {
        try {
            return Base64.getDecoder().decode(key.trim()).length == KEY_BYTES;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static boolean areSubprotocols(String header) {
        List<String> offered = subprotocols(header);
        return offered.stream().allMatch(TOKEN.asMatchPredicate())
                && Set.copyOf(offered).size() == offered.size();
    }

    private static List<String> subprotocols(String header) {
        return Arrays.stream(header.split(",", -1)).map(String::trim).toList();
    }

    private static String acceptKey(EngineRequest request) {
        String key = request.header("sec-websocket-key").orElseThrow().trim() + ACCEPT_SUFFIX;
        try {
            byte[] digest = MessageDigest.getInstance("SHA-1").digest(key.getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1", e);
        }
    }
}
