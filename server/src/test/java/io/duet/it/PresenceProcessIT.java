package io.duet.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.duet.redis.RedisExtension;
import io.duet.redis.RedisServer;
import io.duet.wire.RawSocketIoClient;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Presence of servers that are killed, frozen and started again as processes. */
final class PresenceProcessIT {
    private static final Duration LEASE = Duration.ofSeconds(3);
    private static final Duration LIMIT = Duration.ofSeconds(20);

    /** A process that was frozen finds its lease gone, and its connections late. */
    private static final String FROZEN =
            "presence: the lease was over|presence: redis does not answer|io\\.duet\\.adapter\\.redis\\.RedissonBus";

    @RegisterExtension
    final RedisExtension redis = new RedisExtension();

    @Execution(ExecutionMode.CONCURRENT)
    @Test
    void usersOfAKilledServerGoOnceAndItReturnsWithoutGhosts() throws Exception {
        String uri = redis.single().uri();
        FixtureProcess dying = start(uri);
        FixtureProcess second = start(uri);
        FixtureProcess third = start(uri);
        connect(dying, "anna");
        connect(dying, "bert");
        connect(second, "bert");
        connect(third, "cleo");
        for (FixtureProcess server : List.of(second, third)) {
            awaitUsers(server, "anna", "bert", "cleo");
            await().atMost(LIMIT).until(() -> told(server, "bert").equals(List.of("ONLINE", "UPDATED")));
        }

        dying.kill();

        await().atMost(LEASE.plusSeconds(2)).untilAsserted(() -> assertThat(List.of(second, third))
                .allSatisfy(server -> assertThat(told(server, "anna")).containsExactly("ONLINE", "OFFLINE")));
        FixtureProcess back = start(uri);
        awaitUsers(back, "bert", "cleo");
        connect(back, "anna");
        for (FixtureProcess server : List.of(second, third)) {
            awaitUsers(server, "anna", "bert", "cleo");
            await().atMost(LIMIT).until(() -> told(server, "anna").equals(List.of("ONLINE", "OFFLINE", "ONLINE")));
            assertThat(told(server, "bert")).containsExactly("ONLINE", "UPDATED", "UPDATED");
            assertThat(told(server, "cleo")).containsExactly("ONLINE");
        }
        awaitUsers(back, "anna", "bert", "cleo");
        await().atMost(LIMIT).until(() -> told(back, "anna").equals(List.of("ONLINE")));
        assertThat(told(back, "bert")).isEmpty();
    }

    @Execution(ExecutionMode.CONCURRENT)
    @Test
    void aFrozenServerComesBackAndKilledOnesLeaveNothing() throws Exception {
        RedisServer server = redis.single();
        FixtureProcess frozen = start(server.uri());
        FixtureProcess other = start(server.uri());
        connect(frozen, "anna");
        connect(other, "bert");
        awaitUsers(frozen, "anna", "bert");
        awaitUsers(other, "anna", "bert");

        frozen.freeze();
        await().atMost(LEASE.plusSeconds(2)).until(() -> told(other, "anna").equals(List.of("ONLINE", "OFFLINE")));
        frozen.thaw();

        await().atMost(LIMIT).until(() -> told(other, "anna").equals(List.of("ONLINE", "OFFLINE", "ONLINE")));
        awaitUsers(other, "anna", "bert");
        awaitUsers(frozen, "anna", "bert");
        assertThat(told(other, "bert")).containsExactly("ONLINE");
        assertThat((List<?>) server.call("KEYS", "*")).isNotEmpty();

        frozen.kill();
        other.kill();

        await().atMost(LEASE.plusSeconds(2)).until(() -> ((List<?>) server.call("KEYS", "*")).isEmpty());
    }

    /** Returns when it can tell who is online, and so tells what follows. */
    private FixtureProcess start(String uri) throws Exception {
        FixtureProcess server = redis.closing(
                FixtureProcess.fixture("presence", "--redis", uri, "--lease", Long.toString(LEASE.toMillis()))
                        .allow(FROZEN)
                        .start());
        who(server);
        return server;
    }

    /** A client that stays. */
    private void connect(FixtureProcess server, String user) {
        join(redis.closing(RawSocketIoClient.open(server.port())), user);
    }

    private static void awaitUsers(FixtureProcess server, String... users) {
        await().atMost(LIMIT).until(() -> who(server).equals("30[[\"" + String.join("\",\"", users) + "\"]]"));
    }

    private static String who(FixtureProcess server) {
        try (RawSocketIoClient nobody = RawSocketIoClient.open(server.port())) {
            join(nobody, "");
            return nobody.send("20[\"who\"]").read();
        }
    }

    private static void join(RawSocketIoClient client, String user) {
        assertThat(client.send("0{\"user\":\"" + user + "\"}").read()).startsWith("0{");
    }

    /** What a server has said of a user so far. */
    private static List<String> told(FixtureProcess server, String user) {
        return server.log().stream()
                .filter(line -> line.startsWith("told ") && line.endsWith(" " + user))
                .map(line -> line.split(" ", -1)[1])
                .toList();
    }
}
