package io.duet.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One round of one server, a line of JSON in a file.
 *
 * @param scenario its name; those with the same text before a slash belong together
 * @param machine on what it ran
 * @param figures none if it failed
 */
record Result(
        String scenario,
        String unit,
        String machine,
        String peer,
        int round,
        Map<Figure, Double> figures,
        @Nullable String failure) {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    void appendTo(Path file) {
        try {
            Files.writeString(
                    file, MAPPER.writeValueAsString(this) + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<Result> readAll(Path file) {
        try {
            return Files.readString(file)
                    .lines()
                    .filter(line -> !line.isBlank())
                    .map(Result::parse)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    double figure(Figure figure) {
        return figures.get(figure);
    }

    private static Result parse(String line) {
        try {
            return MAPPER.readValue(line, Result.class);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}
