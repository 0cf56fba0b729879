package io.duet.engineio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PerMessageDeflateTest {
    private static final int LIMIT = 1_000_000;

    private final PerMessageDeflate deflate = new PerMessageDeflate(1024);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "permessage-deflate",
                "permessage-deflate; client_max_window_bits",
                "permessage-deflate; client_max_window_bits=10",
                "Permessage-Deflate;Server_No_Context_Takeover",
                "permessage-deflate; server_max_window_bits=15",
                "permessage-deflate; server_max_window_bits=\"15\"",
                "permessage-deflate; server_max_window_bits=10, permessage-deflate",
                "x-webkit-deflate-frame, permessage-deflate"
            })
    void offersThatCanBeMetAreTaken(String offer) {
        assertThat(PerMessageDeflate.isOffered(Optional.of(offer))).isTrue();
    }

    @Test
    void anEmptyMessageIsOneEmptyBlock() throws DataFormatException {
        byte[] compressed = deflate.deflate(new byte[0]);

        // RFC 7692, section 7.2.3.6.
        assertThat(compressed).containsExactly(0);
        assertThat(deflate.inflate(compressed, LIMIT)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x-webkit-deflate-frame",
                "permessage-deflated",
                "permessage-deflate; server_max_window_bits=10",
                "permessage-deflate; server_max_window_bits = \"9\"",
                "permessage-bzip2; permessage-deflate"
            })
    void otherOffersAreNot(String offer) {
        assertThat(PerMessageDeflate.isOffered(Optional.of(offer))).isFalse();
    }

    @Test
    void withoutAnOfferThereIsNone() {
        assertThat(PerMessageDeflate.isOffered(Optional.empty())).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 63, 64, 65, 100, 127, 128, 129, 1000, 8192, 100_000, 999_999})
    void textComesBackAsItWas(int length) throws DataFormatException {
        byte[] payload = Arrays.copyOf("4{\"hello\":[1,2,3]}".repeat(60_000).getBytes(StandardCharsets.UTF_8), length);

        assertThat(deflate.inflate(deflate.deflate(payload), LIMIT)).isEqualTo(payload);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 31, 32, 33, 63, 64, 65, 127, 128, 129, 255, 256, 257, 1023, 1024, 5000, 100_000})
    void noiseComesBackAsItWasThoughItGrows(int length) throws DataFormatException {
        byte[] payload = new byte[length];
        new Random(length).nextBytes(payload);

        assertThat(deflate.inflate(deflate.deflate(payload), LIMIT)).isEqualTo(payload);
    }

    @Test
    void everyLengthUpToSomeHundredsComesBack() throws DataFormatException {
        Random random = new Random(7);
        for (int length = 0; length < 600; length++) {
            byte[] payload = new byte[length];
            random.nextBytes(payload);
            assertThat(deflate.inflate(deflate.deflate(payload), LIMIT)).isEqualTo(payload);
        }
    }

    @Test
    void messagesDoNotDependOnThoseBefore() throws DataFormatException {
        byte[] payload = "4hello hello hello".getBytes(StandardCharsets.UTF_8);
        byte[] first = deflate.deflate(payload);

        byte[] second = deflate.deflate(payload);

        assertThat(second).isEqualTo(first);
        assertThat(new PerMessageDeflate(1).inflate(second, LIMIT)).isEqualTo(payload);
    }

    @Test
    void theTailOfTheFlushIsNotSent() {
        byte[] compressed = deflate.deflate("4hello".getBytes(StandardCharsets.UTF_8));

        assertThat(Arrays.copyOfRange(compressed, compressed.length - 4, compressed.length))
                .isNotEqualTo(new byte[] {0, 0, -1, -1});
    }

    @Test
    void messagesUpToTheLimitAreTaken() throws DataFormatException {
        assertThat(deflate.inflate(deflate.deflate(new byte[LIMIT]), LIMIT)).hasSize(LIMIT);
        assertThatExceptionOfType(PerMessageDeflate.TooLargeException.class)
                .isThrownBy(() -> deflate.inflate(deflate.deflate(new byte[LIMIT + 1]), LIMIT));
    }

    @Test
    void aBombIsRefusedAndTheNextMessageIsTaken() throws Exception {
        byte[] bomb = bomb(20_000_000);

        assertThat(bomb).hasSizeLessThan(30_000);
        assertThatExceptionOfType(PerMessageDeflate.TooLargeException.class)
                .isThrownBy(() -> deflate.inflate(bomb, LIMIT))
                .satisfies(e -> assertThat(e.getStackTrace()).isEmpty());
        byte[] next = {1, 2, 3};
        assertThat(deflate.inflate(deflate.deflate(next), LIMIT)).isEqualTo(next);
    }

    @Test
    void whatIsNotCompressedIsAFault() {
        assertThatExceptionOfType(DataFormatException.class)
                .isThrownBy(() -> deflate.inflate(new byte[] {-1, -1, -1, -1}, LIMIT));
    }

    @Test
    void anyBytesAreInflatedOrAFault() {
        Random random = new Random(3);
        for (int i = 0; i < 5_000; i++) {
            byte[] noise = new byte[random.nextInt(64)];
            random.nextBytes(noise);
            try {
                assertThat(deflate.inflate(noise, LIMIT)).isNotNull();
            } catch (DataFormatException | PerMessageDeflate.TooLargeException e) {
                // The other allowed outcome.
            }
        }
    }

    private static byte[] bomb(int size) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (DeflaterOutputStream deflated =
                new DeflaterOutputStream(out, new Deflater(Deflater.BEST_COMPRESSION, true))) {
            byte[] zeros = new byte[100_000];
            for (int i = 0; i < size / zeros.length; i++) {
                deflated.write(zeros);
            }
        }
        return out.toByteArray();
    }
}
