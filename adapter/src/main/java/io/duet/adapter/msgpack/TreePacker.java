package io.duet.adapter.msgpack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.POJONode;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Map;
import org.msgpack.core.MessagePacker;

/** Writes trees in the shortest forms, which is what {@code notepack.io} does. */
final class TreePacker {
    private static final double TWO_POW_63 = 0x1p63;

    private final MessagePacker out;

    private final MessagePack.Dates dates;

    TreePacker(MessagePacker out, MessagePack.Dates dates) {
        this.out = out;
        this.dates = dates;
    }

    void write(JsonNode value, int depth) throws IOException {
        switch (value.getNodeType()) {
            case NULL, MISSING -> out.packNil();
            case BOOLEAN -> out.packBoolean(value.booleanValue());
            case NUMBER -> writeNumber(value);
            case STRING -> out.packString(wellFormed(value.textValue()));
            case BINARY -> writeBinary(value.binaryValue());
            case POJO -> writeObject((POJONode) value);
            case ARRAY -> writeArray(value, inner(depth));
            case OBJECT -> writeMap(value, inner(depth));
        }
    }

    private static int inner(int depth) {
        if (depth >= MessagePack.MAX_DEPTH) {
            throw new MessagePackException("depth: more (expected: at most " + MessagePack.MAX_DEPTH + ")");
        }
        return depth + 1;
    }

    private void writeArray(JsonNode array, int depth) throws IOException {
        out.packArrayHeader(array.size());
        for (JsonNode element : array) {
            write(element, depth);
        }
    }

    private void writeMap(JsonNode map, int depth) throws IOException {
        out.packMapHeader(map.size());
        for (Map.Entry<String, JsonNode> member : map.properties()) {
            out.packString(wellFormed(member.getKey()));
            write(member.getValue(), depth);
        }
    }

    private void writeNumber(JsonNode number) throws IOException {
        if (!number.isIntegralNumber()) {
            writeDouble(toDouble(number));
        } else if (number.canConvertToLong()) {
            out.packLong(number.longValue());
        } else {
            BigInteger integer = number.bigIntegerValue();
            if (integer.signum() > 0 && integer.bitLength() <= Long.SIZE) {
                out.packBigInteger(integer);
            } else {
                out.packDouble(integer.doubleValue());
            }
        }
    }

    /** Of a {@code float} the number that its text says: 1.1f is 1.1 for local clients, and must be for remote ones. */
    private static double toDouble(JsonNode number) {
        return number.isFloat() ? Double.parseDouble(Float.toString(number.floatValue())) : number.doubleValue();
    }

    private void writeDouble(double number) throws IOException {
        if (Math.abs(number) < TWO_POW_63 && number == Math.rint(number)) {
            out.packLong((long) number);
        } else {
            out.packDouble(number);
        }
    }

    private void writeObject(POJONode node) throws IOException {
        Object object = node.getPojo();
        if (object == null) {
            out.packNil();
        } else if (object instanceof Instant instant) {
            writeDate(instant);
        } else if (object instanceof byte[] bytes) {
            writeBinary(bytes);
        } else {
            throw new MessagePackException(
                    "value: " + object.getClass().getName() + " (expected: JSON, binary or a date)");
        }
    }

    private void writeDate(Instant date) throws IOException {
        if (dates == MessagePack.Dates.TIMESTAMP) {
            out.packTimestamp(date);
        } else if (Math.abs(date.getEpochSecond()) > TreeUnpacker.MAX_DATE_SECONDS) {
            out.packNil();
        } else {
            out.packExtensionTypeHeader(TreeUnpacker.OLDER_NOTEPACK, Long.BYTES);
            out.writePayload(
                    ByteBuffer.allocate(Long.BYTES).putLong(date.toEpochMilli()).array());
        }
    }

    private void writeBinary(byte[] bytes) throws IOException {
        out.packBinaryHeader(bytes.length);
        out.writePayload(bytes);
    }

    /** Half a surrogate pair has no UTF-8; JavaScript's encoder writes U+FFFD for it. */
    private static String wellFormed(String text) {
        StringBuilder copy = null;
        for (int i = 0; i < text.length(); i++) {
            char character = text.charAt(i);
            if (!Character.isSurrogate(character)) {
                continue;
            }
            if (i + 1 < text.length() && Character.isSurrogatePair(character, text.charAt(i + 1))) {
                i++;
            } else {
                copy = copy == null ? new StringBuilder(text) : copy;
                copy.setCharAt(i, '\uFFFD');
            }
        }
        return copy == null ? text : copy.toString();
    }
}
