package io.duet.netty;

import com.corundumstudio.socketio.Configuration;
import com.corundumstudio.socketio.Transport;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.duet.engineio.CorsOptions;
import io.duet.engineio.EngineOptions;
import io.duet.engineio.TransportName;
import io.duet.socketio.ServerBuilder;
import io.duet.socketio.codec.JsonValues;
import java.time.Duration;

/** Takes netty-socketio's configuration over; the list is in {@link DuetSocketIOServer}. */
final class ConfigurationReader {
    /** What stands for a heartbeat that never fails: clients take no more than 2^31 ms. */
    private static final Duration NO_PING_TIMEOUT = Duration.ofDays(1);

    private ConfigurationReader() {}

    static void apply(Configuration from, ServerBuilder to) {
        to.path(from.getContext())
                .pingInterval(Duration.ofMillis(from.getPingInterval()))
                .pingTimeout(from.isHeartbeatsEnabled() ? Duration.ofMillis(from.getPingTimeout()) : NO_PING_TIMEOUT)
                .upgradeTimeout(Duration.ofMillis(from.getUpgradeTimeout()))
                .connectTimeout(Duration.ofMillis(from.getFirstDataTimeout()))
                .maxHttpBufferSize(Math.max(from.getMaxHttpContentLength(), from.getMaxFramePayloadLength()))
                .transports(from.getTransports().stream()
                        .map(transport ->
                                transport == Transport.WEBSOCKET ? TransportName.WEBSOCKET : TransportName.POLLING)
                        .toArray(TransportName[]::new))
                // The library serves clients of version 2 unasked.
                .allowEIO3(true);
        if (!from.isHttpCompression()) {
            to.noHttpCompression();
        }
        if (from.isWebsocketCompression()) {
            to.perMessageDeflate(EngineOptions.DEFAULT_COMPRESSION_THRESHOLD_BYTES);
        }
        if (from.isEnableCors()) {
            to.cors(cors(from));
        }
    }

    /** The library's tolerance: beans without properties are fine, and so are unknown ones. */
    static ObjectMapper mapper() {
        return JsonValues.mapper()
                .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
                .enable(JsonGenerator.Feature.WRITE_BIGDECIMAL_AS_PLAIN);
    }

    /** Without a configured origin any may read, but none with the user's cookies: the library allows that to every page on the web. */
    private static CorsOptions cors(Configuration from) {
        String origin = from.getOrigin();
        CorsOptions.Builder cors = origin == null || origin.equals("*")
                ? CorsOptions.anyOrigin()
                : CorsOptions.origins(origin).credentials(true);
        if (from.getAllowHeaders() != null) {
            cors.allowedHeaders(from.getAllowHeaders());
        }
        return cors.build();
    }
}
