package io.duet.engineio;

import static org.assertj.core.api.Assertions.assertThat;

import io.duet.engineio.codec.ProtocolRevision;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The clock stands still but where a test moves it. */
final class HeartbeatTest implements Heartbeat.Actions {
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private int pings;
    private int missed;
    private long lateMillis;
    private boolean deaf;

    @Test
    void missesAnAnswerOnTheMillisecond() {
        start(ProtocolRevision.V4);

        pass(299);
        assertThat(pings).isZero();
        pass(1);
        assertThat(pings).isOne();
        pass(199);
        assertThat(missed).isZero();
        pass(1);
        assertThat(missed).isOne();
    }

    @Test
    void doesNotAddTheDelayOfAPingToTheDeadline() {
        start(ProtocolRevision.V4);

        pass(315);
        assertThat(pings).isOne();
        assertThat(lateMillis).isEqualTo(15);
        pass(184);
        assertThat(missed).isZero();
        pass(1);
        assertThat(missed).isOne();
    }

    @Test
    void leavesThePeerItsTimeAfterAPauseOfThisProcess() {
        start(ProtocolRevision.V4);

        pass(5_000);
        assertThat(pings).isOne();
        pass(179);
        assertThat(missed).isZero();
        pass(1);
        assertThat(missed).isOne();
    }

    @Test
    void pingsOneIntervalAfterTheLastAnswer() {
        Heartbeat heartbeat = start(ProtocolRevision.V4);

        pass(300);
        pass(50);
        heartbeat.onPong();
        pass(299);
        assertThat(pings).isOne();
        pass(1);
        assertThat(pings).isEqualTo(2);
    }

    @Test
    void movesTheDeadlineOnceForOtherPackets() {
        Heartbeat heartbeat = start(ProtocolRevision.V4);

        pass(300);
        pass(150);
        heartbeat.onOtherPacket();
        pass(150);
        heartbeat.onOtherPacket();
        pass(49);
        assertThat(missed).isZero();
        pass(1);
        assertThat(missed).isOne();
    }

    @Test
    void waitsOnWhileNothingIsRead() {
        start(ProtocolRevision.V4);
        deaf = true;

        pass(300);
        pass(200);
        assertThat(missed).isZero();
        deaf = false;
        pass(200);
        assertThat(missed).isOne();
    }

    @Test
    void waitsForThePingsOfRevision3() {
        Heartbeat heartbeat = start(ProtocolRevision.V3);

        pass(400);
        heartbeat.onPing();
        pass(499);
        assertThat(missed).isZero();
        pass(1);
        assertThat(missed).isOne();
        assertThat(pings).isZero();
    }

    @Test
    void stops() {
        Heartbeat heartbeat = start(ProtocolRevision.V4);

        heartbeat.stop();
        pass(10_000);
        assertThat(pings + missed).isZero();
    }

    private Heartbeat start(ProtocolRevision revision) {
        channel.freezeTime();
        EngineOptions options = EngineOptions.builder()
                .pingInterval(Duration.ofMillis(300))
                .pingTimeout(Duration.ofMillis(200))
                .build();
        Heartbeat heartbeat = new Heartbeat(channel.eventLoop(), revision, options, this);
        heartbeat.start();
        return heartbeat;
    }

    private void pass(long millis) {
        channel.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
    }

    @Override
    public void sendPing(long lateNanos) {
        pings++;
        lateMillis = TimeUnit.NANOSECONDS.toMillis(lateNanos);
    }

    @Override
    public void onMissed() {
        missed++;
    }

    @Override
    public boolean isDeaf() {
        return deaf;
    }
}
