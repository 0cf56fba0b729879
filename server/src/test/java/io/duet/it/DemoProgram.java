package io.duet.it;

import com.corundumstudio.socketio.AckCallback;
import com.corundumstudio.socketio.AckRequest;
import com.corundumstudio.socketio.AuthTokenResult;
import com.corundumstudio.socketio.AuthorizationResult;
import com.corundumstudio.socketio.BroadcastAckCallback;
import com.corundumstudio.socketio.Configuration;
import com.corundumstudio.socketio.MultiTypeAckCallback;
import com.corundumstudio.socketio.MultiTypeArgs;
import com.corundumstudio.socketio.SocketIOClient;
import com.corundumstudio.socketio.SocketIONamespace;
import com.corundumstudio.socketio.SocketIOServer;
import com.corundumstudio.socketio.VoidAckCallback;
import com.corundumstudio.socketio.annotation.OnConnect;
import com.corundumstudio.socketio.annotation.OnEvent;
import com.corundumstudio.socketio.listener.DefaultExceptionListener;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A program as its author would have written it for netty-socketio: it knows nothing of Duet. Its client is {@code netty-socketio.mjs}. */
final class DemoProgram {
    private final SocketIOServer server;
    private final AtomicInteger failures;
    private final CompletableFuture<Gone> gone = new CompletableFuture<>();

    private DemoProgram(SocketIOServer server, AtomicInteger failures) {
        this.server = server;
        this.failures = failures;
    }

    static Configuration configuration(AtomicInteger failures) {
        Configuration configuration = new Configuration();
        configuration.setHostname("127.0.0.1");
        configuration.setPort(0);
        configuration.setAuthorizationListener(data -> data.getSingleUrlParam("stranger") != null
                ? AuthorizationResult.FAILED_AUTHORIZATION
                : new AuthorizationResult(true, Map.of("token", "from-listener")));
        configuration.setExceptionListener(new DefaultExceptionListener() {
            @Override
            public void onEventException(Exception e, List<Object> args, SocketIOClient client) {
                failures.incrementAndGet();
            }
        });
        return configuration;
    }

    static void addTo(SocketIOServer server, AtomicInteger failures) {
        DemoProgram program = new DemoProgram(server, failures);
        program.chat();
        program.questions();
        program.values();
        program.rooms();
        program.polls();
        program.namespaces();
        program.ends();
        server.addListeners(new Annotated());
    }

    private void chat() {
        server.addEventListener("whoami", Void.class, (client, nothing, ack) -> ack.sendAckData(whoIs(client)));
        server.addEventListener("chatevent", ChatObject.class, (client, data, ack) -> server.getBroadcastOperations()
                .sendEvent("chatevent", data));
        server.addEventListener("ackevent1", ChatObject.class, (client, data, ack) -> {
            if (ack.isAckRequested()) {
                ack.sendAckData("delivered: " + data.message, "yeah!");
            }
        });
    }

    private static Map<String, Object> whoIs(SocketIOClient client) {
        Object token = client.get("token");
        return Map.of(
                "id", client.getSessionId(),
                "resolved", client.equals(client.getNamespace().getClient(client.getSessionId())),
                "open", client.isChannelOpen() && client.isWritable(),
                "eio", client.getEngineIOVersion(),
                "transport", client.getTransport(),
                "token", token);
    }

    private void questions() {
        server.addEventListener(
                "question-one",
                String.class,
                (client, data, ack) -> client.sendEvent(
                        "ask-one",
                        new AckCallback<String>(String.class) {
                            @Override
                            public void onSuccess(String result) {
                                client.sendEvent("answer-one", result);
                            }
                        },
                        data));
        server.addEventListener(
                "question-many",
                Void.class,
                (client, data, ack) -> client.sendEvent(
                        "ask-many", new MultiTypeAckCallback(String.class, ChatObject.class, Integer.class) {
                            @Override
                            public void onSuccess(MultiTypeArgs result) {
                                String text = result.first();
                                ChatObject chat = result.second();
                                Integer number = result.get(2);
                                client.sendEvent("answer-many", text, chat.userName, number);
                            }
                        }));
        server.addEventListener(
                "question-void",
                Void.class,
                (client, data, ack) -> client.sendEvent("ask-void", new VoidAckCallback() {
                    @Override
                    protected void onSuccess() {
                        client.sendEvent("answer-void");
                    }
                }));
        server.addEventListener(
                "question-ignored",
                Void.class,
                (client, data, ack) -> client.sendEvent("ask-nobody", new VoidAckCallback(1) {
                    @Override
                    protected void onSuccess() {
                        client.sendEvent("answer-late", "it came");
                    }

                    @Override
                    public void onTimeout() {
                        client.sendEvent("answer-late");
                    }
                }));
    }

    private void values() {
        server.addEventListener(
                "bytes",
                byte[].class,
                (client, data, ack) -> client.sendEvent("bytes-back", data, Map.of("inner", List.of(data))));
        server.addEventListener("file", FileObject.class, (client, data, ack) -> ack.sendAckData(data));
        server.addEventListener("blob", byte[].class, (client, data, ack) -> server.getNamespace("")
                .getBroadcastOperations()
                .sendEvent("blob", data));
        server.addMultiTypeEventListener("anything", (client, data, ack) -> ack.sendAckData(data.getArgs()));
        server.addEventListener("one-declared", String.class, (client, data, ack) -> ack.sendAckData(data));
        server.addMultiTypeEventListener(
                "pair", (client, data, ack) -> ack.sendAckData(data.getArgs()), String.class, Integer.class);
    }

    private void rooms() {
        server.addEventListener("join", String[].class, (client, rooms, ack) -> {
            client.joinRooms(Set.of(rooms));
            ack.sendAckData(named(client.getAllRooms()).toArray());
        });
        server.addEventListener("leave", String.class, (client, room, ack) -> {
            client.leaveRoom(room);
            ack.sendAckData();
        });
        server.addEventListener("say", Say.class, (client, say, ack) -> server.getRoomOperations(say.rooms)
                .sendEvent("said", client, new Object[] {say.text}));
        server.addEventListener("say-to-all", String.class, (client, text, ack) -> client.getNamespace()
                .getBroadcastOperations()
                .sendEvent("said-to-all", text));
    }

    private void polls() {
        server.addEventListener("poll-all", String.class, (client, question, ack) -> {
            Poll poll = new Poll(client, server.getAllClients().size());
            server.getBroadcastOperations().sendEvent("poll", question, poll);
        });
    }

    private void namespaces() {
        SocketIONamespace chat = server.addNamespace("/chat1");
        chat.addEventListener("whoami", Void.class, (client, nothing, ack) -> ack.sendAckData(whoIs(client)));
        chat.addEventListener("message", String.class, (client, data, ack) -> chat.getBroadcastOperations()
                .sendEvent("message", data));
        SocketIONamespace secret = server.addNamespace("/secret");
        secret.addAuthTokenListener((auth, client) -> {
            client.set("note", "kept");
            Object token = ((Map<?, ?>) auth).get("token");
            if ("expired".equals(token)) {
                return new AuthTokenResult(false, Map.of("message", "expired", "data", Map.of("code", 7)));
            }
            return "right".equals(token)
                    ? AuthTokenResult.AuthTokenResultSuccess
                    : new AuthTokenResult(false, token == null ? "no token" : "wrong token");
        });
        secret.addEventListener("token", Void.class, (client, nothing, ack) -> {
            Object note = client.get("note");
            ack.sendAckData(client.getHandshakeData().getAuthToken(), note);
        });
    }

    private void ends() {
        server.addEventListener("fails", Void.class, (client, nothing, ack) -> {
            throw new IllegalStateException("on purpose");
        });
        server.addEventListener("number", Integer.class, (client, number, ack) -> {});
        server.addEventListener("failures", Void.class, (client, nothing, ack) -> ack.sendAckData(failures.get()));
        server.addEventListener("kick-me", Void.class, (client, nothing, ack) -> {
            client.disconnect();
            client.sendEvent("too-late");
        });
        server.addDisconnectListener(client -> {
            if (client.getAllRooms().contains("blue")) {
                boolean listed = server.getAllClients().contains(client);
                gone.complete(new Gone(named(client.getAllRooms()), listed));
            }
        });
        server.addEventListener(
                "gone",
                Void.class,
                (client, nothing, ack) -> gone.thenAccept(one -> ack.sendAckData(one.rooms(), one.listed())));
        server.addEventListener("answered-later", Void.class, (client, nothing, ack) -> {
            client.set("waiting", ack);
            CompletableFuture.delayedExecutor(50, TimeUnit.MILLISECONDS).execute(() -> {
                AckRequest waiting = client.get("waiting");
                waiting.sendAckData("later");
            });
        });
    }

    /** Sorted, without the one that is called like the main namespace. */
    private static Set<String> named(Set<String> rooms) {
        Set<String> named = new TreeSet<>(rooms);
        named.remove("");
        return named;
    }

    /** What a client's disconnect listener has seen: its rooms, and whether it is in the server's list. */
    private record Gone(Set<String> rooms, boolean listed) {}

    /** Tells who has asked what became of its poll, once everybody has answered or had the time to. */
    private static final class Poll extends BroadcastAckCallback<String> {
        private final SocketIOClient asker;
        private final int asked;
        private final List<String> answers = new ArrayList<>();
        private int timeouts;
        private boolean all;

        Poll(SocketIOClient asker, int asked) {
            super(String.class, 1);
            this.asker = asker;
            this.asked = asked;
        }

        @Override
        protected synchronized void onClientSuccess(SocketIOClient client, String result) {
            answers.add(result);
            tellIfComplete();
        }

        @Override
        protected synchronized void onClientTimeout(SocketIOClient client) {
            timeouts++;
            tellIfComplete();
        }

        @Override
        protected synchronized void onAllSuccess() {
            all = true;
            tellIfComplete();
        }

        /** The library counts an answer before it hands it over: with clients on several threads, "all" may come before the last answer. */
        private void tellIfComplete() {
            if (answers.size() + timeouts == asked && (all || timeouts > 0)) {
                asker.sendEvent("polled", answers.stream().sorted().toList(), timeouts, all);
            }
        }
    }

    /** With the annotations of the library. */
    public static final class Annotated {
        @OnConnect
        public void onConnect(SocketIOClient client) {
            client.set("name", "anna");
        }

        @OnEvent("annotated")
        public void onAnnotated(SocketIOClient client, AckRequest ack, String text, Integer number) {
            String name = client.get("name");
            ack.sendAckData(text, number, name);
        }
    }

    /** A message of the chat. */
    public static final class ChatObject {
        public @Nullable String userName;
        public @Nullable String message;
        public @Nullable String tags;
    }

    /** Bytes in the depth. */
    public static final class FileObject {
        public @Nullable String name;
        public byte @Nullable [] content;
        public @Nullable List<byte[]> parts;
    }

    /** What is to be said where. */
    public static final class Say {
        public String[] rooms = {};
        public String text = "";
    }
}
