package io.duet.engineio;

import java.util.Optional;

/** The transports a session can use, by their names in the {@code transport} query parameter. */
public enum TransportName {
    POLLING("polling"),
    WEBSOCKET("websocket");

    private final String text;

    TransportName(String text) {
        this.text = text;
    }

    public String text() {
        return text;
    }

    static Optional<TransportName> of(String text) {
        return POLLING.text.equals(text)
                ? Optional.of(POLLING)
                : WEBSOCKET.text.equals(text) ? Optional.of(WEBSOCKET) : Optional.empty();
    }
}
