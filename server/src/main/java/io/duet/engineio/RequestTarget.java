package io.duet.engineio;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Path and query of a request target, read as Node's {@code new URL(target).searchParams} does (URL Standard,
 * "application/x-www-form-urlencoded parsing"): nothing is an error. A broken percent escape stands for itself, bytes that are no UTF-8 become
 * U+FFFD (an encoded surrogate becomes one, in Node three), only {@code &} separates, and there is no limit to the number of parameters but that of the target's length.
 *
 * @param rawPath without query and fragment, as received
 * @param query decoded; the last value of a name wins
 */
public record RequestTarget(String rawPath, Map<String, String> query) {

    public static RequestTarget parse(String target) {
        int fragment = target.indexOf('#');
        String sent = fragment < 0 ? target : target.substring(0, fragment);
        int mark = sent.indexOf('?');
        return mark < 0
                ? new RequestTarget(sent, Map.of())
                : new RequestTarget(sent.substring(0, mark), parameters(sent, mark + 1));
    }

    /** Without the query: it holds tokens and the id of the session. */
    @Override
    public String toString() {
        return rawPath;
    }

    /** The decoded path. */
    String path() {
        return percentDecoded(rawPath);
    }

    private static Map<String, String> parameters(String target, int begin) {
        Map<String, String> parameters = new LinkedHashMap<>();
        int at = begin;
        while (at < target.length()) {
            int next = target.indexOf('&', at);
            int end = next < 0 ? target.length() : next;
            if (end > at) {
                int equals = target.indexOf('=', at);
                int nameEnd = equals < 0 || equals > end ? end : equals;
                parameters.put(text(target, at, nameEnd), text(target, Math.min(nameEnd + 1, end), end));
            }
            at = end + 1;
        }
        return parameters;
    }

    private static String text(String target, int begin, int end) {
        return percentDecoded(target.substring(begin, end).replace('+', ' '));
    }

    private static String percentDecoded(String text) {
        if (text.indexOf('%') < 0) {
            return text;
        }
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int length = 0;
        for (int i = 0; i < bytes.length; i++) {
            int value = bytes[i] == '%' && i + 2 < bytes.length ? hex(bytes[i + 1], bytes[i + 2]) : -1;
            if (value >= 0) {
                i += 2;
            }
            bytes[length++] = value < 0 ? bytes[i] : (byte) value;
        }
        return new String(Arrays.copyOf(bytes, length), StandardCharsets.UTF_8);
    }

    /** Negative if one of them is no digit. */
    private static int hex(byte high, byte low) {
        int upper = Character.digit(high, 16);
        int lower = Character.digit(low, 16);
        return upper < 0 || lower < 0 ? -1 : upper << 4 | lower;
    }
}
