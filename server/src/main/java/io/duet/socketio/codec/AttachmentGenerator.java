package io.duet.socketio.codec;

import com.fasterxml.jackson.core.Base64Variant;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.JsonGeneratorDelegate;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Writes JSON as JavaScript would, and takes binary out of it: every binary value, from whatever class and at whatever depth, becomes a
 * placeholder with its number (socket.io-protocol v5, "Packet encoding"). Numbers that JSON does not have become null.
 */
final class AttachmentGenerator extends JsonGeneratorDelegate {
    private final List<byte[]> attachments = new ArrayList<>(0);

    AttachmentGenerator(JsonGenerator json) {
        super(json, false);
    }

    List<byte[]> attachments() {
        return attachments;
    }

    @Override
    public void writeBinary(Base64Variant variant, byte[] data, int offset, int length) throws IOException {
        writePlaceholder(Arrays.copyOfRange(data, offset, offset + length));
    }

    @Override
    public int writeBinary(Base64Variant variant, InputStream data, int length) throws IOException {
        byte[] bytes = length < 0 ? data.readAllBytes() : data.readNBytes(length);
        writePlaceholder(bytes);
        return bytes.length;
    }

    @Override
    public void writeNumber(double value) throws IOException {
        if (Double.isFinite(value)) {
            super.writeNumber(value);
        } else {
            writeNull();
        }
    }

    @Override
    public void writeNumber(float value) throws IOException {
        if (Float.isFinite(value)) {
            super.writeNumber(value);
        } else {
            writeNull();
        }
    }

    private void writePlaceholder(byte[] bytes) throws IOException {
        writeStartObject();
        writeBooleanField("_placeholder", true);
        writeNumberField("num", attachments.size());
        writeEndObject();
        attachments.add(bytes);
    }
}
