package io.duet.app.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Puts load on a server and tells how it does. Ends with 1 if a message was lost. */
@Command(
        name = "bench",
        description = "Put load on a server: in each room one client sends, and all of the room receive.",
        mixinStandardHelpOptions = true,
        customSynopsis = "duet bench [options] URL",
        usageHelpWidth = 110,
        footer = {
            "The server must serve the namespace: 'duet serve --bench' does, others by the lines in server/docs/bench.md.",
            "It ends with 1 if a message was lost or came twice, or a connection was lost."
        })
public final class BenchCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "URL", description = "of the server: http://localhost:3000")
    private URI url;

    @Option(names = "--path", paramLabel = "<path>", defaultValue = "/socket.io", description = "default /socket.io")
    private String path = "";

    @Option(names = "--namespace", paramLabel = "<name>", defaultValue = "/bench", description = "default /bench")
    private String namespace = "";

    @Option(names = "--auth", paramLabel = "<json>", defaultValue = "", description = "for the server's middlewares")
    private String auth = "";

    @Option(
            names = "--transport",
            paramLabel = "<name>",
            defaultValue = "websocket",
            description = "websocket (default) or polling")
    private Transport.Name transport;

    @Option(names = "--connections", paramLabel = "<n>", defaultValue = "100", description = "default 100")
    private int connections;

    @Option(names = "--rooms", paramLabel = "<n>", defaultValue = "10", description = "default 10")
    private int rooms;

    @Option(
            names = "--rate",
            paramLabel = "<n>",
            defaultValue = "100",
            description = "messages sent a second, in all rooms together; default 100")
    private int rate;

    @Option(names = "--duration", paramLabel = "<time>", defaultValue = "30s", description = "default 30s")
    private Duration duration = Duration.ZERO;

    @Option(
            names = "--size",
            paramLabel = "<n>",
            defaultValue = "200",
            description = "characters a message; default 200")
    private int size;

    /** picocli sets what it needs. */
    @SuppressWarnings("NullAway.Init")
    public BenchCommand() {}

    @Override
    public Integer call() throws IOException, InterruptedException {
        BenchRun run = new BenchRun(load(), spec.commandLine().getOut());
        return run.run(address()) ? 0 : 1;
    }

    private BenchLoad load() {
        try {
            if (!auth.isEmpty()) {
                new JsonMapper().readTree(auth);
            }
            return new BenchLoad(transport, connections, rooms, rate, duration, size, namespace, auth);
        } catch (IllegalArgumentException e) {
            throw wrong(String.valueOf(e.getMessage()));
        } catch (JsonProcessingException e) {
            throw wrong("auth: " + auth + " (expected: JSON)");
        }
    }

    private URI address() {
        String scheme = url.getScheme();
        if (url.getHost() == null || !("http".equals(scheme) || "https".equals(scheme))) {
            throw wrong("URL: " + url + " (expected: http://host:port or https://host:port)");
        }
        return URI.create(scheme + "://" + url.getRawAuthority() + path + (path.endsWith("/") ? "" : "/"));
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
