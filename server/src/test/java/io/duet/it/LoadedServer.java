package io.duet.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import org.awaitility.Awaitility;

/** The fixture {@code load} in a process of its own, and what it tells about itself. */
final class LoadedServer implements Closeable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final FixtureProcess process;

    private LoadedServer(FixtureProcess process) {
        this.process = process;
    }

    static LoadedServer start(String... arguments) throws IOException, InterruptedException {
        return new LoadedServer(
                FixtureProcess.fixture("load", arguments).heap("128m").start());
    }

    FixtureProcess process() {
        return process;
    }

    int port() {
        return process.port();
    }

    State state() throws IOException, InterruptedException {
        return JSON.readValue(process.get("/state").body(), State.class);
    }

    /** Waits until there is nothing but this. */
    void awaitState(State expected) {
        Awaitility.await().atMost(Duration.ofSeconds(15)).untilAsserted(() -> assertThat(state())
                .isEqualTo(expected));
    }

    /** Bytes in use once the garbage collector has run. */
    long usedHeapBytes() throws IOException, InterruptedException {
        return heap().path("usedBytes").asLong();
    }

    int openFiles() throws IOException, InterruptedException {
        return heap().path("openFiles").asInt();
    }

    private JsonNode heap() throws IOException, InterruptedException {
        return JSON.readTree(process.get("/heap").body());
    }

    @Override
    public void close() throws IOException {
        process.close();
    }

    /** What the server holds. */
    record State(int sessions, int sockets, int rooms, int pendingAcks) {
        static final State EMPTY = new State(0, 0, 0, 0);
    }
}
