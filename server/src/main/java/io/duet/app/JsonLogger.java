package io.duet.app;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;

/** Writes a JSON object for each message of at least its level. */
@SuppressWarnings("serial") // Nobody sends loggers anywhere, although SLF4J would let them.
final class JsonLogger extends LegacyAbstractLogger {
    private static final long serialVersionUID = 1;

    private final int threshold;
    private final transient Consumer<String> out;

    JsonLogger(String name, int threshold, Consumer<String> out) {
        this.name = name;
        this.threshold = threshold;
        this.out = out;
    }

    @Override
    protected void handleNormalizedLoggingCall(
            Level level,
            @Nullable Marker marker,
            String message,
            Object @Nullable [] arguments,
            @Nullable Throwable error) {
        ObjectNode line = JsonNodeFactory.instance.objectNode();
        line.put("time", Instant.now().truncatedTo(ChronoUnit.MILLIS).toString());
        line.put("level", level.toString());
        line.put("logger", name);
        line.put("thread", Thread.currentThread().getName());
        line.put("message", MessageFormatter.basicArrayFormat(message, arguments));
        if (error != null) {
            StringWriter stack = new StringWriter();
            error.printStackTrace(new PrintWriter(stack));
            line.put("error", stack.toString());
        }
        out.accept(line.toString());
    }

    @Override
    protected @Nullable String getFullyQualifiedCallerName() {
        return null;
    }

    @Override
    public boolean isTraceEnabled() {
        return writes(Level.TRACE);
    }

    @Override
    public boolean isDebugEnabled() {
        return writes(Level.DEBUG);
    }

    @Override
    public boolean isInfoEnabled() {
        return writes(Level.INFO);
    }

    @Override
    public boolean isWarnEnabled() {
        return writes(Level.WARN);
    }

    @Override
    public boolean isErrorEnabled() {
        return writes(Level.ERROR);
    }

    private boolean writes(Level level) {
        return level.toInt() >= threshold;
    }
}
