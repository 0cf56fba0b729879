package io.duet.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Rows of text, aligned; as Markdown too. */
final class Table {
    private final List<String> header;
    private final List<List<String>> rows = new ArrayList<>();

    Table(String... header) {
        this.header = List.of(header);
    }

    void row(String... cells) {
        rows.add(List.of(cells));
    }

    String markdown() {
        StringBuilder text = new StringBuilder();
        List<List<String>> lines = new ArrayList<>(rows);
        lines.add(0, header);
        lines.add(1, header.stream().map(cell -> "").toList());
        for (int i = 0; i < lines.size(); i++) {
            for (int column = 0; column < header.size(); column++) {
                String cell = lines.get(i).get(column);
                int width = width(column);
                text.append("| ");
                if (i == 1) {
                    text.append("-".repeat(column == 0 ? width : width - 1)).append(column == 0 ? "" : ":");
                } else {
                    text.append(String.format(Locale.ROOT, (column == 0 ? "%-" : "%") + width + "s", cell));
                }
                text.append(' ');
            }
            text.append("|\n");
        }
        return text.toString();
    }

    private int width(int column) {
        int width = header.get(column).length();
        for (List<String> row : rows) {
            width = Math.max(width, row.get(column).length());
        }
        return width;
    }
}
