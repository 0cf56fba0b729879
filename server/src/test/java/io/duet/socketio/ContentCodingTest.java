package io.duet.socketio;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Expectations are what the npm package negotiator 0.6.3 answers. */
final class ContentCodingTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "br                       | BR",
                "gzip, deflate, br        | GZIP",
                "deflate, gzip            | DEFLATE",
                "gzip;q=0.5, br;q=0.9     | BR",
                "gzip ; q=0.5 , DEFLATE   | DEFLATE",
                "*                        | BR",
                "*;q=0.9, gzip;q=0.9      | GZIP",
                "*, gzip;q=0.5            | BR",
                "br;q=0, *;q=0.1          | GZIP",
                "br;q=high, gzip;q=0.1    | GZIP",
                "identity, gzip;q=0.1     | GZIP",
                "zstd, deflate;level=1    | DEFLATE",
            })
    void takesTheCodingThatThePeerLikesBest(String acceptEncoding, ContentCoding expected) {
        assertThat(ContentCoding.preferred(acceptEncoding)).hasValue(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "identity", "zstd", "br;q=0, gzip;q=0.0, deflate;q=0", "*;q=0", ",;"})
    void takesNoneThatThePeerDoesNotAllow(String acceptEncoding) {
        assertThat(ContentCoding.preferred(acceptEncoding)).isEmpty();
    }

    @Test
    void isNamedInLowerCase() {
        assertThat(ContentCoding.BR.token()).isEqualTo("br");
    }
}
