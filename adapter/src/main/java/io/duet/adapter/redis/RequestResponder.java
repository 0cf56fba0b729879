package io.duet.adapter.redis;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.databind.node.NullNode;
import io.duet.adapter.AckCollector;
import io.duet.adapter.BroadcastFlags;
import io.duet.adapter.BroadcastOptions;
import io.duet.adapter.InMemoryAdapter;
import io.duet.adapter.LocalSockets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Does what other nodes ask, and answers. A node that is counted and does not answer makes the calls of all others time out, so everything that
 * wants an answer gets one.
 */
final class RequestResponder {
    private final LocalSockets sockets;
    private final InMemoryAdapter local;
    private final BiConsumer<Request, Response> respond;

    RequestResponder(LocalSockets sockets, InMemoryAdapter local, BiConsumer<Request, Response> respond) {
        this.sockets = sockets;
        this.local = local;
        this.respond = respond;
    }

    void handle(Request request) {
        if (request instanceof Request.SocketIds asked) {
            Set<String> ids = new LinkedHashSet<>(local.sockets(asked.rooms()));
            respond.accept(asked, new Response.SocketIds(asked.requestId(), ids));
        } else if (request instanceof Request.AllRooms asked) {
            respond.accept(asked, new Response.Rooms(asked.requestId(), local.rooms()));
        } else if (request instanceof Request.FetchSockets asked) {
            local.fetchSockets(asked.options())
                    .thenAccept(found -> respond.accept(asked, new Response.Sockets(asked.requestId(), found)));
        } else if (request instanceof Request.Join join) {
            local.addSockets(join.options(), join.rooms());
        } else if (request instanceof Request.Leave leave) {
            local.delSockets(leave.options(), leave.rooms());
        } else if (request instanceof Request.Disconnect disconnect) {
            local.disconnectSockets(disconnect.options(), disconnect.close());
        } else if (request instanceof Request.ServerSideEmit emit) {
            serverSide(emit);
        } else if (request instanceof Request.BroadcastWithAck broadcast) {
            broadcastWithAck(broadcast);
        } else {
            handleLegacy(request);
        }
    }

    private void serverSide(Request.ServerSideEmit emit) {
        Optional<String> requestId = emit.requestId();
        if (requestId.isEmpty()) {
            sockets.serverSide(emit.data(), null);
        } else {
            sockets.serverSide(
                    emit.data(),
                    values -> respond.accept(emit, new Response.ServerSideAnswer(requestId.get(), first(values))));
        }
    }

    private void broadcastWithAck(Request.BroadcastWithAck request) {
        local.broadcastWithAck(request.packet(), request.options(), new AckCollector() {
            @Override
            public void clients(int count) {
                respond.accept(request, new Response.ClientCount(request.requestId(), count));
            }

            @Override
            public void answer(List<@Nullable Object> arguments) {
                respond.accept(request, new Response.Acknowledgement(request.requestId(), first(arguments)));
            }
        });
    }

    /** Requests of old versions name one socket: only the node that has it does something, and answers. */
    private void handleLegacy(Request request) {
        if (request instanceof Request.LegacyJoin join && isHere(join.socketId())) {
            local.addSockets(only(join.socketId()), Set.of(join.room()));
            respond.accept(join, new Response.Done(join.requestId()));
        } else if (request instanceof Request.LegacyLeave leave && isHere(leave.socketId())) {
            local.delSockets(only(leave.socketId()), Set.of(leave.room()));
            respond.accept(leave, new Response.Done(leave.requestId()));
        } else if (request instanceof Request.LegacyDisconnect disconnect && isHere(disconnect.socketId())) {
            local.disconnectSockets(only(disconnect.socketId()), disconnect.close());
            respond.accept(disconnect, new Response.Done(disconnect.requestId()));
        }
    }

    /** Node tells nothing from null. */
    private static Optional<Object> first(List<@Nullable Object> values) {
        return values.isEmpty()
                ? Optional.empty()
                : Optional.of(requireNonNullElse(values.get(0), NullNode.getInstance()));
    }

    private boolean isHere(String socketId) {
        return !local.sockets(Set.of(socketId)).isEmpty();
    }

    private static BroadcastOptions only(String socketId) {
        return BroadcastOptions.socket(socketId, BroadcastFlags.NONE);
    }
}
