package io.duet.app.bench;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Over a WebSocket from the beginning. */
final class WebSocketTransport implements Transport, WebSocket.Listener {
    private final Receiver receiver;
    private final AtomicBoolean ended = new AtomicBoolean();
    private final StringBuilder beginning = new StringBuilder();

    /** The last packet that was sent: only when it has gone may the next go. Guarded by this. */
    private CompletableFuture<WebSocket> sent = new CompletableFuture<>();

    private WebSocketTransport(Receiver receiver) {
        this.receiver = receiver;
    }

    static void open(HttpClient http, URI url, Receiver receiver) {
        WebSocketTransport transport = new WebSocketTransport(receiver);
        String scheme = url.getScheme().equals("https") ? "wss" : "ws";
        URI address =
                URI.create(scheme + url.toString().substring(url.getScheme().length()) + "?EIO=4&transport=websocket");
        http.newWebSocketBuilder().buildAsync(address, transport).whenComplete((socket, failure) -> {
            if (failure != null) {
                transport.fail(failure);
            }
        });
    }

    @Override
    public void onOpen(WebSocket socket) {
        sent.complete(socket);
        socket.request(Long.MAX_VALUE);
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence text, boolean isLast) {
        if (!isLast) {
            beginning.append(text);
        } else if (beginning.isEmpty()) {
            receiver.onPacket(this, text.toString());
        } else {
            String packet = beginning.append(text).toString();
            beginning.setLength(0);
            receiver.onPacket(this, packet);
        }
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
        lost("closed by the server");
        return null;
    }

    @Override
    public void onError(WebSocket socket, Throwable error) {
        lost(Transport.reason(error));
    }

    @Override
    public synchronized void send(String packet) {
        sent = sent.thenCompose(socket -> socket.sendText(packet, true));
    }

    @Override
    public synchronized CompletableFuture<?> close() {
        ended.set(true);
        sent = sent.thenCompose(socket -> socket.sendClose(WebSocket.NORMAL_CLOSURE, ""));
        return sent;
    }

    private void fail(Throwable failure) {
        synchronized (this) {
            sent.completeExceptionally(failure);
        }
        lost(Transport.reason(failure));
    }

    private void lost(String reason) {
        if (ended.compareAndSet(false, true)) {
            receiver.onLost(reason);
        }
    }
}
