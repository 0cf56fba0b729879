package io.duet.app;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code java -jar duet-server.jar <command>}. */
@Command(
        name = "duet",
        description = "A Socket.IO server",
        mixinStandardHelpOptions = true,
        subcommands = ServeCommand.class)
public final class Main {
    private Main() {}

    /** Ends with 0, 1 if the command failed, or 2 if it was called wrongly. */
    public static void main(String[] arguments) {
        // Before the first logger is made; what the user sets on the command line of the JVM goes before.
        System.getProperties().putIfAbsent("org.slf4j.simpleLogger.showDateTime", "true");
        System.getProperties().putIfAbsent("org.slf4j.simpleLogger.dateTimeFormat", "yyyy-MM-dd'T'HH:mm:ss.SSSXXX");
        System.getProperties().putIfAbsent("org.slf4j.simpleLogger.log.com.corundumstudio", "warn");
        if (Runtime.version().feature() >= 24) {
            // The JVM warns of the memory access that msgpack-core has otherwise, and will refuse it some day (JEP
            // 498).
            System.getProperties().putIfAbsent("msgpack.universal-buffer", "true");
        }
        System.exit(new CommandLine(new Main()).execute(arguments));
    }
}
