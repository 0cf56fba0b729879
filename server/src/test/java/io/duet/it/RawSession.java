package io.duet.it;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** A client that says over polling what no decent client would. */
final class RawSession {
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final String url;

    private RawSession(String url) {
        this.url = url;
    }

    /** Opens a session that has joined nothing. */
    static RawSession open(int port) throws IOException, InterruptedException {
        String url = "http://127.0.0.1:" + port + "/socket.io/?EIO=4&transport=polling";
        String open = HTTP.send(request(url).build(), BodyHandlers.ofString()).body();
        return new RawSession(url + "&sid=" + open.replaceFirst(".*\"sid\":\"([^\"]+)\".*", "$1"));
    }

    String sessionId() {
        return url.substring(url.lastIndexOf('=') + 1);
    }

    /** Sends packets; gives the status. */
    int send(String packets) throws IOException, InterruptedException {
        return HTTP.send(request(url).POST(BodyPublishers.ofString(packets)).build(), BodyHandlers.discarding())
                .statusCode();
    }

    /** What the server has to say next. */
    String poll() throws IOException, InterruptedException {
        return HTTP.send(request(url).build(), BodyHandlers.ofString()).body();
    }

    /** Joins a namespace ({@code ""} is the main one) and takes the answer. */
    String join(String namespace) throws IOException, InterruptedException {
        send("40" + (namespace.isEmpty() ? "" : namespace + ","));
        return poll();
    }

    /** Whether the server ends the session: says so, or knows it no more. Anything else it has to say but pings means no. */
    boolean ends() throws IOException, InterruptedException {
        String said = poll();
        while (said.equals("2")) {
            said = poll();
        }
        return said.equals("1") || said.equals("2\u001e1") || said.contains("Session ID unknown");
    }

    private static HttpRequest.Builder request(String url) {
        return HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(10));
    }
}
