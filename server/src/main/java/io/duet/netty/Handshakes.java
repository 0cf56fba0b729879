package io.duet.netty;

import com.corundumstudio.socketio.HandshakeData;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.duet.engineio.EngineRequest;
import io.duet.socketio.Handshake;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;

/** Requests as the library describes them. The client's port is not known: 0. */
final class Handshakes {
    private Handshakes() {}

    /** Of a request that has not become a session yet. */
    static HandshakeData of(EngineRequest request) {
        return of(request.headers(), request.address(), request.url());
    }

    /** Of a socket, with its own token: the payload of its CONNECT as plain Java, an empty map if there was none. */
    static HandshakeData of(Handshake handshake, ObjectMapper mapper) {
        HandshakeData data = of(handshake.headers(), handshake.address(), handshake.url());
        data.setAuthToken(plain(handshake.auth(), mapper));
        return data;
    }

    private static HandshakeData of(Map<String, String> headers, String address, String url) {
        // Peers' headers were checked when they were read, and are only read here.
        HttpHeaders all =
                DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();
        headers.forEach(all::set);
        return new HandshakeData(all, parameters(url), address(address), url, headers.containsKey("origin"));
    }

    private static Object plain(JsonNode auth, ObjectMapper mapper) {
        try {
            return mapper.treeToValue(auth, Object.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("auth: " + auth.getNodeType(), e);
        }
    }

    private static Map<String, List<String>> parameters(String url) {
        try {
            return new QueryStringDecoder(url).parameters();
        } catch (IllegalArgumentException e) {
            // A broken percent escape.
            return Map.of();
        }
    }

    private static InetSocketAddress address(String ip) {
        byte[] bytes = NetUtil.createByteArrayFromIpAddressString(ip);
        if (bytes == null) {
            return InetSocketAddress.createUnresolved(ip, 0);
        }
        try {
            return new InetSocketAddress(InetAddress.getByAddress(bytes), 0);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("address of " + bytes.length + " bytes", e);
        }
    }
}
