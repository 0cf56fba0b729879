package io.duet.bench;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Builds and recognises the messages of a scenario: all have the same length, and the number {@code t}, 13 digits, is always at the same
 * place, so that nobody has to parse JSON.
 */
final class Message {
    private static final int DIGITS = 13;
    private static final long BASE = 1_000_000_000_000L;
    private static final long START_NANOS = System.nanoTime();

    private Message() {}

    /** Nanoseconds since an instant of this process, always 13 digits. */
    static long now() {
        return BASE + System.nanoTime() - START_NANOS;
    }

    /** An object with {@code t} (still zero), whatever {@code members} says before it, and padding up to {@code bytes}. */
    static String json(String members, int bytes) {
        return json(members, bytes, "x");
    }

    /** The same, padded with what is repeated as often as it takes. */
    static String json(String members, int bytes, String padding) {
        String head = "{" + members + "\"t\":" + "0".repeat(DIGITS) + ",\"pad\":\"";
        if (head.length() + 2 > bytes) {
            throw new IllegalArgumentException("bytes: " + bytes + " (expected: >= " + (head.length() + 2) + ")");
        }
        int padded = bytes - head.length() - 2;
        return head + padding.repeat(padded / padding.length() + 1).substring(0, padded) + "\"}";
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Where {@code t} is in messages that look like this one. */
    static int offsetOfTime(byte[] message) {
        return offset(message, "\"t\":");
    }

    /** Of what comes after a text that is in the message. */
    static int offset(byte[] message, String before) {
        return new String(message, StandardCharsets.US_ASCII).indexOf(before) + before.length();
    }

    static void putTime(byte[] message, int offset, long time) {
        put(message, offset, DIGITS, time);
    }

    /** Writes a number with leading zeros. */
    static void put(byte[] message, int offset, int digits, long number) {
        long rest = number;
        for (int i = offset + digits - 1; i >= offset; i--) {
            message[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
    }

    static long time(byte[] message, int offset) {
        return number(message, offset, DIGITS);
    }

    static long number(byte[] message, int offset, int digits) {
        long number = 0;
        for (int i = offset; i < offset + digits; i++) {
            number = number * 10 + message[i] - '0';
        }
        return number;
    }

    /** Whether the first {@code length} bytes are those of {@code prefix}. */
    static boolean startsWith(byte[] message, int length, byte[] prefix) {
        return length >= prefix.length && Arrays.equals(message, 0, prefix.length, prefix, 0, prefix.length);
    }
}
