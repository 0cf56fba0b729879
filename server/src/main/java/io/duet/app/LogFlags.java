package io.duet.app;

import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What is logged, and how: settings of the logging of this program, which takes them when the first logger is made. */
final class LogFlags {
    /** As loggers know it. */
    enum Level {
        TRACE,
        DEBUG,
        INFO,
        WARN,
        ERROR,
        OFF
    }

    /** How a line looks. */
    enum Format {
        PLAIN,
        JSON
    }

    @Option(
            names = "--log-level",
            paramLabel = "<level>",
            description = "trace, debug, info (default), warn, error, off")
    private @Nullable Level level;

    @Option(
            names = "--log",
            paramLabel = "<name=level>",
            split = ",",
            description = "the same for some: io.duet.adapter=debug,...")
    private @Nullable Map<String, Level> levels;

    @Option(names = "--log-format", paramLabel = "<name>", description = "plain (default) or json")
    private @Nullable Format format;

    /** To be called before anything logs. */
    void apply() {
        if (level != null) {
            System.setProperty(LogSettings.LEVEL, name(level));
        }
        if (levels != null) {
            levels.forEach((logger, own) -> System.setProperty(LogSettings.LEVEL_OF + logger, name(own)));
        }
        if (format == Format.JSON) {
            System.setProperty("slf4j.provider", JsonLogging.class.getName());
            // That it has found it there would be a line that is no JSON.
            System.setProperty("slf4j.internal.verbosity", "WARN");
        }
    }

    private static String name(Level level) {
        return level.name().toLowerCase(Locale.ROOT);
    }
}
