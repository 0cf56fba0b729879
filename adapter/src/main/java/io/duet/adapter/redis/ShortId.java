package io.duet.adapter.redis;

import java.security.SecureRandom;

/** Six characters that tell adapters and requests apart, as {@code uid2} makes them. */
final class ShortId {
    private static final String CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int LENGTH = 6;

    private ShortId() {}

    static String next() {
        byte[] bytes = new byte[LENGTH];
        RANDOM.nextBytes(bytes);
        StringBuilder id = new StringBuilder(LENGTH);
        for (byte value : bytes) {
            id.append(CHARACTERS.charAt(value & 0x3F));
        }
        return id.toString();
    }
}
