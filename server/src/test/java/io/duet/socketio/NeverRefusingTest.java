package io.duet.socketio;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class NeverRefusingTest {
    private final ExecutorService pool = Executors.newFixedThreadPool(2);
    private final ExecutorService spare = Executors.newFixedThreadPool(2);

    @AfterEach
    void stop() {
        pool.shutdownNow();
        spare.shutdownNow();
    }

    @Test
    void runsElsewhereWhatIsRefusedAndTellsSoOnce() {
        Executor refusing = new NeverRefusing(
                task -> {
                    throw new RejectedExecutionException("full");
                },
                Runnable::run);
        List<Integer> seen = new ArrayList<>();
        PrintStream before = System.err;
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));

        try {
            IntStream.range(0, 3).forEach(i -> refusing.execute(() -> seen.add(i)));
        } finally {
            System.setErr(before);
        }

        assertThat(seen).containsExactly(0, 1, 2);
        assertThat(log.toString(StandardCharsets.UTF_8)).containsOnlyOnce("refuses tasks");
    }

    @Test
    void keepsTheOrderOfASocketWhenEveryThirdTaskIsRefused() {
        AtomicInteger count = new AtomicInteger();
        Executor moody = task -> {
            if (count.incrementAndGet() % 3 == 0) {
                throw new RejectedExecutionException("full");
            }
            pool.execute(task);
        };
        SerialExecutor serial = SerialExecutor.pooled(new NeverRefusing(moody, spare));
        List<Integer> seen = new ArrayList<>();
        CompletableFuture<Void> done = new CompletableFuture<>();

        IntStream.range(0, 10_000).forEach(i -> serial.execute(() -> seen.add(i)));
        serial.execute(() -> done.complete(null));
        done.orTimeout(10, TimeUnit.SECONDS).join();

        assertThat(seen).isEqualTo(IntStream.range(0, 10_000).boxed().toList());
    }
}
