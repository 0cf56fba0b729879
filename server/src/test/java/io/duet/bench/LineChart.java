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
    private static final int WIDTH = 640;
    private static final int HEIGHT = 360;
    private static final int LEFT = 72;
    private static final int RIGHT = 150;
    private static final int TOP = 40;
    private static final int BOTTOM = 48;
    private static final int TICKS = 5;
    private static final List<String> COLOURS =
            List.of("#d1495b", "#00798c", "#edae49", "#30638e", "#6a994e", "#8d5a97", "#555555", "#bc6c25");

    record Point(double x, double y) {}

    String svg() {
        StringBuilder svg = new StringBuilder();
        svg.append(text(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"12\">%n",
                WIDTH, HEIGHT));
        svg.append(text("<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>%n", WIDTH, HEIGHT));
        svg.append(label(LEFT, 22, "start", title, "#222"));
        double top = ceiling();
        for (int i = 0; i <= TICKS; i++) {
            double y = top * i / TICKS;
            svg.append(text(
                    "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#ddd\"/>%n",
                    LEFT, WIDTH - RIGHT, y(y, top), y(y, top)));
            svg.append(label(LEFT - 8, y(y, top) + 4, "end", number(y), "#444"));
        }
        lines.values().stream()
                .flatMap(List::stream)
                .map(Point::x)
                .distinct()
                .forEach(x -> svg.append(label(x(x), HEIGHT - BOTTOM + 18, "middle", number(x), "#444")));
        svg.append(label(x(greatestX() / 2), HEIGHT - 10, "middle", xName, "#444"));
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
            svg.append(label(WIDTH - RIGHT + 12, TOP + 10 + 18 * number, "start", line.getKey(), colour));
            number++;
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

    private static String label(double x, double y, String anchor, String label, String colour) {
        String safe = label.replace("&", "&amp;").replace("<", "&lt;");
        return text(
                "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" fill=\"%s\">%s</text>%n", x, y, anchor, colour, safe);
    }

    private static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
