package io.duet.adapter.msgpack;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.BeanProperty;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.SerializationConfig;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.jsontype.TypeSerializer;
import com.fasterxml.jackson.databind.ser.BeanSerializerModifier;
import com.fasterxml.jackson.databind.ser.ContextualSerializer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Date;
import org.jspecify.annotations.Nullable;

/** Keeps dates and buffers as what they are, whatever form the mapper gives them in JSON. Only for trees: no text generator can write them. */
final class NativeSerializers extends BeanSerializerModifier {
    private static final long serialVersionUID = 1L;

    @Override
    public JsonSerializer<?> modifySerializer(
            SerializationConfig config, BeanDescription description, JsonSerializer<?> serializer) {
        Class<?> type = description.getBeanClass();
        if (type == Instant.class || Date.class.isAssignableFrom(type)) {
            return new DateSerializer(serializer);
        }
        return ByteBuffer.class.isAssignableFrom(type) ? new BufferSerializer() : serializer;
    }

    private static final class DateSerializer extends JsonSerializer<Object> implements ContextualSerializer {
        private final JsonSerializer<?> original;

        DateSerializer(JsonSerializer<?> original) {
            this.original = original;
        }

        @Override
        public JsonSerializer<?> createContextual(SerializerProvider provider, @Nullable BeanProperty property)
                throws JsonMappingException {
            if (property == null) {
                return this;
            }
            JsonFormat.Value format = property.findPropertyFormat(
                    provider.getConfig(), property.getType().getRawClass());
            return format.hasPattern() || format.hasShape()
                    ? provider.handleSecondaryContextualization(original, property)
                    : this;
        }

        @Override
        @SuppressWarnings("JavaUtilDate") // Not Date.toInstant: the dates of java.sql refuse it.
        public void serialize(Object value, JsonGenerator generator, SerializerProvider provider) throws IOException {
            generator.writeEmbeddedObject(value instanceof Date date ? Instant.ofEpochMilli(date.getTime()) : value);
        }

        @Override
        public void serializeWithType(
                Object value, JsonGenerator generator, SerializerProvider provider, TypeSerializer types)
                throws IOException {
            serialize(value, generator, provider);
        }
    }

    /** What lies between position and limit. Jackson's own cannot put a buffer outside the heap into a tree. */
    private static final class BufferSerializer extends JsonSerializer<ByteBuffer> {
        @Override
        public void serialize(ByteBuffer value, JsonGenerator generator, SerializerProvider provider)
                throws IOException {
            byte[] bytes = new byte[value.remaining()];
            value.duplicate().get(bytes);
            generator.writeBinary(bytes);
        }

        @Override
        public void serializeWithType(
                ByteBuffer value, JsonGenerator generator, SerializerProvider provider, TypeSerializer types)
                throws IOException {
            serialize(value, generator, provider);
        }
    }
}
