package io.duet.app;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.ILoggerFactory;
import org.slf4j.IMarkerFactory;
import org.slf4j.Logger;
import org.slf4j.helpers.BasicMarkerFactory;
import org.slf4j.helpers.NOPMDCAdapter;
import org.slf4j.spi.MDCAdapter;
import org.slf4j.spi.SLF4JServiceProvider;

/**
 * Logs one JSON object a line to the standard error output: {@code time}, {@code level}, {@code logger}, {@code thread}, {@code message}, and
 * {@code error} with the stack if there is one. Taken by SLF4J if the system property {@code slf4j.provider} names it.
 */
public final class JsonLogging implements SLF4JServiceProvider, ILoggerFactory {
    private final Map<String, Logger> loggers = new ConcurrentHashMap<>();
    private final IMarkerFactory markers = new BasicMarkerFactory();
    private final MDCAdapter context = new NOPMDCAdapter();

    /** For SLF4J. */
    public JsonLogging() {}

    @Override
    public Logger getLogger(String name) {
        return loggers.computeIfAbsent(
                name, key -> new JsonLogger(key, LogSettings.threshold(key), System.err::println));
    }

    @Override
    public ILoggerFactory getLoggerFactory() {
        return this;
    }

    @Override
    public IMarkerFactory getMarkerFactory() {
        return markers;
    }

    @Override
    public MDCAdapter getMDCAdapter() {
        return context;
    }

    @Override
    public String getRequestedApiVersion() {
        return "2.0.99";
    }

    @Override
    public void initialize() {
        // Nothing waits to be made.
    }
}
