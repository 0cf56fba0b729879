package io.duet.app.bench;

import io.duet.socketio.Namespace;
import io.duet.socketio.Server;

/** What a server does for the load generator: lets clients join rooms, and sends to a room what one of them says. */
public final class BenchNamespace {
    static final String NAME = "/bench";

    private BenchNamespace() {}

    /** Serves it on a server that has not started yet. */
    public static void serve(Server io) {
        Namespace bench = io.of(NAME);
        bench.onConnection(socket -> socket.on("join", String.class, (room, ack) -> socket.join(String.valueOf(room))
                        .thenRun(ack::send))
                .on("send", (arguments, ack) -> bench.to(arguments.json(0).asText())
                        .emit("message", arguments.json(1))));
    }
}
