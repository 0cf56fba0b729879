package io.duet.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;

/** A master, two replicas and three sentinels that know one another. */
public final class SentinelTopology implements AutoCloseable {
    private static final String NAME = "mymaster";
    private static final Duration LIMIT = Duration.ofSeconds(15);

    private final List<RedisServer> nodes = new ArrayList<>();
    private final List<RedisServer> sentinels = new ArrayList<>();

    private SentinelTopology() {}

    /** @param downAfter how long a master may be silent until it counts as down */
    public static SentinelTopology start(Duration downAfter) {
        return start(downAfter, List.of(), List.of());
    }

    /** The sentinels ask for none. */
    public static SentinelTopology withPassword(Duration downAfter, String password) {
        return start(
                downAfter,
                List.of("--requirepass", password, "--masterauth", password),
                List.of("sentinel auth-pass " + NAME + " " + password));
    }

    private static SentinelTopology start(Duration downAfter, List<String> nodeOptions, List<String> sentinelLines) {
        SentinelTopology topology = new SentinelTopology();
        List<String> options = new ArrayList<>(nodeOptions);
        options.addAll(List.of("--repl-diskless-sync-delay", "0"));
        RedisServer master = RedisServer.start(options.toArray(String[]::new));
        topology.nodes.add(master);
        options.addAll(List.of("--replicaof", "127.0.0.1 " + master.port()));
        for (int i = 0; i < 2; i++) {
            topology.nodes.add(RedisServer.start(options.toArray(String[]::new)));
        }
        for (int i = 0; i < 3; i++) {
            topology.sentinels.add(RedisServer.sentinel(
                    "sentinel monitor " + NAME + " 127.0.0.1 " + master.port() + " 2",
                    "sentinel down-after-milliseconds " + NAME + " " + downAfter.toMillis(),
                    "sentinel failover-timeout " + NAME + " 10000",
                    String.join("\n", sentinelLines)));
        }
        topology.awaitComplete();
        return topology;
    }

    /** The same for a client with a password. */
    public String uri(String password) {
        return uri().replace("://", "://:" + password + "@");
    }

    public String uri() {
        return sentinels.stream()
                .map(sentinel -> "127.0.0.1:" + sentinel.port())
                .collect(Collectors.joining(",", "redis+sentinel://", "/" + NAME));
    }

    public List<RedisServer> sentinels() {
        return sentinels;
    }

    /** Whom the first sentinel names. */
    public RedisServer master() {
        List<?> address = (List<?>) sentinels.get(0).call("SENTINEL", "GET-MASTER-ADDR-BY-NAME", NAME);
        int port = Integer.parseInt((String) address.get(1));
        return nodes.stream().filter(node -> node.port() == port).findFirst().orElseThrow();
    }

    /** Tells the sentinels to make a replica the master while the old one works. */
    public void failover() {
        sentinels.get(0).call("SENTINEL", "FAILOVER", NAME);
    }

    /** Waits until the sentinels have named another. */
    public void awaitMasterOtherThan(RedisServer old) {
        Awaitility.await("another master").atMost(LIMIT).until(() -> master() != old);
    }

    /** Waits until every sentinel knows two healthy replicas and two other sentinels. */
    public void awaitComplete() {
        Awaitility.await("sentinels know all").atMost(LIMIT).until(() -> sentinels.stream()
                .allMatch(SentinelTopology::isComplete));
    }

    private static boolean isComplete(RedisServer sentinel) {
        Map<String, String> state = map((List<?>) sentinel.call("SENTINEL", "MASTER", NAME));
        List<?> replicas = (List<?>) sentinel.call("SENTINEL", "REPLICAS", NAME);
        return state.get("flags").equals("master")
                && state.get("num-other-sentinels").equals("2")
                && replicas.size() == 2
                && replicas.stream().allMatch(replica -> {
                    Map<String, String> fields = map((List<?>) replica);
                    return fields.get("flags").equals("slave")
                            && fields.get("master-link-status").equals("ok");
                });
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
