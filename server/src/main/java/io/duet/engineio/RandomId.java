package io.duet.engineio;

import java.security.SecureRandom;
import java.util.Base64;

/** Ids of 120 random bits as 20 URL-safe characters, as those of Node's engine.io. */
public final class RandomId {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int BYTES = 15;

    private RandomId() {}

    public static String next() {
        byte[] bytes = new byte[BYTES];
        RANDOM.nextBytes(bytes);
        return Base64.getUrlEncoder().encodeToString(bytes);
    }
}
