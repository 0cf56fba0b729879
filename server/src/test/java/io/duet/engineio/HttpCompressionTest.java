package io.duet.engineio;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class HttpCompressionTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "gzip                           | GZIP",
                "deflate                        | DEFLATE",
                "gzip, deflate, br              | GZIP",
                "deflate, gzip                  | GZIP",
                "br, deflate                    | DEFLATE",
                "GZIP                           | GZIP",
                "gzip;q=0.5                     | GZIP",
                "gzip;q=1.0                     | GZIP",
                "gzip ; q=0.001                 | GZIP",
                "gzip;q=0, deflate              | DEFLATE",
                "gzip;q=0.0, deflate            | DEFLATE",
                "gzip; q=0.000 , deflate;q=0.1  | DEFLATE",
                "*                              | GZIP",
                "*;q=0.1                        | GZIP",
                "gzip;q=0, *                    | DEFLATE",
                "*, gzip;q=0                    | DEFLATE",
                "gzip;q=0, *;q=0.5              | DEFLATE",
                "identity;q=0.5, *;q=0.1        | GZIP",
            })
    void takesTheBestCodingThatThePeerAllows(String acceptEncoding, HttpCompression expected) {
        assertThat(HttpCompression.accepted(acceptEncoding)).contains(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "br",
                "identity",
                "gzip;q=0",
                "gzip;q=0.0, deflate;q=0",
                "*;q=0",
                "gzip;Q=0",
                "x-gzip2",
                ",",
                ";q=1",
                "gzip;q=0,deflate;q=0,*"
            })
    void compressesNothingForOthers(String acceptEncoding) {
        assertThat(HttpCompression.accepted(acceptEncoding)).isEmpty();
    }

    @Test
    void gzipComesBackAsItWas() throws IOException {
        byte[] body = "4hello".repeat(500).getBytes(StandardCharsets.UTF_8);

        byte[] compressed = HttpCompression.GZIP.compress(body);

        assertThat(compressed).hasSizeLessThan(body.length / 10);
        assertThat(new GZIPInputStream(new ByteArrayInputStream(compressed)).readAllBytes())
                .isEqualTo(body);
        assertThat(HttpCompression.GZIP.coding()).isEqualTo("gzip");
    }

    @Test
    void deflateHasTheZlibFormThatHttpMeansByIt() throws IOException {
        byte[] body = "4hello".repeat(500).getBytes(StandardCharsets.UTF_8);

        byte[] compressed = HttpCompression.DEFLATE.compress(body);

        assertThat(compressed[0] & 0x0F).as("compression method of RFC 1950").isEqualTo(8);
        assertThat(new InflaterInputStream(new ByteArrayInputStream(compressed)).readAllBytes())
                .isEqualTo(body);
        assertThat(HttpCompression.DEFLATE.coding()).isEqualTo("deflate");
    }
}
