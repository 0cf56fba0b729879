package io.duet.bench;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Lines over a common axis, as SVG that needs nothing else.
 *
 * @param lines by name, at least one, of at least one point each, sorted by x
 */
record LineChart(String title, String xName, Map<String, List<LineChart.Point>> lines) {
    private static final int WIDTH = 720;
    private static final int HEIGHT = 360;
    private static final int LEFT = 72;
    private static final int RIGHT = 190;
    private static final int TOP = 40;
    private static final int BOTTOM = 48;
    private static final int TICKS = 5;

    /** For light and for dark ground. */
    private static final List<String> COLOURS =
            List.of("#d1495b", "#1a9f7d", "#d99a2b", "#4a86c5", "#6a994e", "#9a6bad", "#8c959f", "#bc6c25");

    private static final String STYLE =
            """
            <style>
            text { font: 13px system-ui, sans-serif; fill: #24292f }
            .title { font-size: 15px; font-weight: 600 }
            .middle { text-anchor: middle }
            .end { text-anchor: end }
            .grid { stroke: #8c959f; stroke-opacity: 0.35 }
            @media (prefers-color-scheme: dark) {
            text { fill: #e6edf3 }
            }
            </style>
            """;

    record Point(double x, double y) {}

    String svg() {
        StringBuilder svg = new StringBuilder(text(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\">%n",
                WIDTH, HEIGHT, WIDTH, HEIGHT));
        svg.append("<title>").append(escaped(title)).append("</title>\n").append(STYLE);
        svg.append(label("title", 0, 18, title));
        double top = ceiling();
        for (int i = 0; i <= TICKS; i++) {
            double y = y(top * i / TICKS, top);
            svg.append(text("<path class=\"grid\" d=\"M%d %.1fH%d\"/>%n", LEFT, y, WIDTH - RIGHT));
            svg.append(label("end", LEFT - 8, y + 4, number(top * i / TICKS)));
        }
        lines.values().stream()
                .flatMap(List::stream)
                .map(Point::x)
                .distinct()
                .forEach(x -> svg.append(label("middle", x(x), HEIGHT - BOTTOM + 18, number(x))));
        svg.append(label("middle", x(greatestX() / 2), HEIGHT - 10, xName));
        int number = 0;
        for (Map.Entry<String, List<Point>> line : lines.entrySet()) {
            String colour = COLOURS.get(number % COLOURS.size());
            svg.append(text(
                    "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"2\" points=\"%s\"/>%n",
                    colour,
                    line.getValue().stream()
                            .map(point -> text("%.1f,%.1f", x(point.x()), y(point.y(), top)))
                            .collect(Collectors.joining(" "))));
            line.getValue()
                    .forEach(point -> svg.append(text(
                            "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>%n",
                            x(point.x()), y(point.y(), top), colour)));
            int y = TOP + 6 + 20 * number++;
            svg.append(
                    text("<path d=\"M%d %dh16\" stroke=\"%s\" stroke-width=\"2\"/>%n", WIDTH - RIGHT + 12, y, colour));
            svg.append(label("start", WIDTH - RIGHT + 34, y + 4, line.getKey()));
        }
        return svg.append("</svg>\n").toString();
    }

    /** The least of 1, 2, 5 times a power of ten that has room for all. */
    private double ceiling() {
        double greatest = lines.values().stream()
                .flatMap(List::stream)
                .mapToDouble(Point::y)
                .max()
                .orElseThrow();
        double power = Math.pow(10, Math.floor(Math.log10(Math.max(greatest, 1e-3))));
        for (int step : new int[] {1, 2, 5}) {
            if (greatest <= step * power) {
                return step * power;
            }
        }
        return 10 * power;
    }

    private double greatestX() {
        return lines.values().stream()
                .flatMap(List::stream)
                .mapToDouble(Point::x)
                .max()
                .orElseThrow();
    }

    private double x(double value) {
        return LEFT + (WIDTH - LEFT - RIGHT) * value / greatestX();
    }

    private double y(double value, double top) {
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / top;
    }

    private static String number(double value) {
        return value == Math.rint(value) ? text("%.0f", value) : text("%.1f", value);
    }

    private static String label(String style, double x, double y, String label) {
        return text("<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">%s</text>%n", style, x, y, escaped(label));
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    private static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
