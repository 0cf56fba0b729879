package io.duet.engineio;

import java.util.Map;

/**
 * A request that was refused: Node's {@code connection_error}.
 *
 * @param context what is known besides, by names of the reference: {@code transport}, {@code previousTransport}, {@code method},
 *     {@code protocol}, {@code message}, {@code name}; never a session id
 */
public record ConnectionError(EngineRequest request, EngineError error, String message, Map<String, String> context) {
    public ConnectionError {
        context = Map.copyOf(context);
    }
}
