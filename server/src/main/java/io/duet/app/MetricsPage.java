package io.duet.app;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.DoubleStream;

/** What a node answers at {@code /metrics}: samples in Prometheus's text format 0.0.4. */
record MetricsPage(List<Sample> samples) {
    private static final Pattern SAMPLE = Pattern.compile("([a-zA-Z_:][\\w:]*)(?:\\{(.*)})? ([^ ]+)(?: -?\\d+)?");
    private static final Pattern LABEL = Pattern.compile("\\G(\\w+)=\"((?:[^\"\\\\]|\\\\.)*)\"(?:,|$)");

    /** One figure. */
    record Sample(String name, Map<String, String> labels, double value) {}

    MetricsPage {
        samples = List.copyOf(samples);
    }

    /** @throws IllegalArgumentException if it is something else */
    static MetricsPage parse(String text) {
        List<Sample> samples = new ArrayList<>();
        text.lines()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .forEach(line -> samples.add(sample(line)));
        return new MetricsPage(samples);
    }

    /** The sum of all samples of this name that have these labels, keys and values in turn; 0 if there is none. */
    double sum(String name, String... labels) {
        return values(name, labels).sum();
    }

    /** Whether there is such a sample. */
    boolean has(String name, String... labels) {
        return values(name, labels).findAny().isPresent();
    }

    private DoubleStream values(String name, String... labels) {
        return samples.stream()
                .filter(sample -> sample.name.equals(name) && isLabelled(sample, labels))
                .mapToDouble(Sample::value);
    }

    private static boolean isLabelled(Sample sample, String... labels) {
        for (int i = 0; i < labels.length; i += 2) {
            if (!labels[i + 1].equals(sample.labels.get(labels[i]))) {
                return false;
            }
        }
        return true;
    }

    private static Sample sample(String line) {
        Matcher matcher = SAMPLE.matcher(line);
        if (!matcher.matches()) {
            throw unreadable(line);
        }
        String labels = matcher.group(2);
        try {
            double value = number(matcher.group(3));
            return new Sample(matcher.group(1), labels == null ? Map.of() : labels(labels, line), value);
        } catch (NumberFormatException e) {
            throw unreadable(line);
        }
    }

    private static Map<String, String> labels(String text, String line) {
        Map<String, String> labels = new HashMap<>();
        Matcher matcher = LABEL.matcher(text);
        int end = 0;
        while (matcher.find()) {
            labels.put(matcher.group(1), unescaped(matcher.group(2)));
            end = matcher.end();
        }
        if (end != text.length()) {
            throw unreadable(line);
        }
        return labels;
    }

    private static String unescaped(String value) {
        StringBuilder text = new StringBuilder(value.length());
        for (int i = 0; i < value.length(); i++) {
            char character = value.charAt(i);
            if (character == '\\') {
                i++;
                character = value.charAt(i) == 'n' ? '\n' : value.charAt(i);
            }
            text.append(character);
        }
        return text.toString();
    }

    private static double number(String text) {
        return switch (text) {
            case "+Inf" -> Double.POSITIVE_INFINITY;
            case "-Inf" -> Double.NEGATIVE_INFINITY;
            default -> Double.parseDouble(text);
        };
    }

    private static IllegalArgumentException unreadable(String line) {
        String shown = line.length() > 64 ? line.substring(0, 64) : line;
        return new IllegalArgumentException("metrics: " + shown + " (expected: name{label=\"value\"} number)");
    }
}
