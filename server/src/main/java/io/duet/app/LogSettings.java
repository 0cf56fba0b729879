package io.duet.app;

import java.util.Locale;
import org.slf4j.event.Level;

/** The levels of loggers, in the system properties that slf4j-simple reads too. */
final class LogSettings {
    static final String LEVEL = "org.slf4j.simpleLogger.defaultLogLevel";
    static final String LEVEL_OF = "org.slf4j.simpleLogger.log.";

    /** Above all levels. */
    static final int OFF = Integer.MAX_VALUE;

    private LogSettings() {}

    /** The least level that a logger writes: as set for its name, or for the longest beginning of it that ends before a dot. */
    static int threshold(String logger) {
        String name = logger;
        while (true) {
            String level = System.getProperty(LEVEL_OF + name);
            if (level != null) {
                return number(level);
            }
            int dot = name.lastIndexOf('.');
            if (dot < 0) {
                return number(System.getProperty(LEVEL, "info"));
            }
            name = name.substring(0, dot);
        }
    }

    private static int number(String level) {
        String name = level.toUpperCase(Locale.ROOT);
        return name.equals("OFF") ? OFF : Level.valueOf(name).toInt();
    }
}
