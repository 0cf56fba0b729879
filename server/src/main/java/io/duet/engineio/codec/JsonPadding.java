package io.duet.engineio.codec;

/** JSONP polling: a payload as a call of a function of the page, and back from a form field (engine.io-protocol v3, "JSONP"). */
public final class JsonPadding {
    private JsonPadding() {}

    /**
     * @param index the {@code j} query parameter; everything but its digits is dropped, so that it cannot carry script
     * @return {@code ___eio[n]("...");}
     */
    public static String encode(String payload, String index) {
        StringBuilder script = new StringBuilder(payload.length() + 32).append("___eio[");
        index.chars().filter(c -> c >= '0' && c <= '9').forEach(c -> script.append((char) c));
        script.append("](\"");
        for (int i = 0; i < payload.length(); i++) {
            appendEscaped(script, payload, i);
        }
        return script.append("\");").toString();
    }

    /** Undoes the escapes of the form field {@code d}: {@code \n} is a line feed and {@code \\n} a backslash and an n. */
    public static String decode(String field) {
        StringBuilder payload = new StringBuilder(field.length());
        for (int i = 0; i < field.length(); i++) {
            if (field.startsWith("\\\\n", i)) {
                payload.append("\\n");
                i += 2;
            } else if (field.startsWith("\\n", i)) {
                payload.append('\n');
                i += 1;
            } else {
                payload.append(field.charAt(i));
            }
        }
        return payload.toString();
    }

    private static void appendEscaped(StringBuilder script, String payload, int position) {
        char c = payload.charAt(position);
        switch (c) {
            case '"' -> script.append("\\\"");
            case '\\' -> script.append("\\\\");
            case '\b' -> script.append("\\b");
            case '\f' -> script.append("\\f");
            case '\n' -> script.append("\\n");
            case '\r' -> script.append("\\r");
            case '\t' -> script.append("\\t");
            default -> {
                // U+2028 and U+2029 end a line in old JavaScript; lone surrogates have no UTF-8 form.
                if (c < 0x20 || c == '\u2028' || c == '\u2029' || isLoneSurrogate(payload, position)) {
                    script.append(String.format("\\u%04x", (int) c));
                } else {
                    script.append(c);
                }
            }
        }
    }

    private static boolean isLoneSurrogate(String text, int position) {
        char c = text.charAt(position);
        if (Character.isHighSurrogate(c)) {
            return position + 1 == text.length() || !Character.isLowSurrogate(text.charAt(position + 1));
        }
        return Character.isLowSurrogate(c) && (position == 0 || !Character.isHighSurrogate(text.charAt(position - 1)));
    }
}
