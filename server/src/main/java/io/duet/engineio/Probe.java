package io.duet.engineio;

import io.duet.engineio.codec.EnginePacket;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A WebSocket that tries to take over a polling session (engine.io-protocol v4, "Upgrade"): it sends a ping, is answered, and sends the
 * upgrade packet once its client has no poll under way any more. Whatever else happens, the session goes on with polling. On the session's
 * event loop.
 */
final class Probe {
    /** What the session does. */
    interface Actions {
        /** The probe was answered. */
        void onAnswered();

        /** A held poll keeps the client from going on. */
        void releasePoll();

        /** The client is ready: the WebSocket carries the session from now on. */
        void onUpgrade(WebSocketTransport webSocket);

        void onFailed();
    }

    private static final String DATA = "probe";

    /** As long as with Node, and the first one not sooner: clients see the packet that releases a poll, and some count packets. */
    private static final long RELEASE_INTERVAL_MILLIS = 100;

    private final EventLoop loop;
    private final WebSocketTransport webSocket;
    private final Actions actions;
    private final ScheduledFuture<?> limit;
    private @Nullable ScheduledFuture<?> releases;

    Probe(EventLoop loop, WebSocketTransport webSocket, long timeoutMillis, Actions actions) {
        this.loop = loop;
        this.webSocket = webSocket;
        this.actions = actions;
        this.limit = loop.schedule(actions::onFailed, timeoutMillis, TimeUnit.MILLISECONDS);
    }

    boolean isBy(Transport transport) {
        return transport == webSocket;
    }

    void onPacket(EnginePacket packet) {
        if (packet instanceof EnginePacket.Ping ping && ping.data().equals(DATA) && releases == null) {
            webSocket.writeNow(new EnginePacket.Pong(DATA));
            releases = loop.scheduleAtFixedRate(
                    actions::releasePoll, RELEASE_INTERVAL_MILLIS, RELEASE_INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
            actions.onAnswered();
        } else if (packet instanceof EnginePacket.Upgrade && releases != null) {
            cancelTimers();
            actions.onUpgrade(webSocket);
        } else {
            actions.onFailed();
        }
    }

    /** Ends the attempt. */
    void abandon() {
        cancelTimers();
        webSocket.close();
    }

    private void cancelTimers() {
        limit.cancel(false);
        if (releases != null) {
            releases.cancel(false);
        }
    }
}
