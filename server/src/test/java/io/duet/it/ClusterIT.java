package io.duet.it;

import io.duet.redis.RedisServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Duet and Node servers on one Redis; what is checked is said in {@code cluster.mjs} and {@code vectors.mjs}. */
final class ClusterIT {
    private static final Duration LIMIT = Duration.ofSeconds(110);

    @Test
    void duetAndNodeServersBehaveAsOne() throws Exception {
        run("cluster.mjs");
    }

    @Test
    void duetAndNodeServersBehaveAsOneOnTheShardedWire() throws Exception {
        run("cluster.mjs", "--adapter", "sharded", "--combinations", "DDN,DNN,NDD");
    }

    @Test
    void duetAndNodeServersBehaveAsOneOnTheStreamsWire() throws Exception {
        run("cluster.mjs", "--adapter", "streams", "--combinations", "DDN,DNN,NDD");
    }

    /** Clients and Redis are on one event loop then. */
    @Test
    void duetServersWithOneProcessorBehaveTheSame() throws Exception {
        run("cluster.mjs", "--processors", "1", "--combinations", "DDN");
    }

    @Test
    @Tag("long")
    void duetServersWithOneProcessorBehaveTheSameOnTheStreamsWire() throws Exception {
        run("cluster.mjs", "--adapter", "streams", "--processors", "1", "--combinations", "DDN");
    }

    @Test
    @Tag("long")
    void duetAndNodeServersBehaveAsOneInEveryOrderOnTheStreamsWire() throws Exception {
        run("cluster.mjs", "--adapter", "streams");
    }

    @Test
    @Tag("long")
    void duetAndNodeServersBehaveAsOneInEveryModeOfTheShardedWire() throws Exception {
        for (String mode : List.of("dynamic", "static", "dynamic-private")) {
            run("cluster.mjs", "--adapter", "sharded", "--subscription-mode", mode);
        }
    }

    @Test
    void duetPublishesAndDeliversWhatNodeWasSeenToDo() throws Exception {
        run("vectors.mjs", "--vectors", System.getProperty("duet.vectors.dir"));
    }

    @Test
    void duetPublishesAndDeliversWhatNodeWasSeenToDoOnTheShardedWire() throws Exception {
        run("vectors.mjs", "--adapter", "sharded", "--vectors", System.getProperty("duet.vectors.dir"));
    }

    @Test
    void duetWritesAndDeliversWhatNodeWasSeenToDoOnTheStreamsWire() throws Exception {
        run("vectors.mjs", "--adapter", "streams", "--vectors", System.getProperty("duet.vectors.dir"));
    }

    @Test
    void clientsGoOnAtAnotherNodeWhenTheirsIsKilled() throws Exception {
        run("cluster-recovery.mjs");
    }

    private static void run(String name, String... more) throws Exception {
        try (RedisServer redis = RedisServer.start()) {
            List<String> arguments = new ArrayList<>(List.of(more));
            arguments.addAll(List.of("--jar", System.getProperty("duet.fixtures.jar"), "--redis", redis.uri()));
            try (NodeScript script = NodeScript.kit(name, arguments.toArray(String[]::new))) {
                script.assertPasses(LIMIT);
            }
        }
    }
}
