package io.duet.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.duet.redis.RedisExtension;
import io.duet.redis.SentinelTopology;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Connection state recovery over the streams wire: three nodes behind the real HAProxy, unmodified clients that count what they get of 200 numbered
 * messages a second, and what becomes of nodes, connections and Redis meanwhile. {@code recovery-load.mjs} says how.
 */
final class RecoveryLoadIT {
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final String REPORT = "report ";
    private static final ObjectMapper MAPPER =
            new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    @RegisterExtension
    final RedisExtension redis = new RedisExtension();

    /** In every build: a third of the clients lose their node. */
    @Test
    void nothingIsMissedWhenANodeIsKilledAndConnectionsAreCut() throws Exception {
        Report report =
                run(redis.single().uri(), "duet", "kill,cut", "--clients", "60", "--lose-for", "3", "--calm", "1");

        assertNothingMissed(report);
        assertThat(report.recovered()).as("recovered").isGreaterThan(15);
    }

    @Tag("long")
    @ParameterizedTest
    @CsvSource({
        "duet, restart", "node, restart",
        "duet, kill", "node, kill",
        "duet, freeze", "node, freeze",
        "duet, cut", "node, cut",
        "duet, silence", "node, silence",
        "duet, restart+cut", "node, restart+cut"
    })
    void threeHundredClients(String peer, String scenario) throws Exception {
        Report report = run(redis.single().uri(), peer, scenario);

        tabulate(peer, scenario, report);
        assertThat(report.recovered() + report.notRecovered()).as("came back").isGreaterThan(50);
        if (peer.equals("duet")) {
            assertNothingMissed(report);
        }
    }

    /**
     * What Redis forgot of what it had acknowledged is told in the table: a client that was away then could not get it any more. Duet's servers that
     * wait for a replica lose nothing: what the old master did not hand on they write again.
     */
    @Tag("long")
    @ParameterizedTest
    @CsvSource({
        "duet, master, 0",
        "duet, master, 1",
        "node, master, 0",
        "duet, 'lag,master', 0",
        "duet, 'lag,master', 1",
        "node, 'lag,master', 0"
    })
    void threeHundredClientsAndTheMasterKilled(String peer, String scenario, int replicas) throws Exception {
        SentinelTopology topology = redis.closing(SentinelTopology.start(Duration.ofSeconds(2)));
        Report report = run(topology.uri(), peer, scenario, "--calm", "8", "--replicas", Integer.toString(replicas));

        tabulate(peer + (replicas == 0 ? "" : ", with a replica"), scenario, report);
        assertThat(report.lostByRedis() > 1000)
                .as("lost by Redis")
                .isEqualTo(scenario.contains("lag") && replicas == 0);
        if (peer.equals("duet")) {
            assertComplete(report);
            assertThat(report.neverWritten()).as("not written").isZero();
            assertThat(report.missedThoughKept()).as("missed").isZero();
            assertThat(report.doubledThoughOnce()).as("doubled").isZero();
        }
        if (replicas > 0) {
            assertThat(report.lostByRedis()).as("lost by Redis").isZero();
            assertNothingMissed(report);
        }
    }

    private static Report run(String uri, String peer, String scenario, String... more) throws Exception {
        LoadBalancer.assumeInstalled("haproxy");
        List<String> arguments = new ArrayList<>(List.of("--jar", System.getProperty("duet.fixtures.jar")));
        arguments.addAll(List.of("--redis", uri, "--peer", peer, "--scenario", scenario));
        arguments.addAll(List.of(more));
        try (NodeScript script = NodeScript.kit("recovery-load.mjs", arguments.toArray(String[]::new))) {
            script.assertPasses(LIMIT);
            String report = script.awaitLine(REPORT, LIMIT);
            return MAPPER.readValue(report.substring(REPORT.length()), Report.class);
        }
    }

    private static void assertNothingMissed(Report report) {
        assertComplete(report);
        assertThat(report.missed()).as("missed of %d", report.expected()).isZero();
        assertThat(report.doubled()).as("doubled").isZero();
        assertThat(report.notRecovered()).as("came back as somebody new").isZero();
    }

    private static void assertComplete(Report report) {
        assertThat(report.refused()).as("refused to the sender").isZero();
        assertThat(report.absent()).as("did not come back").isZero();
        assertThat(report.outOfOrder()).as("out of order").isZero();
    }

    /** For the documentation, and for who runs it. */
    private static void tabulate(String peer, String scenario, Report report) throws Exception {
        Path file = Path.of("target", "recovery.md");
        if (Files.notExists(file)) {
            Files.writeString(
                    file,
                    """
                    | incident | servers | sent | to receive | missed | doubled | out of order | recovered | as new | away: median | longest | lost by Redis |
                    | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
                    """);
        }
        Files.writeString(
                file,
                "| %s | %s | %d | %d | %d | %d | %d | %d | %d | %d ms | %d ms | %s |%n"
                        .formatted(
                                scenario,
                                peer,
                                report.sent(),
                                report.expected(),
                                report.missed(),
                                report.doubled(),
                                report.outOfOrder(),
                                report.recovered(),
                                report.notRecovered(),
                                report.medianAbsence(),
                                report.longestAbsence(),
                                scenario.contains("master") ? Integer.toString(report.lostByRedis()) : ""),
                StandardOpenOption.APPEND);
    }

    /**
     * What became of the messages, counted over all clients. Times are in ms.
     *
     * @param refused of which the sender was told that they did not go out
     * @param expected that were sent to the room of a client after it had joined for the first time
     * @param absent clients that were not back at the end
     * @param lostByRedis that the old master had and the new one has not
     * @param neverWritten that neither had
     * @param missedThoughKept that Redis has, and a client has not got
     * @param doubledThoughOnce that Redis has once, and a client got again
     */
    record Report(
            int sent,
            int refused,
            int expected,
            int missed,
            int doubled,
            int outOfOrder,
            int absent,
            int recovered,
            int notRecovered,
            int medianAbsence,
            int longestAbsence,
            int lostByRedis,
            int neverWritten,
            int missedThoughKept,
            int doubledThoughOnce) {}
}
