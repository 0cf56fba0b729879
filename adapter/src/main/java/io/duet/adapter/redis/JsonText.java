package io.duet.adapter.redis;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.io.NumberOutput;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.BinaryNode;
import com.fasterxml.jackson.databind.node.POJONode;
import io.duet.adapter.msgpack.MessagePack;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Map;

/**
 * JSON as {@code JSON.stringify} writes it: no spaces, numbers as ECMAScript prints them, not-a-number as null, dates in ISO 8601 with
 * milliseconds, binary as Node's {@code Buffer}. Deeper nesting than {@link MessagePack#MAX_DEPTH} is refused.
 */
final class JsonText {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter FAR_DATE =
            DateTimeFormatter.ofPattern("-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);
    /** ECMAScript, "Time Values and Time Range". */
    private static final long MAX_DATE_SECONDS = 8_640_000_000_000L;
    /** ECMAScript, "Number::toString": from here on with an exponent. */
    private static final int MAX_PLAIN_DIGITS = 21;

    private static final MathContext ONE_DIGIT = new MathContext(1);

    private final StringBuilder out = new StringBuilder(256);

    private JsonText() {}

    /**
     * @throws ClusterMessageException if the tree holds an object that is neither binary nor a date, or is nested too deep
     */
    static byte[] encode(JsonNode tree) {
        JsonText text = new JsonText();
        text.write(tree, 0);
        return text.out.toString().getBytes(StandardCharsets.UTF_8);
    }

    /**
     * @throws ClusterMessageException if it is not one JSON text
     */
    static JsonNode decode(byte[] bytes) {
        try {
            // Text first: Jackson would guess the charset, and refuse what is not UTF-8 where Node replaces it.
            JsonNode tree = MAPPER.readTree(new String(bytes, StandardCharsets.UTF_8));
            if (tree.isMissingNode()) {
                throw new ClusterMessageException("payload: nothing (expected: JSON)");
            }
            return tree;
        } catch (JsonProcessingException e) {
            e.clearLocation();
            throw new ClusterMessageException("payload: " + bytes.length + " bytes (expected: JSON)", e);
        }
    }

    /** A number as ECMAScript prints it; "null" if it is not finite. */
    static String number(JsonNode number) {
        if (number.isIntegralNumber()) {
            return number.asText();
        }
        if (number.isFloat()) {
            float value = number.floatValue();
            return Float.isFinite(value) ? decimal(new BigDecimal(Float.toString(value))) : "null";
        }
        double value = number.doubleValue();
        // Not Double.toString: before Java 19 its digits are not always the shortest.
        if (!Double.isFinite(value)) {
            return "null";
        }
        BigDecimal shortest = new BigDecimal(NumberOutput.toString(value, true));
        // Java never prints less than two digits: 4.9E-324 is 5e-324.
        BigDecimal digit = shortest.round(ONE_DIGIT);
        return decimal(digit.doubleValue() == value ? digit : shortest);
    }

    /** ECMAScript, "Number::toString", of the shortest digits that tell the number from its neighbours. */
    private static String decimal(BigDecimal shortest) {
        if (shortest.signum() == 0) {
            return "0";
        }
        BigDecimal value = shortest.stripTrailingZeros();
        String digits = value.unscaledValue().abs().toString();
        int pointAt = digits.length() - value.scale();
        if (pointAt > -6 && pointAt <= MAX_PLAIN_DIGITS) {
            return value.toPlainString();
        }
        int exponent = pointAt - 1;
        return (value.signum() < 0 ? "-" : "")
                + digits.charAt(0)
                + (digits.length() > 1 ? "." + digits.substring(1) : "")
                + (exponent < 0 ? "e-" : "e+")
                + Math.abs(exponent);
    }

    private void write(JsonNode value, int depth) {
        switch (value.getNodeType()) {
            case NULL, MISSING -> out.append("null");
            case BOOLEAN -> out.append(value.booleanValue());
            case NUMBER -> out.append(number(value));
            case STRING -> writeString(value.textValue());
            case BINARY -> writeBinary(((BinaryNode) value).binaryValue());
            case POJO -> writeObject((POJONode) value);
            case ARRAY -> writeArray(value, inner(depth));
            case OBJECT -> writeMap(value, inner(depth));
        }
    }

    private static int inner(int depth) {
        if (depth >= MessagePack.MAX_DEPTH) {
            throw new ClusterMessageException("depth: more (expected: at most " + MessagePack.MAX_DEPTH + ")");
        }
        return depth + 1;
    }

    private void writeArray(JsonNode array, int depth) {
        out.append('[');
        String separator = "";
        for (JsonNode element : array) {
            out.append(separator);
            write(element, depth);
            separator = ",";
        }
        out.append(']');
    }

    private void writeMap(JsonNode map, int depth) {
        out.append('{');
        String separator = "";
        for (Map.Entry<String, JsonNode> member : map.properties()) {
            out.append(separator);
            writeString(member.getKey());
            out.append(':');
            write(member.getValue(), depth);
            separator = ",";
        }
        out.append('}');
    }

    private void writeObject(POJONode node) {
        Object object = node.getPojo();
        if (object == null) {
            out.append("null");
        } else if (object instanceof Instant instant) {
            writeDate(instant);
        } else if (object instanceof byte[] bytes) {
            writeBinary(bytes);
        } else {
            throw new ClusterMessageException(
                    "value: " + object.getClass().getName() + " (expected: JSON, binary or a date)");
        }
    }

    private void writeDate(Instant instant) {
        if (Math.abs(instant.getEpochSecond()) > MAX_DATE_SECONDS) {
            out.append("null");
            return;
        }
        int year = instant.atOffset(ZoneOffset.UTC).getYear();
        out.append('"');
        if (year >= 0 && year <= 9999) {
            DATE.formatTo(instant, out);
        } else {
            // ECMAScript, "Expanded Years"
            out.append(year < 0 ? '-' : '+');
            String digits = String.valueOf(Math.abs(year));
            out.append("0".repeat(6 - digits.length())).append(digits);
            FAR_DATE.formatTo(instant, out);
        }
        out.append('"');
    }

    private void writeBinary(byte[] bytes) {
        out.append("{\"type\":\"Buffer\",\"data\":[");
        String separator = "";
        for (byte each : bytes) {
            out.append(separator).append(Byte.toUnsignedInt(each));
            separator = ",";
        }
        out.append("]}");
    }

    private void writeString(String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char character = text.charAt(i);
            if (Character.isSurrogate(character)) {
                if (i + 1 < text.length() && Character.isSurrogatePair(character, text.charAt(i + 1))) {
                    out.append(character).append(text.charAt(++i));
                } else {
                    writeEscape(character);
                }
            } else {
                writeCharacter(character);
            }
        }
        out.append('"');
    }

    private void writeCharacter(char character) {
        switch (character) {
            case '"' -> out.append("\\\"");
            case '\\' -> out.append("\\\\");
            case '\b' -> out.append("\\b");
            case '\f' -> out.append("\\f");
            case '\n' -> out.append("\\n");
            case '\r' -> out.append("\\r");
            case '\t' -> out.append("\\t");
            default -> {
                if (character < ' ') {
                    writeEscape(character);
                } else {
                    out.append(character);
                }
            }
        }
    }

    private void writeEscape(char character) {
        String hex = Integer.toHexString(character);
        out.append("\\u").append("0".repeat(4 - hex.length())).append(hex);
    }
}
