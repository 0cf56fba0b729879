package io.duet.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.StringReader;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

final class ReportTest {
    private static final List<Result> RESULTS = List.of(
            result("rooms/100", "node", 1, 99),
            result("rooms/100", "node", 2, 99),
            result("rooms/100", "node", 3, 99),
            result("rooms/100", "node", 1, 10),
            result("rooms/100", "duet", 1, 4),
            result("rooms/100", "node", 2, 20),
            result("rooms/100", "duet", 2, 6),
            result("rooms/1000", "duet", 1, 8),
            new Result("rooms/1000", "delivery", "m", "node", 1, Map.of(), "3 of 4 came"));

    @Test
    void tableHasTheMediansOfTheLastRoundsTheSpreadAndTheRatioToNode() {
        String section = Report.section("rooms", Report.groups(RESULTS).get("rooms"));

        assertThat(section.lines().map(line -> line.replaceAll(" +", " ")))
                .containsSubsequence(
                        "### Rooms",
                        "**100**",
                        "| delivery | CPU us | spread | of node | p99 ms |",
                        "| node | 15.0 | 10.0-20.0 | 1.00 | 1.00 |",
                        "| duet | 5.0 | 4.0-6.0 | 0.33 | 1.00 |",
                        "**1000**",
                        "| duet | 8.0 | 8.0-8.0 | - | 1.00 |",
                        "`node` failed: 3 of 4 came");
    }

    @Test
    void barsOfAllScenariosHaveOneScale() throws Exception {
        Document svg = parsed(Report.chart("rooms", Report.groups(RESULTS).get("rooms")));

        NodeList bars = svg.getElementsByTagName("rect");
        double[] widths = new double[bars.getLength()];
        for (int i = 0; i < widths.length; i++) {
            widths[i] = Double.parseDouble(
                    bars.item(i).getAttributes().getNamedItem("width").getNodeValue());
        }
        assertThat(widths).containsExactly(345, 115, 184);
    }

    @Test
    void pageKeepsWhatIsOutsideItsMarkers() {
        String page = "a\n" + Report.BEGIN + "\nold\n" + Report.END + "\nb\n";

        assertThat(Report.between(page, "new")).isEqualTo("a\n" + Report.BEGIN + "\nnew\n" + Report.END + "\nb\n");
        assertThatIllegalArgumentException().isThrownBy(() -> Report.between("a", "new"));
    }

    @Test
    void resultsAreReadAsTheyWereWritten(@TempDir Path directory) {
        Path file = directory.resolve("results.jsonl");

        RESULTS.forEach(result -> result.appendTo(file));

        assertThat(Result.readAll(file)).isEqualTo(RESULTS);
    }

    private static Result result(String scenario, String peer, int round, double micros) {
        Map<Figure, Double> figures = new LinkedHashMap<>();
        figures.put(Figure.CPU, micros);
        figures.put(Figure.P99, 1.0);
        return new Result(scenario, "delivery", "m", peer, round, figures, null);
    }

    private static Document parsed(String svg) throws Exception {
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(svg)));
    }
}
