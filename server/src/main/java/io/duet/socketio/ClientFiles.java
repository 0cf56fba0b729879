package io.duet.socketio;

import io.duet.engineio.EngineRequest;
import io.duet.engineio.HttpMiddleware;
import io.duet.engineio.HttpReply;
import io.duet.engineio.ResponseHeaders;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the browser bundles of the npm package socket.io-client below the server's path, as Node's option {@code serveClient} does (socket.io
 * 4.8). Other requests go on.
 *
 * <p>The bundles lie in the jar, compressed when it was built. Each form is read when it is first asked for, away from the event loops, and then
 * kept: a server whose clients bring their own bundle holds none, and all of them together are 2 MB.
 */
final class ClientFiles implements HttpMiddleware {
    private static final Logger log = LoggerFactory.getLogger(ClientFiles.class);

    private static final Set<String> NAMES = Set.of(
            "socket.io.js",
            "socket.io.js.map",
            "socket.io.min.js",
            "socket.io.min.js.map",
            "socket.io.msgpack.min.js",
            "socket.io.msgpack.min.js.map",
            "socket.io.esm.min.js",
            "socket.io.esm.min.js.map");

    private static final String FOLDER = "client/";

    private final String prefix;
    private final String entityTag;
    private final Map<String, CompletableFuture<byte[]>> contents = new ConcurrentHashMap<>();

    /** @param path the server's path, without trailing slash */
    ClientFiles(String path) {
        this.prefix = path + "/";
        this.entityTag = "\"" + version() + "\"";
    }

    @Override
    public void handle(EngineRequest request, ResponseHeaders response, Next next) {
        String name = name(request);
        if (!NAMES.contains(name) || isUpgrade(request)) {
            next.accept();
            return;
        }
        String known = request.header("if-none-match").orElse("");
        if (known.equals(entityTag) || known.equals("W/" + entityTag)) {
            next.answer(HttpReply.empty(304));
            return;
        }
        Optional<ContentCoding> coding = request.header("accept-encoding").flatMap(ContentCoding::preferred);
        content(name + coding.map(found -> "." + found.token()).orElse("")).whenComplete((body, failure) -> {
            if (failure == null) {
                next.answer(new HttpReply(200, headers(name, coding), body));
            } else {
                log.error("client file could not be read: {}", name, failure);
                next.answer(HttpReply.empty(500));
            }
        });
    }

    private String name(EngineRequest request) {
        String url = request.url();
        if (!url.startsWith(prefix)) {
            return "";
        }
        int end = url.indexOf('?');
        return url.substring(prefix.length(), end < 0 ? url.length() : end);
    }

    /** An upgrade concerns the engine whatever its path is. */
    private static boolean isUpgrade(EngineRequest request) {
        return request.header("upgrade").map("websocket"::equalsIgnoreCase).orElse(false);
    }

    private Map<String, String> headers(String name, Optional<ContentCoding> coding) {
        Map<String, String> headers = new HashMap<>();
        headers.put("Cache-Control", "public, max-age=0");
        headers.put(
                "Content-Type", "application/" + (name.endsWith(".map") ? "json" : "javascript") + "; charset=utf-8");
        headers.put("ETag", entityTag);
        coding.ifPresent(found -> headers.put("Content-Encoding", found.token()));
        return headers;
    }

    private CompletableFuture<byte[]> content(String resource) {
        return contents.computeIfAbsent(resource, key -> CompletableFuture.supplyAsync(() -> read(key)));
    }

    private static byte[] read(String resource) {
        try (InputStream in = open(resource)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(FOLDER + resource, e);
        }
    }

    private static String version() {
        Properties properties = new Properties();
        try (InputStream in = open("client.properties")) {
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(FOLDER + "client.properties", e);
        }
        return properties.getProperty("version");
    }

    private static InputStream open(String resource) {
        InputStream in = ClientFiles.class.getResourceAsStream(FOLDER + resource);
        if (in == null) {
            throw new IllegalStateException(FOLDER + resource
                    + ": not there (expected: in the jar of the server; serveClient(false) does without)");
        }
        return in;
    }
}
