package io.duet.app;

import io.duet.engineio.EngineRequest;
import io.duet.engineio.HttpHandler;
import io.duet.engineio.HttpReply;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;

/** Serves the files of the demo page from the class path: small, few, and read anew each time. */
final class DemoPage implements HttpHandler {
    private static final String FOLDER = "/io/duet/demo/web/";

    /** One plain file name: nothing that could lead out of the folder. */
    private static final Pattern FILE = Pattern.compile("/([a-z0-9-]+(?:\\.[a-z0-9]+)+)");

    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "svg", "image/svg+xml");

    @Override
    public CompletionStage<HttpReply> handle(EngineRequest request, byte[] body) {
        return CompletableFuture.completedFuture(reply(request));
    }

    private static HttpReply reply(EngineRequest request) {
        String path = request.path().equals("/") ? "/index.html" : request.path();
        String type = TYPES.get(path.substring(path.lastIndexOf('.') + 1));
        if (!FILE.matcher(path).matches() || type == null) {
            return HttpReply.empty(404);
        }
        if (!request.method().equals("GET")) {
            return HttpReply.empty(405);
        }
        try (InputStream file = DemoPage.class.getResourceAsStream(FOLDER + path.substring(1))) {
            return file == null ? HttpReply.empty(404) : HttpReply.of(200, type, file.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException("class path: " + path, e);
        }
    }
}
