package io.duet.bench;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The clients of one run and the one thread on which they live. */
final class Load implements AutoCloseable {
    /** The pool keeps no larger buffers for a thread: one of them would be cleared by the JVM for each read. */
    private static final int READ_BYTES = 32 * 1024;

    private static final int CONNECTING_AT_ONCE = 64;
    private static final int LONGEST_MESSAGE_BYTES = 2 * 1024 * 1024;
    private static final long TIMEOUT_SECONDS = 120;

    /** How the clients connect; with {@code DEFLATE} on WebSockets with {@code permessage-deflate}. */
    enum Wire {
        WEBSOCKET,
        DEFLATE,
        POLLING;

        /** With which options a server is started for it. */
        List<String> serverOptions() {
            return this == DEFLATE ? List.of("--deflate") : List.of();
        }
    }

    private final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final EventLoop loop = group.next();
    private final byte[] shared = new byte[LONGEST_MESSAGE_BYTES];
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final List<BenchClient> clients = new ArrayList<>();
    private final int port;
    private final Wire wire;
    private final long thread;
    private long reads;

    /** WebSockets. */
    Load(int port) {
        this(port, Wire.WEBSOCKET);
    }

    Load(int port, Wire wire) {
        this.port = port;
        this.wire = wire;
        thread = await(() -> Thread.currentThread().getId());
    }

    EventLoop loop() {
        return loop;
    }

    /** How often anything was read: fewer times than messages came if the server wrote several at once. On the clients' thread. */
    long reads() {
        return reads;
    }

    /** What the clients' thread has spent. */
    long cpuNanos() {
        return ManagementFactory.getThreadMXBean().getThreadCpuTime(thread);
    }

    /** The load is not what it should be. */
    void fail(Throwable cause) {
        failure.compareAndSet(null, cause);
    }

    /** @throws IllegalStateException if a connection was lost, or brought what it should not */
    void check() {
        Throwable first = failure.get();
        if (first != null) {
            throw new IllegalStateException("a client failed: " + first.getMessage(), first);
        }
    }

    /** Connects clients, some at a time, and waits until all have joined the namespace. */
    List<BenchClient> connect(int count) {
        return connect(port, count);
    }

    /** The same with another server. */
    List<BenchClient> connect(int to, int count) {
        return connect(to, count, CONNECTING_AT_ONCE);
    }

    List<BenchClient> connect(int to, int count, int atOnce) {
        CompletableFuture<Void> all = new CompletableFuture<>();
        List<BenchClient> connected = new ArrayList<>(count);
        AtomicInteger left = new AtomicInteger(count);
        await(() -> {
            for (int i = 0; i < Math.min(atOnce, count); i++) {
                connectNext(to, left, count, connected, all);
            }
            return true;
        });
        await(all);
        clients.addAll(connected);
        return connected;
    }

    /** A client of its own, connecting; it is not closed with the others. On the clients' thread. */
    BenchClient open() {
        return open(port);
    }

    /** Joins a room with each client and waits for the acknowledgements. */
    void join(List<BenchClient> joining, String room) {
        join(joining, client -> List.of(room));
    }

    /** Joins rooms with each client and waits for the acknowledgements. */
    void join(List<BenchClient> joining, Function<BenchClient, List<String>> roomsOf) {
        byte[] answer = Message.bytes("430[\"ok\"]");
        CompletableFuture<Void> all = new CompletableFuture<>();
        AtomicInteger left = new AtomicInteger(joining.stream()
                .mapToInt(client -> roomsOf.apply(client).size())
                .sum());
        await(() -> {
            for (BenchClient client : joining) {
                client.receiver((from, message, length) -> {
                    if (!Message.startsWith(message, length, answer)) {
                        all.completeExceptionally(new IllegalStateException("join was not answered with ok"));
                    } else if (left.decrementAndGet() == 0) {
                        all.complete(null);
                    }
                });
                for (String room : roomsOf.apply(client)) {
                    client.send(Message.bytes("420[\"join\",\"" + room + "\"]"));
                }
            }
            return true;
        });
        await(all);
    }

    /** Runs a task on the clients' thread and waits for its result. */
    <T> T await(Callable<T> task) {
        CompletableFuture<T> result = new CompletableFuture<>();
        loop.execute(() -> {
            try {
                result.complete(task.call());
            } catch (Exception e) {
                result.completeExceptionally(e);
            }
        });
        return await(result);
    }

    static <T> T await(CompletableFuture<T> future) {
        try {
            return future.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause().getMessage(), e.getCause());
        } catch (InterruptedException | TimeoutException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Closes the clients; the thread goes on. */
    void closeClients() {
        await(() -> {
            clients.forEach(BenchClient::close);
            clients.clear();
            return true;
        });
    }

    @Override
    public void close() {
        closeClients();
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }

    private void connectNext(
            int to, AtomicInteger left, int count, List<BenchClient> connected, CompletableFuture<Void> all) {
        if (left.getAndDecrement() <= 0 || all.isDone()) {
            return;
        }
        BenchClient client = open(to);
        client.connected().whenComplete((done, failure) -> {
            if (failure != null) {
                all.completeExceptionally(failure);
                return;
            }
            connected.add(done);
            if (connected.size() == count) {
                all.complete(null);
            }
            connectNext(to, left, count, connected, all);
        });
    }

    private BenchClient open(int to) {
        BenchClient.Wiring wiring = new BenchClient.Wiring(to, shared, this::fail, () -> reads++);
        BenchClient client =
                wire == Wire.POLLING ? new PollingClient(wiring) : new WebSocketClient(wiring, wire == Wire.DEFLATE);
        client.open(bootstrap());
        return client;
    }

    private Bootstrap bootstrap() {
        return new Bootstrap()
                .group(loop)
                .channel(EpollSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(READ_BYTES));
    }
}
