package io.duet.app;

import io.duet.app.bench.BenchCommand;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code java -jar duet-server.jar <command>}. */
@Command(name = "duet", description = "A Socket.IO server", mixinStandardHelpOptions = true)
public final class Main {
    Main() {}

    /** Ends with 0, 1 if the command failed, or 2 if it was called wrongly. */
    public static void main(String[] arguments) {
        // Before the first logger is made; what the user sets on the command line of the JVM goes before.
        System.getProperties().putIfAbsent("org.slf4j.simpleLogger.showDateTime", "true");
        System.getProperties().putIfAbsent("org.slf4j.simpleLogger.dateTimeFormat", "yyyy-MM-dd'T'HH:mm:ss.SSSXXX");
        System.getProperties().putIfAbsent(LogSettings.LEVEL_OF + "com.corundumstudio", "warn");
        if (Runtime.version().feature() >= 24) {
            // The JVM warns of the memory access that msgpack-core has otherwise, and will refuse it some day (JEP
            // 498).
            System.getProperties().putIfAbsent("msgpack.universal-buffer", "true");
        }
        if (arguments.length > 0 && !arguments[0].equals("serve")) {
            // What the others have to say, they print.
            System.getProperties().putIfAbsent(LogSettings.LEVEL, "error");
        }
        System.exit(run(new CommandLine(new Main()), System.in, System.getenv(), arguments));
    }

    /** @param in what commands read */
    static int run(CommandLine commandLine, InputStream in, Map<String, String> environment, String... arguments) {
        CommandLine serve = new CommandLine(new ServeCommand());
        commandLine
                .addSubcommand(serve)
                .addSubcommand(new TopCommand())
                .addSubcommand(new EmitCommand(in))
                .addSubcommand(new BenchCommand())
                .setOut(commandLine.getOut())
                .setErr(commandLine.getErr())
                .setUsageHelpLongOptionsMaxWidth(40)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .registerConverter(Duration.class, new DurationConverter())
                .registerConverter(ByteSize.class, new ByteSize.Converter())
                .registerConverter(HealthPort.class, new HealthPort.Converter())
                .setParameterExceptionHandler((failure, given) -> explain(failure))
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    if (failure instanceof IOException || failure instanceof UncheckedIOException) {
                        command.getErr().println(failure.getMessage());
                        return CommandLine.ExitCode.SOFTWARE;
                    }
                    throw failure;
                });
        try {
            ConfigSources sources = ConfigSources.read(configFile(arguments, environment), environment);
            commandLine.setDefaultValueProvider(sources);
            commandLine.setExecutionStrategy(parsed -> {
                sources.check(serve);
                return new CommandLine.RunLast().execute(parsed);
            });
        } catch (IllegalArgumentException e) {
            commandLine.getErr().println(e.getMessage());
            return CommandLine.ExitCode.USAGE;
        }
        return commandLine.execute(arguments);
    }

    private static int explain(CommandLine.ParameterException failure) {
        CommandLine command = failure.getCommandLine();
        command.getErr().println(failure.getMessage());
        CommandLine.UnmatchedArgumentException.printSuggestions(failure, command.getErr());
        command.getErr().println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
        return CommandLine.ExitCode.USAGE;
    }

    /** It has to be read before the rest can be. */
    private static @Nullable Path configFile(String[] arguments, Map<String, String> environment) {
        ConfigOption option = new ConfigOption();
        new CommandLine(option).setUnmatchedArgumentsAllowed(true).parseArgs(arguments);
        String variable = environment.get(ConfigSources.FILE_VARIABLE);
        return option.file == null && variable != null ? Path.of(variable) : option.file;
    }

    private static final class ConfigOption {
        @Option(names = "--config")
        private @Nullable Path file;
    }
}
