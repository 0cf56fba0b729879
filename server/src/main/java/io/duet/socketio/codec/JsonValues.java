package io.duet.socketio.codec;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Date;

/** How Java values look in JavaScript: the mapper that servers use unless they are given another. */
public final class JsonValues {
    private static final DateTimeFormatter JAVASCRIPT_DATE =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    private JsonValues() {}

    /**
     * A mapper that writes {@link Instant} and {@link Date} as JavaScript's {@code toJSON} does (UTC, milliseconds, {@code Z}), reads them
     * back, and ignores properties that a class does not have.
     */
    public static ObjectMapper mapper() {
        SimpleModule dates = new SimpleModule("javascript-dates");
        dates.addSerializer(Instant.class, new JsonSerializer<>() {
            @Override
            public void serialize(Instant value, JsonGenerator generator, SerializerProvider provider)
                    throws IOException {
                generator.writeString(JAVASCRIPT_DATE.format(value));
            }
        });
        dates.addSerializer(Date.class, new JsonSerializer<>() {
            @Override
            public void serialize(Date value, JsonGenerator generator, SerializerProvider provider) throws IOException {
                generator.writeString(JAVASCRIPT_DATE.format(value.toInstant()));
            }
        });
        dates.addDeserializer(Instant.class, new InstantReader());
        return JsonMapper.builder()
                .addModule(dates)
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .build();
    }
}
