package io.duet.app;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;
import picocli.CommandLine;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/**
 * What options are where no flag gives them: environment before file. The flag {@code --ping-interval} is {@code DUET_PING_INTERVAL} in the
 * environment and {@code ping-interval} in the file, where {@code tls: {password: ...}} is another way to write {@code tls-password}.
 */
final class ConfigSources implements IDefaultValueProvider {
    static final String FILE_VARIABLE = "DUET_CONFIG";

    private static final String PREFIX = "DUET_";

    /** Options of the command line alone. */
    private static final Set<String> NOT_CONFIGURED = Set.of("config", "print-config", "help", "version");

    private final String fileName;
    private final Map<String, String> file;
    private final Map<String, String> environment = new TreeMap<>();

    private ConfigSources(String fileName, Map<String, String> file, Map<String, String> environment) {
        this.fileName = fileName;
        this.file = file;
        environment.forEach((name, value) -> {
            if (name.startsWith(PREFIX) && !name.equals(FILE_VARIABLE)) {
                this.environment.put(key(name), value);
            }
        });
    }

    /**
     * @param path {@code null}: no file
     * @throws IllegalArgumentException if the file cannot be read or holds something else than keys and values
     */
    static ConfigSources read(@Nullable Path path, Map<String, String> environment) {
        if (path == null) {
            return new ConfigSources("", Map.of(), environment);
        }
        try (Reader reader = Files.newBufferedReader(path)) {
            Object root = new Yaml(new SafeConstructor(new LoaderOptions())).load(reader);
            Map<String, String> values = new TreeMap<>();
            if (root != null) {
                flatten(path, "", root, values);
            }
            return new ConfigSources(path.toString(), values, environment);
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException("config: " + path + ": no such file", e);
        } catch (IOException | YAMLException e) {
            throw new IllegalArgumentException("config: " + path + ": " + e.getMessage() + " (expected: YAML)", e);
        }
    }

    @Override
    public @Nullable String defaultValue(ArgSpec argument) {
        if (!(argument instanceof OptionSpec option)) {
            return null;
        }
        String key = key(option);
        return environment.getOrDefault(key, file.get(key));
    }

    /** @throws ParameterException if a key is none of the command's options */
    void check(CommandLine command) {
        Set<String> known = keys(command.getCommandSpec());
        file.keySet().forEach(key -> check(command, known, key, fileName + ": " + key, key));
        environment.keySet().forEach(key -> check(command, known, key, "environment: " + variable(key), variable(key)));
    }

    /** The keys that may be configured. */
    static Set<String> keys(CommandSpec command) {
        Set<String> keys = new TreeSet<>();
        command.options().forEach(option -> keys.add(key(option)));
        keys.removeAll(NOT_CONFIGURED);
        return keys;
    }

    static String key(OptionSpec option) {
        return option.longestName().substring("--".length());
    }

    private static void check(CommandLine command, Set<String> known, String key, String where, String name) {
        if (known.contains(key)) {
            return;
        }
        String expected = known.stream()
                .map(option -> name.startsWith(PREFIX) ? variable(option) : option)
                .collect(Collectors.joining(", "));
        throw new ParameterException(command, where + ": no such option (expected: one of " + expected + ")");
    }

    private static void flatten(Path path, String prefix, Object value, Map<String, String> into) {
        if (value instanceof Map<?, ?> map) {
            map.forEach((key, inner) -> {
                String name = prefix.isEmpty() ? String.valueOf(key) : prefix + "-" + key;
                flatten(path, name, inner == null ? "" : inner, into);
            });
        } else if (prefix.isEmpty()) {
            throw new IllegalArgumentException("config: " + path + ": " + value + " (expected: keys and values)");
        } else if (value instanceof List<?> list) {
            into.put(prefix, list.stream().map(String::valueOf).collect(Collectors.joining(",")));
        } else {
            into.put(prefix, String.valueOf(value));
        }
    }

    private static String key(String variable) {
        return variable.substring(PREFIX.length()).toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static String variable(String key) {
        return PREFIX + key.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    /** What the command would run with, as a file that says the same; secrets are masked. */
    static String describe(CommandSpec command) {
        List<String> lines = new ArrayList<>();
        for (OptionSpec option : command.options()) {
            Object value = option.getValue();
            if (!NOT_CONFIGURED.contains(key(option)) && value != null) {
                lines.add(key(option) + ": " + shown(key(option), value));
            }
        }
        lines.sort(null);
        return String.join(System.lineSeparator(), lines);
    }

    private static String shown(String key, Object value) {
        if (key.endsWith("password")) {
            return "'***'";
        }
        if (value instanceof List<?> list) {
            return list.stream().map(item -> shown(key, item)).collect(Collectors.joining(", ", "[", "]"));
        }
        if (value instanceof Map<?, ?> map) {
            return shown(
                    key,
                    map.entrySet().stream()
                            .map(entry -> entry.getKey() + "="
                                    + entry.getValue().toString().toLowerCase(Locale.ROOT))
                            .toList());
        }
        if (value instanceof Boolean || value instanceof Number) {
            return value.toString();
        }
        if (value instanceof Enum<?> name) {
            return name.name().toLowerCase(Locale.ROOT);
        }
        if (value instanceof ByteSize size) {
            return Integer.toString(size.bytes());
        }
        String text = value.toString().replaceAll("//[^/@]*@", "//***@");
        return "'" + text.replace("'", "''") + "'";
    }
}
