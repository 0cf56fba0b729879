package io.duet.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.duet.adapter.redis.BusListener;
import io.duet.adapter.redis.Emitter;
import io.duet.adapter.redis.RedisAdapterOptions;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Sends to the clients of a cluster from a script. Silent if all went well; what Redis did not take is said, and ends with 1. */
@Command(
        name = "emit",
        description = "Send an event to the clients of a cluster, through its Redis.",
        mixinStandardHelpOptions = true,
        customSynopsis = "duet emit --redis <uri> [options] EVENT [JSON ... | -]",
        usageHelpWidth = 110,
        footer = {
            "Examples:",
            "  java -jar duet-server.jar emit --redis redis://localhost:6379 --room lobby news '\"hello\"' '{\"urgent\": true}'",
            "  tail -f prices.ndjson | java -jar duet-server.jar emit --redis redis://localhost:6379 price -",
            "Options of Redis may also be set as DUET_REDIS=redis://localhost:6379, or in a YAML file."
        })
final class EmitCommand implements Callable<Integer> {
    private static final String STANDARD_INPUT = "-";

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    @Spec
    private CommandSpec spec;

    /** Read before the other options are, by {@link Main}; here for the help. */
    @SuppressWarnings("UnusedVariable")
    @Option(names = "--config", paramLabel = "<file>", description = "YAML file with options; also DUET_CONFIG")
    private @Nullable String config;

    @Mixin
    private final RedisAccess redis = new RedisAccess();

    @Option(names = "--namespace", paramLabel = "<name>", defaultValue = "/", description = "of the clients; default /")
    private String namespace = "";

    @Option(names = "--room", paramLabel = "<room>", description = "to its members; may be repeated; default to all")
    private List<String> rooms = List.of();

    @Option(names = "--except", paramLabel = "<room>", description = "but not to the members of this; may be repeated")
    private List<String> except = List.of();

    @Parameters(index = "0", paramLabel = "EVENT", description = "name of the event")
    private String event;

    @Parameters(
            index = "1..*",
            paramLabel = "JSON",
            description = "its arguments; - for one event with each JSON value of standard input")
    private List<String> arguments = List.of();

    private final InputStream in;

    /** picocli sets what it needs. */
    @SuppressWarnings("NullAway.Init")
    EmitCommand(InputStream in) {
        this.in = in;
    }

    @Override
    public Integer call() throws IOException {
        boolean isStream = arguments.equals(List.of(STANDARD_INPUT));
        Object[] values =
                isStream ? new Object[0] : arguments.stream().map(this::json).toArray();
        AtomicInteger dropped = new AtomicInteger();
        Emitter connection = connect(dropped);
        try {
            Emitter emitter =
                    connection.of(namespace).to(rooms.toArray(String[]::new)).except(except.toArray(String[]::new));
            if (isStream) {
                emitEach(emitter);
            } else {
                emit(emitter, values);
            }
        } finally {
            connection.close().toCompletableFuture().join();
        }
        if (dropped.get() > 0) {
            spec.commandLine()
                    .getErr()
                    .println("redis: did not take " + dropped + (dropped.get() == 1 ? " event" : " events")
                            + " in time");
            return 1;
        }
        return 0;
    }

    private Emitter connect(AtomicInteger dropped) {
        String uri = redis.uri()
                .orElseThrow(() -> wrong("redis: missing (expected: --redis redis://host:port, or DUET_REDIS)", null));
        try {
            RedisAdapterOptions options = redis.options()
                    .listener(new BusListener() {
                        @Override
                        public void dropped(int messages) {
                            dropped.addAndGet(messages);
                        }
                    })
                    .build();
            return switch (redis.wire()) {
                case CLASSIC -> Emitter.classic(uri, options);
                case SHARDED -> Emitter.sharded(uri, options);
                case STREAMS -> Emitter.streams(uri, options);
            };
        } catch (IllegalArgumentException e) {
            throw wrong(String.valueOf(e.getMessage()), e);
        }
    }

    private void emit(Emitter emitter, Object... values) {
        try {
            emitter.emit(event, values);
        } catch (IllegalArgumentException e) {
            throw wrong(String.valueOf(e.getMessage()), e);
        }
    }

    private void emitEach(Emitter emitter) throws IOException {
        int count = 0;
        try (MappingIterator<JsonNode> values = JSON.readerFor(JsonNode.class)
                .without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .readValues(in)) {
            while (values.hasNextValue()) {
                emit(emitter, values.nextValue());
                count++;
            }
        } catch (JsonProcessingException e) {
            throw new IOException(
                    "standard input: " + e.getOriginalMessage() + " (expected: JSON; sent before it: " + count + ")",
                    e);
        }
    }

    private JsonNode json(String text) {
        JsonProcessingException cause = null;
        try {
            JsonNode value = JSON.readTree(text);
            if (!value.isMissingNode()) {
                return value;
            }
        } catch (JsonProcessingException e) {
            cause = e;
        }
        throw wrong("'" + text + "' (expected: JSON such as 42, '\"text\"' or '{\"a\": 1}')", cause);
    }

    private ParameterException wrong(String message, @Nullable Throwable cause) {
        return new ParameterException(spec.commandLine(), message, cause);
    }
}
