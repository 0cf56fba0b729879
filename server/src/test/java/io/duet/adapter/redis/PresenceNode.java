package io.duet.adapter.redis;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.duet.adapter.presence.PresenceDirectory;
import io.duet.adapter.presence.PresenceEvent;
import io.duet.adapter.presence.PresenceSnapshot;
import io.duet.adapter.presence.UserSocket;
import io.duet.redis.RedisExtension;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/** A node's presence, with what it has told. */
final class PresenceNode {
    private static final Instant CONNECTED = Instant.ofEpochMilli(1);

    final String uri;
    final GatedBus bus;
    final PresenceDirectory directory;
    final Collection<PresenceEvent> events = new ConcurrentLinkedQueue<>();

    private PresenceNode(String uri, GatedBus bus, PresenceDirectory directory) {
        this.uri = uri;
        this.bus = bus;
        this.directory = directory;
    }

    static PresenceNode start(RedisExtension redis, String uri, Duration grace, Duration lease) {
        RedissonBus bus =
                RedissonBus.start(RedisServers.at(RedisUri.parse(uri)), RedisAdapterOptions.defaults(), PubSub.PLAIN);
        return start(redis, uri, bus, "/", grace, lease);
    }

    static PresenceNode start(
            RedisExtension redis, String uri, RedissonBus real, String namespace, Duration grace, Duration lease) {
        redis.closing(() -> real.close(Duration.ZERO).toCompletableFuture().get(5, TimeUnit.SECONDS));
        GatedBus bus = new GatedBus(real);
        PresenceDirectory directory =
                new PresenceDirectory(grace, new RedisPresenceLog(bus, "socket.io", namespace, lease));
        PresenceNode node = new PresenceNode(uri, bus, directory);
        redis.closing(() -> {
            bus.open();
            directory.close().toCompletableFuture().get(5, TimeUnit.SECONDS);
        });
        join(directory.subscribe(node.events::add, Runnable::run));
        return node;
    }

    CompletionStage<Void> connect(String socketId, String user, String... rooms) {
        return directory.identify(
                socketId, user, CONNECTED, JsonNodeFactory.instance.objectNode(), () -> Set.of(rooms));
    }

    /** Users and in how many sockets; in none within the grace period. */
    Map<String, Integer> users() {
        Map<String, Integer> users = new TreeMap<>();
        PresenceSnapshot snapshot = join(directory.subscribe(event -> {}, Runnable::run));
        snapshot.users().forEach((user, sockets) -> users.put(user, sockets.size()));
        return users;
    }

    Instant lastSeen(String user) {
        return join(directory.socketsOf(user)).get(0).lastSeen();
    }

    Set<String> rooms(String user) {
        Set<String> rooms = new TreeSet<>();
        for (UserSocket socket : join(directory.socketsOf(user))) {
            rooms.addAll(socket.entry().rooms());
        }
        return rooms;
    }

    /** Transitions of a user since the beginning, those within a device aside. */
    List<String> transitions(String user) {
        return events.stream()
                .filter(event -> event.userId().equals(user) && event.type() != PresenceEvent.Type.UPDATED)
                .map(PresenceNode::text)
                .toList();
    }

    static String text(PresenceEvent event) {
        return event.type().name().toLowerCase(Locale.ROOT)
                + event.room().map(room -> " " + room).orElse("");
    }

    static <T> T join(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(15, TimeUnit.SECONDS).join();
    }
}
