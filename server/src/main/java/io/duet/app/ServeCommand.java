package io.duet.app;

import io.duet.adapter.redis.RedisAdapter;
import io.duet.app.bench.BenchNamespace;
import io.duet.socketio.Server;
import io.duet.socketio.ServerBuilder;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Serves the demo: its page at {@code /}, its chat in the main namespace. At SIGTERM or Ctrl-C it refuses new clients, sends away those that are
 * here, over {@code --drain-time}, and ends; at a second signal it ends at once.
 */
@Command(
        name = "serve",
        description = "Run the server with its demo page.",
        customSynopsis = "duet serve [options]",
        usageHelpWidth = 110,
        footer = "Every option may also be set as DUET_PING_INTERVAL=25s, or in a YAML file as ping-interval: 25s.")
final class ServeCommand implements Callable<Integer> {
    /** More than {@link Server#close} takes: 10 s for listeners, then what belongs to the cluster, the port and the event loops. */
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(20);

    /** Made when it is used first, which is when the flags for it are known. */
    private static final class Log {
        private static final Logger INSTANCE = LoggerFactory.getLogger(ServeCommand.class);
    }

    private enum State {
        STARTING,
        SERVING,
        DRAINING
    }

    @Spec
    private CommandSpec spec;

    private volatile State state = State.STARTING;

    /** Read before the other options are, by {@link Main}; here for the help. */
    @SuppressWarnings("UnusedVariable")
    @Option(names = "--config", paramLabel = "<file>", description = "YAML file with options; also DUET_CONFIG")
    private @Nullable Path config;

    /** Handled by picocli. Its usual options bring the version too, which {@code duet} itself tells. */
    @SuppressWarnings("UnusedVariable")
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "show this, and end")
    private boolean help;

    @Option(names = "--print-config", description = "print what it would run with, and end")
    private boolean printConfig;

    @Option(
            names = "--drain-time",
            paramLabel = "<time>",
            defaultValue = "2s",
            description = "spread the end of sessions over it when stopped")
    private Duration drainTime = Duration.ZERO;

    @Option(
            names = "--drain-delay",
            paramLabel = "<time>",
            defaultValue = "0s",
            description = "before that, be only not ready, for balancers to see")
    private Duration drainDelay = Duration.ZERO;

    @Option(
            names = "--drain-timeout",
            paramLabel = "<time>",
            defaultValue = "10s",
            description = "behind that, for what sessions have queued")
    private Duration drainTimeout = Duration.ZERO;

    @Option(
            names = "--health-port",
            paramLabel = "<port>",
            description = "/healthz, /readyz, /metrics; default port + 1000, or off")
    private @Nullable HealthPort healthPort;

    @Option(names = "--node-name", paramLabel = "<text>", description = "of this node; default host:port")
    private @Nullable String nodeName;

    @Option(names = "--bench", description = "serve the namespace /bench for 'duet bench'")
    private boolean bench;

    @Mixin
    private final ServerFlags server = new ServerFlags();

    @Mixin
    private final LogFlags logging = new LogFlags();

    @Mixin
    private final RedisFlags redis = new RedisFlags();

    /** picocli sets what it needs. */
    @SuppressWarnings("NullAway.Init")
    ServeCommand() {}

    @Override
    public Integer call() throws InterruptedException, IOException {
        if (!printConfig) {
            logging.apply();
        }
        HealthPort health = checked(() -> healthPort == null ? HealthPort.beside(server.port()) : healthPort);
        Optional<RedisAdapter> adapter = adapter();
        Server io = build(adapter);
        if (printConfig) {
            spec.commandLine().getOut().println(ConfigSources.describe(spec));
            return 0;
        }
        new DemoChat(io, nodeName(io)).serve();
        if (bench) {
            BenchNamespace.serve(io);
        }
        if (health.isOn()) {
            tellHealth(health.number(), io, adapter);
        }
        io.start();
        state = State.SERVING;
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            HaltSignals.install();
                            stop(io);
                            stopped.countDown();
                        },
                        "duet-stop"));
        Log.INSTANCE.info("ready: {}://localhost:{}/", server.isTls() ? "https" : "http", io.port());
        stopped.await();
        return 0;
    }

    private void tellHealth(int port, Server io, Optional<RedisAdapter> adapter) throws IOException {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        NodeMetrics.bind(registry, io, () -> obstacle(adapter).isEmpty());
        HealthServer health = HealthServer.start(server.address(port), () -> obstacle(adapter), registry::scrape);
        Log.INSTANCE.info("health and metrics: port {}", health.port());
    }

    /** The port is known when the server has started. */
    private Supplier<String> nodeName(Server io) {
        String given = nodeName;
        if (given != null) {
            return () -> given;
        }
        String host = hostName();
        return () -> host + ":" + io.port();
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }

    private Optional<RedisAdapter> adapter() {
        return checked(redis::adapter);
    }

    private Server build(Optional<RedisAdapter> adapter) {
        return checked(() -> {
            ServerBuilder builder = server.builder().httpHandler(new DemoPage());
            adapter.ifPresent(builder::adapter);
            return builder.build();
        });
    }

    private <T> T checked(Supplier<T> configured) {
        try {
            return configured.get();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    /** Why no clients should be sent here. */
    private Optional<String> obstacle(Optional<RedisAdapter> adapter) {
        if (state != State.SERVING) {
            return Optional.of(state.name().toLowerCase(Locale.ROOT));
        }
        return adapter.filter(redisAdapter -> !redisAdapter.isReady()).map(away -> "redis is away");
    }

    private void stop(Server io) {
        state = State.DRAINING;
        Log.INSTANCE.info("stopping: {} sessions over {}", io.engine().clientsCount(), drainTime);
        Executor afterDelay = CompletableFuture.delayedExecutor(drainDelay.toMillis(), TimeUnit.MILLISECONDS);
        Duration limit = drainDelay.plus(drainTime).plus(drainTimeout);
        CompletableFuture.supplyAsync(() -> io.drain(drainTime), afterDelay)
                .thenCompose(drained -> drained)
                .completeOnTimeout(null, limit.toMillis(), TimeUnit.MILLISECONDS)
                .join();
        io.close()
                .toCompletableFuture()
                .completeOnTimeout(null, STOP_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                // The server has logged it, and the process ends all the same.
                .exceptionally(failure -> null)
                .join();
    }
}
