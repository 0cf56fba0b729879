package io.duet.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.event.Level;

final class JsonLoggerTest {
    private static final String SOME = LogSettings.LEVEL_OF + "some";

    private final List<String> lines = new ArrayList<>();
    private final JsonLogger logger = new JsonLogger("some.Thing", Level.INFO.toInt(), lines::add);

    @AfterEach
    void clear() {
        System.clearProperty(SOME);
        System.clearProperty(SOME + ".thing");
    }

    @Test
    void writesOneObjectALine() throws JsonProcessingException {
        logger.info("{} \"rooms\"\n at {}", 2, "\u00fcber");

        JsonNode line = new ObjectMapper().readTree(lines.get(0));
        assertThat(lines).singleElement().asString().doesNotContain("\n");
        assertThat(line.get("message").asText()).isEqualTo("2 \"rooms\"\n at \u00fcber");
        assertThat(line.get("level").asText()).isEqualTo("INFO");
        assertThat(line.get("logger").asText()).isEqualTo("some.Thing");
        assertThat(line.get("thread").asText()).isEqualTo(Thread.currentThread().getName());
        assertThat(Instant.parse(line.get("time").asText())).isBeforeOrEqualTo(Instant.now());
        assertThat(line.has("error")).isFalse();
    }

    @Test
    void writesTheStackOfAnError() throws JsonProcessingException {
        logger.error("broken: {}", "cup", new IllegalStateException("why"));

        JsonNode line = new ObjectMapper().readTree(lines.get(0));
        assertThat(line.get("message").asText()).isEqualTo("broken: cup");
        assertThat(line.get("error").asText())
                .startsWith("java.lang.IllegalStateException: why\n\tat " + JsonLoggerTest.class.getName());
    }

    @Test
    void leavesOutWhatIsBelowItsLevel() {
        logger.debug("quiet");
        logger.warn("loud");

        assertThat(lines).singleElement().asString().contains("loud");
    }

    @Test
    void takesTheLevelOfTheLongestNameThatIsSet() {
        System.setProperty(SOME, "warn");
        System.setProperty(SOME + ".thing", "off");

        assertThat(LogSettings.threshold("some.thing.Small")).isEqualTo(LogSettings.OFF);
        assertThat(LogSettings.threshold("some.other")).isEqualTo(Level.WARN.toInt());
        assertThat(LogSettings.threshold("something")).isEqualTo(Level.INFO.toInt());
    }
}
