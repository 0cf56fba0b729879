package io.duet.app.bench;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.StringJoiner;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Over HTTP long-polling: one request that waits for packets, and at most one that brings some. Keeps the cookies of sticky balancers. */
final class PollingTransport implements Transport {
    private static final Pattern SESSION_ID = Pattern.compile("\"sid\":\"([^\"]+)\"");
    private static final String SEPARATOR = "\u001e";

    /** So many stay below the usual limit of a payload. */
    private static final int MAX_PACKETS = 64;

    private static final String CLOSE = "1";

    private final HttpClient http;
    private final Receiver receiver;
    private final AtomicBoolean ended = new AtomicBoolean();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private final String url;
    private volatile String session = "";
    private volatile String cookies = "";

    /** Guarded by this, as is {@link #isPosting}. */
    private final Queue<String> queue = new ArrayDeque<>();

    private boolean isPosting;

    private PollingTransport(HttpClient http, URI url, Receiver receiver) {
        this.http = http;
        this.url = url + "?EIO=4&transport=polling";
        this.receiver = receiver;
    }

    static void open(HttpClient http, URI url, Receiver receiver) {
        PollingTransport transport = new PollingTransport(http, url, receiver);
        transport.exchange(request -> request.GET(), response -> {
            List<String> set = response.headers().allValues("set-cookie");
            transport.cookies =
                    set.stream().map(cookie -> cookie.split(";", 2)[0]).collect(Collectors.joining("; "));
            Matcher matcher = SESSION_ID.matcher(response.body());
            if (!matcher.find()) {
                transport.lost("no session id in the answer");
                return;
            }
            transport.session = "&sid=" + matcher.group(1);
            transport.take(response.body());
        });
    }

    @Override
    public void send(String packet) {
        if (!ended.get()) {
            enqueue(packet);
        }
    }

    @Override
    public CompletableFuture<?> close() {
        if (ended.compareAndSet(false, true)) {
            enqueue(CLOSE);
        } else {
            closed.complete(null);
        }
        return closed;
    }

    private void enqueue(String packet) {
        synchronized (this) {
            queue.add(packet);
        }
        post();
    }

    private void poll() {
        exchange(request -> request.GET(), response -> take(response.body()));
    }

    private void take(String payload) {
        for (String packet : payload.split(SEPARATOR, -1)) {
            receiver.onPacket(this, packet);
        }
        if (!ended.get()) {
            poll();
        }
    }

    private void post() {
        StringJoiner packets = new StringJoiner(SEPARATOR);
        boolean isLast = false;
        synchronized (this) {
            if (isPosting || queue.isEmpty()) {
                return;
            }
            isPosting = true;
            for (int i = 0; i < MAX_PACKETS && !queue.isEmpty(); i++) {
                isLast = queue.element().equals(CLOSE);
                packets.add(queue.remove());
            }
        }
        boolean wasLast = isLast;
        exchange(request -> request.POST(HttpRequest.BodyPublishers.ofString(packets.toString())), response -> {
            synchronized (this) {
                isPosting = false;
            }
            if (wasLast) {
                closed.complete(null);
            }
            post();
        });
    }

    private void exchange(Consumer<HttpRequest.Builder> method, Consumer<HttpResponse<String>> onAnswer) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + session));
        if (!cookies.isEmpty()) {
            request.header("Cookie", cookies);
        }
        method.accept(request);
        http.sendAsync(request.build(), HttpResponse.BodyHandlers.ofString()).whenComplete((response, failure) -> {
            if (failure != null) {
                lost(Transport.reason(failure));
            } else if (response.statusCode() != 200) {
                lost("HTTP " + response.statusCode() + " " + response.body());
            } else {
                onAnswer.accept(response);
            }
        });
    }

    private void lost(String reason) {
        closed.complete(null);
        if (ended.compareAndSet(false, true)) {
            receiver.onLost(reason);
        }
    }
}
