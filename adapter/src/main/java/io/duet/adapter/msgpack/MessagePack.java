package io.duet.adapter.msgpack;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import org.msgpack.core.MessageBufferPacker;
import org.msgpack.core.MessagePack.PackerConfig;
import org.msgpack.core.MessagePack.UnpackerConfig;
import org.msgpack.core.MessageUnpacker;

/**
 * MessagePack between bytes and Jackson trees, byte for byte as {@code notepack.io} 3.0.1 does it.
 *
 * <p>Binary is a {@code BinaryNode}, a date a {@code POJONode} of {@link java.time.Instant}, not-a-number and the infinities a
 * {@code DoubleNode}. Stateless: any thread may call.
 *
 * <p>Encoding: JavaScript has one kind of number, so an integral {@code double} of a magnitude below 2^63 travels as an integer. Where
 * notepack loses data this does not follow it: integral numbers beyond 64 bits are float 64, lone surrogates are U+FFFD.
 *
 * <p>Decoding: any valid form, and the extensions of older encoders; an unknown extension is the array {@code [type, binary]}. A float that
 * holds an integer of at most 53 bits becomes that integer; a member of a map that is {@code undefined} is left out, as in JSON; a date that JavaScript does not have becomes null, as its JSON would be.
 */
public final class MessagePack {
    /** How deep arrays and maps may be nested, in either direction: 1024. Deeper than any JSON that a client can have sent. */
    public static final int MAX_DEPTH = 1024;

    /** Most messages are small; the packer adds buffers of this size. */
    private static final PackerConfig PACKING = new PackerConfig().withBufferSize(512);

    private static final UnpackerConfig UNPACKING = new UnpackerConfig();

    private MessagePack() {}

    /** How dates are written. Both forms are read. */
    public enum Dates {
        /** MessagePack's own extension, -1. */
        TIMESTAMP,
        /** Extension 0 with milliseconds: all that {@code notepack.io} 2 can read. A date that JavaScript does not have becomes null. */
        MILLISECONDS
    }

    /** As {@link #encode(JsonNode, Dates)} with {@link Dates#TIMESTAMP}. */
    public static byte[] encode(JsonNode value) {
        return encode(value, Dates.TIMESTAMP);
    }

    /**
     * @throws MessagePackException if the tree holds an object that is neither binary nor a date, or is nested too deep
     */
    public static byte[] encode(JsonNode value, Dates dates) {
        try (MessageBufferPacker packer = PACKING.newBufferPacker()) {
            new TreePacker(packer, dates).write(value, 0);
            return packer.toByteArray();
        } catch (IOException e) {
            throw new MessagePackException("value: not written (expected: memory does not fail)", e);
        }
    }

    /**
     * @throws MessagePackException if the bytes are not exactly one value, or it is nested too deep
     */
    public static JsonNode decode(byte[] bytes) {
        try (MessageUnpacker unpacker = UNPACKING.newUnpacker(bytes)) {
            return new TreeUnpacker(unpacker, bytes.length).readAll();
        } catch (IOException | org.msgpack.core.MessagePackException e) {
            throw new MessagePackException("bytes: " + bytes.length + " (expected: one MessagePack value)", e);
        }
    }
}
