package io.duet.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Bars from left to right as SVG, with a whisker from the least to the greatest; readable on light and on dark ground. */
final class BarChart {
    private static final int WIDTH = 720;
    private static final int LABELS = 170;
    private static final int VALUES = 90;
    private static final int ROW = 24;
    private static final int HEAD = 44;
    private static final int GROUP = 30;

    private final String title;
    private final String note;
    private final List<Group> groups = new ArrayList<>();

    /**
     * A row.
     *
     * @param text what is written behind the bar
     */
    record Bar(String label, double value, double least, double greatest, String text) {}

    private record Group(String label, List<Bar> bars) {}

    /** @param note small, below the title */
    BarChart(String title, String note) {
        this.title = title;
        this.note = note;
    }

    /** Bars under a heading of their own; all bars have the same scale. */
    void group(String label, List<Bar> bars) {
        groups.add(new Group(label, List.copyOf(bars)));
    }

    String svg() {
        int height = HEAD + 8;
        for (Group group : groups) {
            height += (group.label().isEmpty() ? 0 : GROUP) + group.bars().size() * ROW;
        }
        StringBuilder svg = new StringBuilder(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\">%n",
                WIDTH,
                height,
                WIDTH,
                height));
        svg.append("<title>").append(escaped(title)).append("</title>\n").append(style());
        text(svg, "title", 0, 18, title);
        text(svg, "note", 0, 35, note);
        int y = HEAD;
        for (Group group : groups) {
            if (!group.label().isEmpty()) {
                text(svg, "group", 0, y + 20, group.label());
                y += GROUP;
            }
            for (Bar bar : group.bars()) {
                bar(svg, y, bar);
                y += ROW;
            }
        }
        return svg.append("</svg>\n").toString();
    }

    private void bar(StringBuilder svg, int y, Bar bar) {
        double scale = (WIDTH - LABELS - VALUES) / greatest();
        double end = LABELS + bar.value() * scale;
        text(svg, "label", LABELS - 8, y + 16, bar.label());
        svg.append(String.format(
                Locale.ROOT,
                "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" rx=\"2\"/>%n",
                bar.label().startsWith("duet") ? "ours" : "theirs",
                LABELS,
                y + 3,
                bar.value() * scale,
                ROW - 6));
        svg.append(String.format(
                Locale.ROOT,
                "<path class=\"spread\" d=\"M%.1f %dH%.1f\"/>%n",
                LABELS + bar.least() * scale,
                y + ROW / 2,
                LABELS + bar.greatest() * scale));
        text(svg, "value", Math.max(end, LABELS + bar.greatest() * scale) + 6, y + 16, bar.text());
    }

    private double greatest() {
        return groups.stream()
                .flatMap(group -> group.bars().stream())
                .mapToDouble(Bar::greatest)
                .filter(value -> value > 0)
                .max()
                .orElse(1);
    }

    private static void text(StringBuilder svg, String style, double x, int y, String text) {
        svg.append(String.format(
                Locale.ROOT, "<text class=\"%s\" x=\"%.1f\" y=\"%d\">%s</text>%n", style, x, y, escaped(text)));
    }

    private static String style() {
        return """
                <style>
                text { font: 13px system-ui, sans-serif; fill: #24292f }
                .title { font-size: 15px; font-weight: 600 }
                .note { font-size: 12px; fill: #57606a }
                .group { font-weight: 600 }
                .label { text-anchor: end }
                .ours { fill: #1a7f64 }
                .theirs { fill: #8c959f }
                .spread { stroke: #24292f; stroke-width: 1.5 }
                @media (prefers-color-scheme: dark) {
                text { fill: #e6edf3 }
                .note { fill: #9198a1 }
                .ours { fill: #3fb68b }
                .theirs { fill: #656d76 }
                .spread { stroke: #e6edf3 }
                }
                </style>
                """;
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
