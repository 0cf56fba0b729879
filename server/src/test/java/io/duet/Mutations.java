package io.duet;

import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Input for decoders: known messages with small faults, or noise. The same seed makes the same input. */
public final class Mutations {
    private static final int MAX_NOISE = 24;

    private final Random random;
    private final String alphabet;

    /** @param alphabet characters that mean something to the decoder; every other one comes too, but seldom */
    public Mutations(long seed, String alphabet) {
        this.random = new Random(seed);
        this.alphabet = alphabet;
    }

    public String text(List<String> corpus) {
        StringBuilder text = new StringBuilder();
        if (random.nextInt(8) == 0) {
            for (int i = random.nextInt(MAX_NOISE); i > 0; i--) {
                text.append(character());
            }
            return text.toString();
        }
        text.append(pick(corpus));
        for (int i = random.nextInt(4); i >= 0; i--) {
            change(text, corpus);
        }
        return text.toString();
    }

    public byte[] bytes(List<byte[]> corpus) {
        if (random.nextInt(8) == 0) {
            byte[] noise = new byte[random.nextInt(MAX_NOISE)];
            random.nextBytes(noise);
            return noise;
        }
        byte[] bytes = corpus.get(random.nextInt(corpus.size())).clone();
        for (int i = random.nextInt(4); i >= 0; i--) {
            bytes = change(bytes);
        }
        return bytes;
    }

    public Random random() {
        return random;
    }

    private void change(StringBuilder text, List<String> corpus) {
        int position = random.nextInt(text.length() + 1);
        switch (random.nextInt(5)) {
            case 0 -> text.insert(position, character());
            case 1 -> text.setLength(position);
            case 2 -> text.insert(position, slice(pick(corpus)));
            case 3 -> {
                if (position < text.length()) {
                    text.setCharAt(position, character());
                }
            }
            default -> text.delete(position, Math.min(text.length(), position + 1 + random.nextInt(3)));
        }
    }

    private byte[] change(byte[] bytes) {
        int position = random.nextInt(bytes.length + 1);
        switch (random.nextInt(4)) {
            case 0 -> {
                return Arrays.copyOf(bytes, position);
            }
            case 1 -> {
                return Arrays.copyOfRange(bytes, position, bytes.length);
            }
            case 2 -> {
                byte[] longer = Arrays.copyOf(bytes, bytes.length + 1);
                System.arraycopy(bytes, position, longer, position + 1, bytes.length - position);
                longer[position] = byteValue();
                return longer;
            }
            default -> {
                if (position < bytes.length) {
                    bytes[position] = byteValue();
                }
                return bytes;
            }
        }
    }

    private String slice(String text) {
        int start = random.nextInt(text.length() + 1);
        return text.substring(start, start + random.nextInt(Math.min(20, text.length() - start) + 1));
    }

    private String pick(List<String> corpus) {
        return corpus.get(random.nextInt(corpus.size()));
    }

    private char character() {
        return random.nextInt(10) == 0
                ? (char) random.nextInt(0x10000)
                : alphabet.charAt(random.nextInt(alphabet.length()));
    }

    private byte byteValue() {
        return (byte) (random.nextBoolean() ? random.nextInt(11) : random.nextBoolean() ? 0xFF : random.nextInt(256));
    }
}
