package io.duet.adapter.redis;

import java.security.SecureRandom;
import java.util.HexFormat;

/** Sixteen hexadecimal digits that tell adapters and requests apart, as Node's sharded and streams adapters make them. */
final class HexId {
    private static final SecureRandom RANDOM = new SecureRandom();

    private HexId() {}

    static String next() {
        return HexFormat.of().toHexDigits(RANDOM.nextLong());
    }
}
