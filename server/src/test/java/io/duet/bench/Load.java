package io.duet.bench;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The clients of one run and the one thread on which they live. */
final class Load implements AutoCloseable {
    private static final int READ_BYTES = 4096;
    private static final int CONNECTING_AT_ONCE = 64;
    private static final long TIMEOUT_SECONDS = 120;

    private final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final EventLoop loop = group.next();
    private final byte[] shared = new byte[64 * 1024];
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final List<BenchClient> clients = new ArrayList<>();
    private final int port;
    private long reads;

    Load(int port) {
        this.port = port;
    }

    EventLoop loop() {
        return loop;
    }

    /** How often anything was read: fewer times than messages came if the server wrote several at once. On the clients' thread. */
    long reads() {
        return reads;
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
        CompletableFuture<Void> all = new CompletableFuture<>();
        List<BenchClient> connected = new ArrayList<>(count);
        AtomicInteger left = new AtomicInteger(count);
        await(() -> {
            for (int i = 0; i < Math.min(CONNECTING_AT_ONCE, count); i++) {
                connectNext(left, count, connected, all);
            }
            return true;
        });
        await(all);
        clients.addAll(connected);
        return connected;
    }

    /** Joins a room with each client and waits for the acknowledgements. */
    void join(List<BenchClient> joining, String room) {
        byte[] request = Message.bytes("420[\"join\",\"" + room + "\"]");
        byte[] answer = Message.bytes("430[\"ok\"]");
        CompletableFuture<Void> all = new CompletableFuture<>();
        AtomicInteger left = new AtomicInteger(joining.size());
        await(() -> {
            for (BenchClient client : joining) {
                client.receiver((from, message, length) -> {
                    if (!Message.startsWith(message, length, answer)) {
                        all.completeExceptionally(new IllegalStateException("join was not answered with ok"));
                    } else if (left.decrementAndGet() == 0) {
                        all.complete(null);
                    }
                });
                client.send(request);
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
            throw new IllegalStateException(e.getCause());
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

    private void connectNext(AtomicInteger left, int count, List<BenchClient> connected, CompletableFuture<Void> all) {
        if (left.getAndDecrement() <= 0 || all.isDone()) {
            return;
        }
        BenchClient client = new BenchClient(port, shared, cause -> failure.compareAndSet(null, cause), () -> reads++);
        client.connected().whenComplete((done, failure) -> {
            if (failure != null) {
                all.completeExceptionally(failure);
                return;
            }
            connected.add(done);
            if (connected.size() == count) {
                all.complete(null);
            }
            connectNext(left, count, connected, all);
        });
        bootstrap(client).connect("127.0.0.1", port).addListener(connecting -> {
            if (!connecting.isSuccess()) {
                client.connected().completeExceptionally(connecting.cause());
            }
        });
    }

    private Bootstrap bootstrap(BenchClient client) {
        return new Bootstrap()
                .group(loop)
                .channel(EpollSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(READ_BYTES))
                .handler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        channel.pipeline().addLast(client);
                    }
                });
    }
}
