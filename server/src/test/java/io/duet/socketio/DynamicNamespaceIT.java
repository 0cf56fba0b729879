package io.duet.socketio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.duet.wire.RawSocketIoClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Namespaces that come into being as clients ask for them. */
final class DynamicNamespaceIT {
    @RegisterExtension
    final ServerExtension server = new ServerExtension();

    @Test
    void comeIntoBeingByPattern() throws InterruptedException {
        Server io = server.start();
        io.onNewNamespace(namespace -> server.see("new " + namespace.name()));
        io.of(Pattern.compile("^/room-\\d+$"))
                .onConnection(socket -> server.see(socket.namespace().name()));

        assertThat(server.join("/room-7").id()).hasSize(20);

        assertThat(server.next()).isEqualTo("new /room-7");
        assertThat(server.next()).isEqualTo("/room-7");
        assertThat(server.client().send("0/room-x,").read()).isEqualTo("4/room-x,{\"message\":\"Invalid namespace\"}");
    }

    @Test
    void comeIntoBeingByAFunctionThatSeesTheAuth() {
        Server io = server.start();
        io.of((name, auth) ->
                CompletableFuture.supplyAsync(() -> auth.path("token").asText().equals("x")));

        assertThat(server.client().send("0/any,{\"token\":\"x\"}").read()).startsWith("0/any,{\"sid\":");
        assertThat(server.client().send("0/other,").read()).contains("Invalid namespace");
    }

    @Test
    void aFunctionThatFailsCountsAsNoAndTheNextIsAsked() {
        Server io = server.start();
        io.of((name, auth) -> {
            throw new IllegalStateException("expected by this test");
        });
        io.of(Pattern.compile("^/a$"));

        assertThat(server.join("/a").id()).isNotEmpty();
        assertThat(server.client().send("0/b,").read()).contains("Invalid namespace");
    }

    @Test
    void inheritMiddlewares() {
        Server io = server.start();
        io.of(Pattern.compile("^/guarded")).use((socket, next) -> next.refuse("no"));

        assertThat(server.client().send("0/guarded-1,").read()).isEqualTo("4/guarded-1,{\"message\":\"no\"}");
    }

    @Test
    void belongToTheirParentAlsoWhenTheApplicationNamesThem() {
        Server io = server.start();
        ParentNamespace parent = io.of(Pattern.compile("^/child"));

        Namespace child = io.of("/child-1");

        assertThat(parent.children()).containsExactly(child);
    }

    @Test
    void hearWhatIsEmittedOnTheParent() {
        Server io = server.start();
        ParentNamespace parent = io.of(Pattern.compile("^/p"));
        RawSocketIoClient one = server.join("/p1").client();
        RawSocketIoClient two = server.join("/p2").client();

        parent.emit("hi", 1);

        assertThat(one.read()).isEqualTo("2/p1,[\"hi\",1]");
        assertThat(two.read()).isEqualTo("2/p2,[\"hi\",1]");
        assertThat(parent.fetchSockets().toCompletableFuture()).isCompletedExceptionally();
    }

    @Test
    void endWithTheirLastSocketIfAskedTo() {
        Server io = server.start(options -> options.cleanupEmptyChildNamespaces(true));
        ParentNamespace parent = io.of(Pattern.compile("^/short"));
        RawSocketIoClient client = server.join("/short-1").client();
        assertThat(parent.children()).hasSize(1);

        client.send("1/short-1,");

        await().atMost(Duration.ofSeconds(5)).until(() -> parent.children().isEmpty());
        assertThat(client.send("0/short-1,").read()).startsWith("0/short-1,");
        assertThat(parent.children()).hasSize(1);
    }

    @Test
    void stayWhileAClientIsInItsMiddlewares() throws InterruptedException {
        // On the event loop, the first client's leaving is over when its next packet is answered.
        Server io = server.start(
                options -> options.cleanupEmptyChildNamespaces(true).listenerExecution(ListenerExecution.EVENT_LOOP));
        ParentNamespace parent = io.of(Pattern.compile("^/short"));
        parent.use((socket, next) -> {
            if (socket.handshake().auth().has("wait")) {
                server.see(next);
            } else {
                next.accept();
            }
        });
        RawSocketIoClient first = server.join("/short-1").client();
        List<Namespace> children = parent.children();
        RawSocketIoClient second = server.client().send("0/short-1,{\"wait\":true}");
        Middleware.Next secondMayEnter = (Middleware.Next) server.next();

        first.send("1/short-1,").join("/");
        secondMayEnter.accept();

        assertThat(second.read()).startsWith("0/short-1,{\"sid\":");
        assertThat(parent.children()).isEqualTo(children);
        io.of("/short-1").emit("hi");
        assertThat(second.read()).isEqualTo("2/short-1,[\"hi\"]");
    }

    @Test
    void stayWithoutSocketsByDefault() throws InterruptedException {
        Server io = server.start();
        ParentNamespace parent = io.of(Pattern.compile("^/long"));
        parent.onConnection(socket -> socket.onDisconnect((reason, description) -> server.see("left")));
        RawSocketIoClient client = server.join("/long-1").client();

        client.send("1/long-1,");

        assertThat(server.next()).isEqualTo("left");
        assertThat(parent.children()).hasSize(1);
    }

    @Test
    void areToldOfOnceAsAreThoseThatTheApplicationNames() throws InterruptedException {
        Server io = server.start();
        io.onNewNamespace(namespace -> server.see(namespace.name()));

        io.of("/");
        io.of("/x");
        io.of("x");

        assertThat(server.next()).isEqualTo("/x");
        assertThat(server.hasSeenNothing()).isTrue();
    }

    @Test
    void belongToTheFirstParentThatWantsThem() throws InterruptedException {
        Server io = server.start();
        List<ParentNamespace> parents = new ArrayList<>();
        for (String answer : List.of("no", "yes", "never asked")) {
            parents.add(io.of((name, auth) -> {
                server.see(answer);
                return CompletableFuture.supplyAsync(() -> answer.equals("yes"));
            }));
        }

        server.join("/any");

        assertThat(server.next()).isEqualTo("no");
        assertThat(server.next()).isEqualTo("yes");
        assertThat(server.hasSeenNothing()).isTrue();
        assertThat(parents).extracting(parent -> parent.children().size()).containsExactly(0, 1, 0);
    }

    @Test
    void areRefusedBeyondTheLimit() {
        Server io = server.start(options -> options.maxChildNamespaces(2));
        io.of(Pattern.compile("^/n"));
        server.join("/n1");
        server.join("/n2");

        assertThat(server.client().send("0/n3,").read()).contains("Invalid namespace");
    }
}
