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
        System.exit(new CommandLine(new Main()).execute(arguments));
    }
}
