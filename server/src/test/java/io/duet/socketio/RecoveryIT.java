package io.duet.socketio;

import static org.assertj.core.api.Assertions.assertThat;

import io.duet.adapter.Adapter;
import io.duet.adapter.AdapterFactory;
import io.duet.adapter.EventPacket;
import io.duet.adapter.InMemoryAdapter;
import io.duet.adapter.RecoveryOptions;
import io.duet.adapter.SessionState;
import io.duet.wire.RawSocketIoClient;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connection state recovery without a cluster. */
final class RecoveryIT extends RecoveryContract {
    private AdapterFactory adapters = InMemoryAdapter.factory();

    @Override
    AdapterFactory adapters() {
        return adapters;
    }

    @Override
    void settle(Server io) {
        // What was sent is kept when the call returns.
    }

    @Test
    void aSessionExpires() throws InterruptedException {
        start(new RecoveryOptions(Duration.ofNanos(1), true, 100));
        Client lost = lost();

        Client back = connect(comeBack(lost));

        assertThat(back.id()).isNotEqualTo(lost.id());
        assertThat(back.privateId()).isNotEqualTo(lost.privateId());
    }

    /** What is broadcast meanwhile is among the missed packets or not, as the adapter is quick or slow. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void hearsOnceWhatIsBroadcastWhileItCatchesUp(boolean readBefore) throws InterruptedException {
        CompletableFuture<Void> released = new CompletableFuture<>();
        adapters = (namespace, sockets) -> slowToReplay(new InMemoryAdapter(sockets), readBefore, released);
        Server io = start(RecoveryOptions.DEFAULT);
        Client lost = lost();
        io.emit("missed");
        RawSocketIoClient client = server.client().send(comeBack(lost));
        assertThat(server.next()).isEqualTo("catching up");

        io.emit("meanwhile");
        released.complete(null);

        assertThat(client.read()).startsWith("2[\"missed\",");
        assertThat(client.read()).contains(lost.id());
        assertThat(client.read()).startsWith("2[\"meanwhile\",");
        io.emit("after");
        assertThat(client.read()).startsWith("2[\"after\",");
    }

    /** An adapter whose missed packets are there once {@code released}; read when they are asked for, or when they are there. */
    private Adapter slowToReplay(Adapter adapter, boolean readBefore, CompletableFuture<Void> released) {
        return (Adapter) Proxy.newProxyInstance(
                Adapter.class.getClassLoader(), new Class<?>[] {Adapter.class}, (proxy, method, arguments) -> {
                    if (!method.getName().equals("missedPackets")) {
                        return method.invoke(adapter, arguments);
                    }
                    SessionState session = (SessionState) arguments[0];
                    CompletionStage<List<EventPacket>> read = adapter.missedPackets(session);
                    server.see("catching up");
                    return released.thenCompose(done -> readBefore ? read : adapter.missedPackets(session));
                });
    }
}
