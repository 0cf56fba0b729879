package io.duet.netty;

import static java.util.Objects.requireNonNull;

import com.corundumstudio.socketio.AuthTokenResult;
import com.corundumstudio.socketio.BroadcastOperations;
import com.corundumstudio.socketio.Configuration;
import com.corundumstudio.socketio.SocketIONamespace;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.duet.engineio.Acceptor;
import io.duet.engineio.EngineListener;
import io.duet.engineio.EngineSession;
import io.duet.engineio.SessionListener;
import io.duet.socketio.Middleware;
import io.duet.socketio.Server;
import io.duet.socketio.ServerBuilder;
import io.duet.socketio.Socket;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * netty-socketio's view of a {@link Server}: its namespaces by name, and how sockets come into them. Namespaces that only Duet's API knows are
 * none of its business.
 */
final class Facade {
    /** What a client is told that is refused without a word. */
    private static final String REFUSED = "not authorized";

    private final Server io;
    private final Authorization authorization;
    private final FacadeContext context;
    private final FacadeNamespace main;
    private final Map<String, FacadeNamespace> byName = new ConcurrentHashMap<>();

    /** Namespaces of Duet that have our middleware: it stays when a namespace is removed here. */
    private final Set<String> attached = ConcurrentHashMap.newKeySet();

    Facade(Configuration configuration, Consumer<ServerBuilder> options, Acceptor acceptor) {
        authorization = new Authorization(configuration.getAuthorizationListener());
        ServerBuilder builder = Server.builder();
        ConfigurationReader.apply(configuration, builder);
        authorization.gate().ifPresent(builder::allowRequest);
        ObjectMapper mapper = ConfigurationReader.mapper();
        builder.mapper(mapper);
        options.accept(builder);
        io = builder.acceptor(acceptor).build();
        context = new FacadeContext(configuration, mapper);
        main = create("");
        io.engine().addListener(new EngineListener() {
            @Override
            public void connection(EngineSession session) {
                session.addListener(new SessionListener() {
                    @Override
                    public void heartbeat() {
                        byName.values().forEach(namespace -> namespace.heartbeat(session));
                    }
                });
            }
        });
    }

    Server io() {
        return io;
    }

    FacadeNamespace main() {
        return main;
    }

    FacadeNamespace create(String name) {
        String full = fullName(name);
        FacadeNamespace namespace = byName.computeIfAbsent(
                full, key -> new FacadeNamespace(context, name.equals("/") ? "" : name, io.of(key)));
        if (attached.add(full)) {
            namespace.target().use((socket, next) -> admit(full, socket, next));
            namespace.target().onConnection(socket -> connected(full, socket));
        }
        return namespace;
    }

    @Nullable
    FacadeNamespace find(String name) {
        return byName.get(fullName(name));
    }

    Collection<SocketIONamespace> all() {
        return Collections.unmodifiableCollection(byName.values());
    }

    void remove(String name) {
        FacadeNamespace removed = byName.remove(fullName(name));
        if (removed != null) {
            removed.target().local().disconnectSockets(false);
        }
    }

    BroadcastOperations everybody() {
        return FacadeBroadcast.everybody(byName.values());
    }

    BroadcastOperations rooms(String... rooms) {
        return FacadeBroadcast.rooms(byName.values(), rooms);
    }

    /** The library calls the main namespace by an empty name. */
    private static String fullName(String name) {
        return name.startsWith("/") ? name : "/" + name;
    }

    private void admit(String name, Socket socket, Middleware.Next next) {
        FacadeNamespace namespace = byName.get(name);
        if (namespace == null) {
            next.refuse("Invalid namespace");
            return;
        }
        FacadeClient client = newClient(namespace, socket);
        AuthTokenResult result =
                namespace.onAuthData(client, client.getHandshakeData().getAuthToken());
        if (result.isSuccess()) {
            next.accept();
        } else {
            refuse(next, result.getErrorData());
        }
    }

    private void connected(String name, Socket socket) {
        FacadeNamespace namespace = byName.get(name);
        if (namespace == null) {
            socket.disconnect();
            return;
        }
        // A recovered socket has passed no middleware.
        FacadeClient client = FacadeClient.of(socket).orElseGet(() -> newClient(namespace, socket));
        namespace.enter(client);
    }

    private FacadeClient newClient(FacadeNamespace namespace, Socket socket) {
        FacadeClient client = FacadeClient.create(namespace, socket);
        authorization.storeParameters(socket.conn().request()).forEach(client::set);
        return client;
    }

    /** What listeners give is a text, an object with a {@code message} as clients of version 4 expect it, or something else. */
    private void refuse(Middleware.Next next, @Nullable Object errorData) {
        JsonNode error = context.mapper().valueToTree(errorData);
        if (error == null || error.isNull()) {
            next.refuse(REFUSED);
        } else if (error.isTextual()) {
            next.refuse(error.asText());
        } else if (error instanceof ObjectNode object && object.path("message").isTextual()) {
            String message = requireNonNull(object.remove("message")).asText();
            JsonNode data = object.size() == 1 && object.has("data") ? object.get("data") : object;
            if (data.isObject() && data.isEmpty()) {
                next.refuse(message);
            } else {
                next.refuse(message, data);
            }
        } else {
            next.refuse(REFUSED, error);
        }
    }

    /** Ends what is the facade's own. */
    void close() {
        authorization.close();
    }
}
