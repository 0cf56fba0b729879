package io.duet.adapter.msgpack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.msgpack.core.ExtensionTypeHeader;
import org.msgpack.core.MessageFormat;
import org.msgpack.core.MessageUnpacker;

/** Reads one value. Believes no length before it has seen that so many bytes are left. */
final class TreeUnpacker {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final double TWO_POW_53 = 0x1p53;
    /** ECMAScript, "Time Values and Time Range": 100 million days around the epoch. */
    static final long MAX_DATE_SECONDS = 8_640_000_000_000L;

    private static final byte TIMESTAMP = -1;
    static final byte OLDER_NOTEPACK = 0;

    private final MessageUnpacker in;
    private final int size;

    TreeUnpacker(MessageUnpacker in, int size) {
        this.in = in;
        this.size = size;
    }

    JsonNode readAll() throws IOException {
        JsonNode value = defined(read(0));
        if (remaining() != 0) {
            throw new MessagePackException("bytes: " + remaining() + " behind the value (expected: none)");
        }
        return value;
    }

    /** JSON has null for {@code undefined} where something must stand. */
    private static JsonNode defined(JsonNode value) {
        return value.isMissingNode() ? NODES.nullNode() : value;
    }

    /** @return a missing node for {@code undefined} */
    private JsonNode read(int depth) throws IOException {
        MessageFormat format = in.getNextFormat();
        return switch (format.getValueType()) {
            case NIL -> {
                in.unpackNil();
                yield NODES.nullNode();
            }
            case BOOLEAN -> NODES.booleanNode(in.unpackBoolean());
            case INTEGER -> readInteger(format);
            case FLOAT -> number(format == MessageFormat.FLOAT32 ? in.unpackFloat() : in.unpackDouble());
            case STRING -> NODES.textNode(new String(readBytes(in.unpackRawStringHeader()), StandardCharsets.UTF_8));
            case BINARY -> NODES.binaryNode(readBytes(in.unpackBinaryHeader()));
            case ARRAY -> readArray(inner(depth));
            case MAP -> readMap(inner(depth));
            case EXTENSION -> readExtension(format);
        };
    }

    private static int inner(int depth) {
        if (depth >= MessagePack.MAX_DEPTH) {
            throw new MessagePackException("depth: more (expected: at most " + MessagePack.MAX_DEPTH + ")");
        }
        return depth + 1;
    }

    private JsonNode readArray(int depth) throws IOException {
        int count = checked(in.unpackArrayHeader(), 1);
        ArrayNode array = NODES.arrayNode();
        for (int i = 0; i < count; i++) {
            array.add(defined(read(depth)));
        }
        return array;
    }

    private JsonNode readMap(int depth) throws IOException {
        int count = checked(in.unpackMapHeader(), 2);
        ObjectNode map = NODES.objectNode();
        for (int i = 0; i < count; i++) {
            String key = key(read(depth));
            JsonNode value = read(depth);
            if (value.isMissingNode()) {
                map.remove(key);
            } else {
                map.set(key, value);
            }
        }
        return map;
    }

    /** JavaScript makes text of whatever is a key. */
    private static String key(JsonNode key) {
        if (key.isContainerNode() || key.isBinary() || key.isPojo()) {
            throw new MessagePackException("key: " + key.getNodeType() + " (expected: text or a number)");
        }
        return key.asText();
    }

    private JsonNode readInteger(MessageFormat format) throws IOException {
        if (format == MessageFormat.UINT64) {
            BigInteger integer = in.unpackBigInteger();
            return integer.bitLength() < Long.SIZE ? integer(integer.longValue()) : NODES.numberNode(integer);
        }
        return integer(in.unpackLong());
    }

    private static JsonNode integer(long value) {
        return value == (int) value ? NODES.numberNode((int) value) : NODES.numberNode(value);
    }

    private static JsonNode number(double value) {
        return value == Math.rint(value) && Math.abs(value) <= TWO_POW_53
                ? integer((long) value)
                : NODES.numberNode(value);
    }

    private JsonNode readExtension(MessageFormat format) throws IOException {
        ExtensionTypeHeader header = in.unpackExtensionTypeHeader();
        byte[] data = readBytes(header.getLength());
        ByteBuffer buffer = ByteBuffer.wrap(data);
        if (header.getType() == TIMESTAMP) {
            if (format == MessageFormat.FIXEXT4) {
                return date(Integer.toUnsignedLong(buffer.getInt()), 0);
            }
            if (format == MessageFormat.FIXEXT8) {
                long bits = buffer.getLong();
                return date(bits & 0x3_ffff_ffffL, bits >>> 34);
            }
            if (format == MessageFormat.EXT8 && data.length == 12) {
                long nanos = Integer.toUnsignedLong(buffer.getInt());
                return date(buffer.getLong(), nanos);
            }
        } else if (header.getType() == OLDER_NOTEPACK) {
            if (format == MessageFormat.FIXEXT1) {
                return NODES.missingNode();
            }
            if (format == MessageFormat.FIXEXT8) {
                long millis = buffer.getLong();
                return date(Math.floorDiv(millis, 1000L), Math.floorMod(millis, 1000L) * 1_000_000L);
            }
            if (format == MessageFormat.EXT8 || format == MessageFormat.EXT16 || format == MessageFormat.EXT32) {
                return NODES.binaryNode(data);
            }
        }
        return NODES.arrayNode().add((int) header.getType()).add(data);
    }

    private static JsonNode date(long seconds, long nanos) {
        if (seconds < -MAX_DATE_SECONDS || seconds > MAX_DATE_SECONDS) {
            return NODES.nullNode();
        }
        return NODES.pojoNode(Instant.ofEpochSecond(seconds, nanos));
    }

    private byte[] readBytes(int length) throws IOException {
        return in.readPayload(checked(length, 1));
    }

    private int checked(int count, int bytesEach) {
        if (count > remaining() / bytesEach) {
            throw new MessagePackException(
                    "length: " + count + " (expected: at most what is left, " + remaining() + " bytes)");
        }
        return count;
    }

    private long remaining() {
        return size - in.getTotalReadBytes();
    }
}
