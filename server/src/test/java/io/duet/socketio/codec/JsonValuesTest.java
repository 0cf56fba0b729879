package io.duet.socketio.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import java.time.Instant;
import java.util.Date;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class JsonValuesTest {
    private final ObjectMapper mapper = JsonValues.mapper();

    @Test
    void readsTheDatesThatJavaScriptWrites() throws JsonProcessingException {
        Visit visit = mapper.readValue("{\"at\":\"2023-11-14T22:13:20.123Z\",\"until\":null}", Visit.class);

        assertThat(visit.at()).isEqualTo(Instant.ofEpochMilli(1_700_000_000_123L));
        assertThat(visit.until()).isNull();
    }

    @Test
    void readsBackTheDatesThatItWrites() throws JsonProcessingException {
        Visit visit = new Visit(Instant.ofEpochMilli(1_700_000_000_123L), new Date(-5));

        assertThat(mapper.readValue(mapper.writeValueAsString(visit), Visit.class))
                .isEqualTo(visit);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"yesterday\"", "\"\"", "{}", "[1]", "true"})
    void refusesDatesThatAreNone(String json) {
        assertThatExceptionOfType(JsonProcessingException.class)
                .isThrownBy(() -> mapper.readValue(json, Instant.class));
    }

    @Test
    void namesTheDateThatIsNone() {
        assertThatExceptionOfType(InvalidFormatException.class)
                .isThrownBy(() -> mapper.readValue("\"soon\"", Instant.class))
                .withMessageContaining("expected: ISO-8601 in UTC");
    }

    @Test
    void ignoresPropertiesThatTheClassDoesNotHave() throws JsonProcessingException {
        assertThat(mapper.readValue("{\"at\":null,\"more\":[1]}", Visit.class)).isEqualTo(new Visit(null, null));
    }

    /** A class of a user. */
    record Visit(Instant at, Date until) {}
}
