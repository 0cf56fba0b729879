package io.duet.app.bench;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocketHandshakeException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** The connection of one client. Packets are those of Engine.IO, as text. Safe for any thread; nothing blocks. */
interface Transport {
    /** How to connect. */
    enum Name {
        WEBSOCKET,
        POLLING
    }

    /** Takes what comes, one call at a time. Must not block. */
    interface Receiver {
        void onPacket(Transport from, String packet);

        /** At most once, and not after {@link Transport#close}. */
        void onLost(String reason);
    }

    /** @param url with the path of Engine.IO, without a query */
    static void open(Name name, HttpClient http, URI url, Receiver receiver) {
        if (name == Name.WEBSOCKET) {
            WebSocketTransport.open(http, url, receiver);
        } else {
            PollingTransport.open(http, url, receiver);
        }
    }

    /** Why a request failed, in a few words. */
    static String reason(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof WebSocketHandshakeException refused) {
            return "HTTP " + refused.getResponse().statusCode();
        }
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }

    /** Sends a packet behind those before it. */
    void send(String packet);

    /** Ends the connection; done when the server knows. */
    CompletableFuture<?> close();
}
