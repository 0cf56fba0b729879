package io.duet.engineio;

import io.duet.engineio.codec.OutboundMessage;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * Compression of WebSocket messages (RFC 7692), each on its own: neither side takes a context over. That costs some ratio, and buys that a
 * broadcast is compressed once for all receivers and that one pair of these serves all sessions of an event loop. Event loop only.
 */
final class PerMessageDeflate implements OutboundMessage.PayloadDeflater {
    /** What is accepted of an offer: no context takeover either way. */
    static final String ACCEPTED = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

    private static final byte[] SYNC_FLUSH_TAIL = {0, 0, (byte) 0xFF, (byte) 0xFF};
    private static final int CHUNK_BYTES = 8192;

    private final int thresholdBytes;
    private final Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
    private final Inflater inflater = new Inflater(true);

    PerMessageDeflate(int thresholdBytes) {
        this.thresholdBytes = thresholdBytes;
    }

    /** Whether one of the offers in a {@code Sec-WebSocket-Extensions} header can be met: the window cannot be made smaller. */
    static boolean isOffered(Optional<String> extensions) {
        for (String offer : extensions.orElse("").toLowerCase(Locale.ROOT).split(",", -1)) {
            String[] parts = offer.split(";", -1);
            boolean smallerWindow = Arrays.stream(parts)
                    .map(part -> part.replace(" ", "").replace("\"", ""))
                    .anyMatch(part -> part.startsWith("server_max_window_bits=") && !part.endsWith("=15"));
            if (parts[0].trim().equals("permessage-deflate") && !smallerWindow) {
                return true;
            }
        }
        return false;
    }

    @Override
    public int thresholdBytes() {
        return thresholdBytes;
    }

    @Override
    public byte[] deflate(byte[] payload) {
        deflater.reset();
        deflater.setInput(payload);
        byte[] out = new byte[Math.max(payload.length / 2, 64)];
        int length = 0;
        int written;
        do {
            if (length == out.length) {
                out = Arrays.copyOf(out, out.length * 2);
            }
            written = deflater.deflate(out, length, out.length - length, Deflater.SYNC_FLUSH);
            length += written;
        } while (length == out.length || (written > 0 && !deflater.needsInput()));
        // The flush ends with an empty block whose four length bytes are not sent (RFC 7692, section 7.2.1).
        return Arrays.copyOf(out, length - SYNC_FLUSH_TAIL.length);
    }

    /**
     * @throws DataFormatException if it is no compressed data
     * @throws TooLargeException once more than {@code limitBytes} come out
     */
    byte[] inflate(byte[] compressed, int limitBytes) throws DataFormatException {
        inflater.reset();
        ByteArrayOutputStream out = new ByteArrayOutputStream(compressed.length * 2);
        byte[] chunk = new byte[CHUNK_BYTES];
        for (byte[] input : new byte[][] {compressed, SYNC_FLUSH_TAIL}) {
            inflater.setInput(input);
            int length = inflater.inflate(chunk);
            while (length > 0) {
                if (out.size() + length > limitBytes) {
                    throw new TooLargeException();
                }
                out.write(chunk, 0, length);
                length = inflater.inflate(chunk);
            }
        }
        return out.toByteArray();
    }

    /** A small message that unpacks to a large one. */
    static final class TooLargeException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TooLargeException() {
            super("inflated message too large", null, false, false);
        }
    }
}
