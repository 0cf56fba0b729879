package io.duet.engineio;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;

/** Content codings for polling answers: gzip before deflate, if the peer takes them (RFC 9110, section 12.5.3). */
enum HttpCompression {
    GZIP("gzip") {
        @Override
        OutputStream over(OutputStream out) throws IOException {
            return new GZIPOutputStream(out);
        }
    },
    DEFLATE("deflate") {
        @Override
        OutputStream over(OutputStream out) {
            return new DeflaterOutputStream(out);
        }
    };

    private final String coding;

    HttpCompression(String coding) {
        this.coding = coding;
    }

    /** The value of {@code Content-Encoding}. */
    String coding() {
        return coding;
    }

    /** The best coding that an {@code Accept-Encoding} header allows. */
    static Optional<HttpCompression> accepted(String acceptEncoding) {
        for (HttpCompression compression : values()) {
            if (accepts(acceptEncoding, compression.coding)) {
                return Optional.of(compression);
            }
        }
        return Optional.empty();
    }

    byte[] compress(byte[] body) {
        ByteArrayOutputStream compressed = new ByteArrayOutputStream(body.length / 2);
        try (OutputStream out = over(compressed)) {
            out.write(body);
        } catch (IOException e) {
            throw new UncheckedIOException("in memory", e);
        }
        return compressed.toByteArray();
    }

    abstract OutputStream over(OutputStream out) throws IOException;

    /** What is said of the coding itself wins over what is said of all others. */
    private static boolean accepts(String acceptEncoding, String coding) {
        boolean others = false;
        for (String element : acceptEncoding.toLowerCase(Locale.ROOT).split(",", -1)) {
            String[] parts = element.split(";", -1);
            boolean accepted = parts.length == 1 || !parts[1].replace(" ", "").matches("q=0(\\.0*)?");
            if (parts[0].trim().equals(coding)) {
                return accepted;
            } else if (parts[0].trim().equals("*")) {
                others = accepted;
            }
        }
        return others;
    }
}
