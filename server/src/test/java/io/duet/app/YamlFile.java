package io.duet.app;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** A tree of YAML, asked by paths such as {@code spec.ports.0.name}. Texts and maps that are asked for must be there. */
record YamlFile(Object root) {
    static YamlFile read(Path file) throws IOException {
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        try (Reader reader = Files.newBufferedReader(file)) {
            return new YamlFile(new Yaml(new SafeConstructor(options)).load(reader));
        }
    }

    String text(String path) {
        return String.valueOf(at(path));
    }

    @SuppressWarnings("unchecked")
    Map<String, Object> map(String path) {
        return (Map<String, Object>) at(path);
    }

    List<?> list(String path) {
        return (List<?>) find(path).orElse(List.of());
    }

    /** Of a map, or the items of a list. */
    Collection<?> keys(String path) {
        Object node = find(path).orElse(List.of());
        return node instanceof Map<?, ?> map ? map.keySet() : (List<?>) node;
    }

    Optional<Object> find(String path) {
        Object node = root;
        for (String step : path.split("\\.")) {
            node = node instanceof List<?> list ? list.get(Integer.parseInt(step)) : ((Map<?, ?>) node).get(step);
            if (node == null) {
                return Optional.empty();
            }
        }
        return Optional.of(node);
    }

    private Object at(String path) {
        return find(path).orElseThrow(() -> new IllegalArgumentException(path + ": missing"));
    }
}
