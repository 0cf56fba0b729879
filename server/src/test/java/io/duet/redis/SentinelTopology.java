package io.duet.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** A master, two replicas and three sentinels that know one another. */
public final class SentinelTopology implements AutoCloseable {
    private static final String NAME = "mymaster";
    private static final Duration LIMIT = Duration.ofSeconds(15);

    private final List<RedisServer> nodes = new ArrayList<>();
    private final List<RedisServer> sentinels = new ArrayList<>();

    /** What sentinels ask for; empty: nothing. */
    private final String sentinelPassword;

    private SentinelTopology(String sentinelPassword) {
        this.sentinelPassword = sentinelPassword;
    }

    /** @param downAfter how long a master may be silent until it counts as down */
    public static SentinelTopology start(Duration downAfter) {
        return new SentinelTopology("")
                .start(downAfter, List.of(), List.of(), RedisServer::start, RedisServer::sentinel);
    }

    /** @param sentinelPassword what the sentinels ask for; empty: nothing */
    public static SentinelTopology withPasswords(Duration downAfter, String password, String sentinelPassword) {
        List<String> lines = new ArrayList<>(List.of("sentinel auth-pass " + NAME + " " + password));
        if (!sentinelPassword.isEmpty()) {
            lines.addAll(List.of("requirepass " + sentinelPassword, "sentinel sentinel-pass " + sentinelPassword));
        }
        return new SentinelTopology(sentinelPassword)
                .start(
                        downAfter,
                        List.of("--requirepass", password, "--masterauth", password),
                        lines,
                        RedisServer::start,
                        RedisServer::sentinel);
    }

    /** All speak TLS, with one another too. */
    public static SentinelTopology withTls(Duration downAfter, TlsFiles files) {
        return new SentinelTopology("")
                .start(
                        downAfter,
                        List.of(),
                        List.of(),
                        options -> RedisServer.withTls(files, options),
                        lines -> RedisServer.sentinelWithTls(files, lines));
    }

    private SentinelTopology start(
            Duration downAfter,
            List<String> nodeOptions,
            List<String> sentinelLines,
            Function<String[], RedisServer> node,
            Function<List<String>, RedisServer> sentinel) {
        List<String> options = new ArrayList<>(nodeOptions);
        options.addAll(List.of("--repl-diskless-sync-delay", "0"));
        RedisServer master = node.apply(options.toArray(String[]::new));
        nodes.add(master);
        options.addAll(List.of("--replicaof", "127.0.0.1 " + master.announcedPort()));
        for (int i = 0; i < 2; i++) {
            nodes.add(node.apply(options.toArray(String[]::new)));
        }
        List<String> lines = new ArrayList<>(List.of(
                "sentinel monitor " + NAME + " 127.0.0.1 " + master.announcedPort() + " 2",
                "sentinel down-after-milliseconds " + NAME + " " + downAfter.toMillis(),
                "sentinel failover-timeout " + NAME + " 10000"));
        lines.addAll(sentinelLines);
        for (int i = 0; i < 3; i++) {
            sentinels.add(sentinel.apply(lines));
        }
        awaitComplete();
        return this;
    }

    /** The same for a client with a password. */
    public String uri(String password) {
        return uri().replace("://", "://:" + password + "@");
    }

    public String uri() {
        String scheme = sentinels.get(0).uri().startsWith("rediss") ? "rediss+sentinel://" : "redis+sentinel://";
        return sentinels.stream()
                .map(sentinel -> "127.0.0.1:" + sentinel.announcedPort())
                .collect(Collectors.joining(",", scheme, "/" + NAME));
    }

    public List<RedisServer> sentinels() {
        return sentinels;
    }

    /** Those that were no masters at the start. */
    public List<RedisServer> replicas() {
        return nodes.subList(1, nodes.size());
    }

    /** Whom the first sentinel names. */
    public RedisServer master() {
        List<?> address = (List<?>) ask(sentinels.get(0), "GET-MASTER-ADDR-BY-NAME");
        int port = Integer.parseInt((String) address.get(1));
        return nodes.stream()
                .filter(node -> node.announcedPort() == port)
                .findFirst()
                .orElseThrow();
    }

    /** Tells the sentinels to make a replica the master while the old one works. */
    public void failover() {
        ask(sentinels.get(0), "FAILOVER");
    }

    /** Waits until the sentinels have named another. */
    public void awaitMasterOtherThan(RedisServer old) {
        Awaitility.await("another master").atMost(LIMIT).until(() -> master() != old);
    }

    /** Waits until every sentinel knows two healthy replicas and two other sentinels. */
    public void awaitComplete() {
        Awaitility.await("sentinels know all").atMost(LIMIT).until(() -> sentinels.stream()
                .allMatch(this::isComplete));
    }

    private boolean isComplete(RedisServer sentinel) {
        Map<String, String> state = map((List<?>) ask(sentinel, "MASTER"));
        List<?> replicas = (List<?>) ask(sentinel, "REPLICAS");
        return state.get("flags").equals("master")
                && state.get("num-other-sentinels").equals("2")
                && replicas.size() == 2
                && replicas.stream().allMatch(replica -> {
                    Map<String, String> fields = map((List<?>) replica);
                    return fields.get("flags").equals("slave")
                            && fields.get("master-link-status").equals("ok");
                });
    }

    private @Nullable Object ask(RedisServer sentinel, String question) {
        return sentinelPassword.isEmpty()
                ? sentinel.call("SENTINEL", question, NAME)
                : sentinel.callAs("default", sentinelPassword, "SENTINEL", question, NAME);
    }

    private static Map<String, String> map(List<?> flat) {
        Map<String, String> map = new HashMap<>();
        for (int i = 0; i < flat.size(); i += 2) {
            map.put((String) flat.get(i), (String) flat.get(i + 1));
        }
        return map;
    }

    @Override
    public void close() {
        sentinels.forEach(RedisServer::close);
        nodes.forEach(RedisServer::close);
    }
}
