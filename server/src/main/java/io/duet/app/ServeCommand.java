package io.duet.app;

import io.duet.adapter.redis.RedisAdapter;
import io.duet.adapter.redis.RedisAdapterOptions;
import io.duet.socketio.Server;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Serves the demo: its page at {@code /}, its chat in the main namespace. Ends at SIGTERM or Ctrl-C, within 5 s. */
@Command(
        name = "serve",
        description = "Run the server with its demo page",
        mixinStandardHelpOptions = true,
        showDefaultValues = true)
final class ServeCommand implements Callable<Integer> {
    private static final Logger log = LoggerFactory.getLogger(ServeCommand.class);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(4);

    @Option(names = "--port", description = "port to listen on; 0 for a free one")
    private int port = 3000;

    @Option(names = "--host", description = "address to listen on; all if not given")
    private String host = "";

    @Option(
            names = "--redis",
            description = "connect with other nodes through this Redis: redis://host:port, rediss://host:port or"
                    + " redis+sentinel://host:port,.../masterName")
    private String redis = "";

    @Option(names = "--allow-eio3", description = "serve JavaScript clients 1.x and 2.x too")
    private boolean allowEio3;

    @Override
    public Integer call() throws InterruptedException {
        Server server = server();
        server.start();
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            stop(server);
                            stopped.countDown();
                        },
                        "duet-stop"));
        log.info("ready: http://localhost:{}/", server.port());
        stopped.await();
        return 0;
    }

    private Server server() {
        var builder = Server.builder().port(port).allowEIO3(allowEio3).httpHandler(new DemoPage());
        if (!host.isEmpty()) {
            builder.host(host);
        }
        if (!redis.isEmpty()) {
            builder.adapter(RedisAdapter.classic(redis, RedisAdapterOptions.defaults()));
        }
        Server server = builder.build();
        new DemoChat(server).serve();
        return server;
    }

    private static void stop(Server server) {
        server.close()
                .toCompletableFuture()
                .completeOnTimeout(null, STOP_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                .join();
    }
}
