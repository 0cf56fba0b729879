package io.duet.socketio;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.duet.adapter.InMemoryAdapter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What clients may ask for at the limit of child namespaces, without a network. */
final class NamespacesTest {
    private static final JsonNode NO_AUTH = JsonNodeFactory.instance.objectNode();

    private final AtomicBoolean outOfOrder = new AtomicBoolean();
    private final Server io = Server.builder()
            .serveClient(false)
            .maxChildNamespaces(2)
            .cleanupEmptyChildNamespaces(true)
            .adapter((name, sockets) -> {
                if (outOfOrder.get()) {
                    throw new IllegalStateException("out of order");
                }
                return InMemoryAdapter.factory().create(name, sockets);
            })
            .build();

    @AfterEach
    void close() {
        io.close().toCompletableFuture().orTimeout(15, TimeUnit.SECONDS).join();
    }

    @Test
    void clientsThatAskAtOnceMakeNoMoreThanTheLimit() {
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        ParentNamespace parent = io.of((name, auth) -> answer);

        List<CompletableFuture<Optional<Namespace>>> asked =
                Stream.of("/a", "/b", "/c", "/d").map(this::ask).toList();
        answer.complete(true);

        assertThat(parent.children()).hasSize(2);
        assertThat(asked.stream().filter(one -> one.join().isPresent())).hasSize(2);
        parent.children().forEach(Namespace::detach);
    }

    @Test
    void clientsThatAskAtOnceForTheSameGetIt() {
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        ParentNamespace parent = io.of((name, auth) -> answer);

        List<CompletableFuture<Optional<Namespace>>> asked =
                Stream.of("/a", "/a", "/a", "/a").map(this::ask).toList();
        answer.complete(true);

        assertThat(asked).allSatisfy(one -> assertThat(one.join())
                .hasValue(parent.children().get(0)));
        asked.forEach(one -> one.join().ifPresent(Namespace::detach));
    }

    @Test
    void aNamespaceThatEndsLeavesItsPlace() {
        ParentNamespace parent = io.of(Pattern.compile("^/n"));
        Namespace first = ask("/n1").join().orElseThrow();
        Namespace second = ask("/n2").join().orElseThrow();
        assertThat(ask("/n3").join()).isEmpty();

        first.detach();
        Namespace third = ask("/n3").join().orElseThrow();

        assertThat(parent.children()).containsExactlyInAnyOrder(second, third);
        assertThat(ask("/n4").join()).isEmpty();
        second.detach();
        third.detach();
    }

    @Test
    void aNamespaceThatCouldNotBeMadeTakesNoPlace() {
        io.of(Pattern.compile("^/n"));
        outOfOrder.set(true);
        for (String name : List.of("/n1", "/n2", "/n3")) {
            assertThat(ask(name)).isCompletedExceptionally();
        }
        outOfOrder.set(false);

        Namespace namespace = ask("/n4").join().orElseThrow();

        assertThat(namespace.name()).isEqualTo("/n4");
        namespace.detach();
    }

    @Test
    void aListenerOfNewNamespacesThatFailsKeepsNobodyOut() {
        io.of(Pattern.compile("^/n"));
        io.onNewNamespace(namespace -> {
            throw new IllegalStateException("expected by this test");
        });

        Namespace namespace = ask("/n1").join().orElseThrow();

        namespace.detach();
    }

    @Test
    void aMatcherThatFailsInAnyWaySaysNo() {
        io.of((name, auth) -> {
            throw new AssertionError("expected by this test");
        });

        assertThat(ask("/n1").join()).isEmpty();
    }

    @Test
    void whatTheApplicationNamesIsNeverRefusedButCounts() {
        ParentNamespace parent = io.of(Pattern.compile("^/n"));

        for (String name : List.of("/n1", "/n2", "/n3")) {
            io.of(name);
        }

        assertThat(parent.children()).hasSize(3);
        assertThat(ask("/n4").join()).isEmpty();
        assertThat(ask("/n1").join().orElseThrow().name()).isEqualTo("/n1");
        io.of("/n1").detach();
    }

    private CompletableFuture<Optional<Namespace>> ask(String name) {
        return io.attach(name, NO_AUTH).toCompletableFuture();
    }
}
